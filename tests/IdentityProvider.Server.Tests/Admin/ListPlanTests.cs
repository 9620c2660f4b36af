using System.Data.Common;
using System.Diagnostics;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>However many there are, a page of a list is read off an index: never all rows, never a sort.</summary>
public sealed class ListPlanTests : IAsyncLifetime
{
    private const int Many = 100_000;

    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using var command = source.CreateCommand($$"""
            INSERT INTO "Clients" ("ClientId", "Document", "NormalizedName", "IsUsed") SELECT 'c' || lpad(i::text, 7, '0'), jsonb_build_object('client_name', 'Name ' || i), 'NAME ' || i, false FROM generate_series(1, {{Many}}) i;
            INSERT INTO "Resources" ("Identifier", "Document", "NormalizedName") SELECT 'https://' || i || '.example', jsonb_build_object('name', 'Api ' || i), 'API ' || i FROM generate_series(1, {{Many}}) i;
            INSERT INTO "Groups" ("GroupId", "Name", "NormalizedName", "CreatedAt") SELECT gen_random_uuid(), 'g' || i, 'G' || i, now() FROM generate_series(1, {{Many}}) i;
            INSERT INTO "Roles" ("Id", "Name", "NormalizedName", "RequireMfa") SELECT gen_random_uuid(), 'r' || i, 'R' || i, false FROM generate_series(1, {{Many}}) i;
            INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount", "Claims", "NormalizedName", "NormalizedFamilyName", "CreatedAt")
                SELECT gen_random_uuid(), 'u' || i, 'U' || lpad(i::text, 7, '0'), 'u' || i || '@example.com', 'U' || i || '@EXAMPLE.COM', true, false, false, true, 0, '{}', 'ANN ' || i, 'LEE ' || i, now() FROM generate_series(1, {{Many}}) i;
            ANALYZE "Clients"; ANALYZE "Resources"; ANALYZE "Groups"; ANALYZE "Roles"; ANALYZE "Users";
            """);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Clients_and_people_are_paged_and_searched_on_indexes()
    {
        var (clients, users) = (_server.Get<Clients>(), _server.Get<Users>());
        await OnIndexesAsync("Clients", () => clients.ListAsync(null, 101, Cancellation));
        await OnIndexesAsync("Clients", () => clients.ListAsync("c0050000", 101, Cancellation));
        await OnIndexesAsync("Clients", () => clients.ListAsync("c00999", "c0099950", 101, Cancellation));
        await OnIndexesAsync("Users", () => users.ListAsync(UserFilter.None, "U0050000", 101, Cancellation));
        await OnIndexesAsync("Users", () => users.ListAsync(new UserFilter("u00999", null), null, 101, Cancellation));
        await OnIndexesAsync("Users", () => users.ListAsync(new UserFilter("", "u777@example.com"), null, 101, Cancellation));
    }

    [Fact]
    public async Task A_search_reads_a_few_rows_off_an_index_of_each_thing_by_which_it_may_be_meant()
    {
        var search = _server.Get<Search>();
        foreach (var text in new[] { "c0050", "name 77", "lee 5", "u00777", "nobody", "r" })
        {
            await OnIndexesAsync("Clients", () => search.ClientsAsync(text, 11, Cancellation), inOrder: true);
            await OnIndexesAsync("Resources", () => search.ResourcesAsync(text, 11, Cancellation), inOrder: true);
            await OnIndexesAsync("Users", () => search.UsersAsync(text, 11, Cancellation), inOrder: true);
            await OnIndexesAsync("Groups", () => search.GroupsAsync(text, 11, Cancellation), inOrder: true);
            await OnIndexesAsync("Roles", () => search.RolesAsync(text, 11, Cancellation), inOrder: true);
        }

        Assert.Equal("name 50000", Assert.Single(await search.ClientsAsync("NAME 50000", 11, Cancellation)).Name, ignoreCase: true);
        Assert.Equal("u777", Assert.Single(await search.UsersAsync("lee 777", 1, Cancellation)).UserName);
    }

    private async Task OnIndexesAsync(string table, Func<Task> list, bool inOrder = false)
    {
        using var statements = new Statements();
        // That nobody listens is remembered for a second.
        await Eventually.TrueAsync(
            async () =>
            {
                await list();
                return statements.Seen.Count > 0;
            },
            "a statement is seen");
        await list();
        foreach (var (text, parameters) in statements.Seen.Where(statement => statement.Text.Contains($"FROM \"{table}\"", StringComparison.Ordinal)).DistinctBy(statement => statement.Text))
            await OnIndexesAsync(table, text, parameters, inOrder);
    }

    private async Task OnIndexesAsync(string table, string text, List<(string Name, object Value)> parameters, bool inOrder)
    {
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using var command = source.CreateCommand("EXPLAIN " + text);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
                plan.Add(reader.GetString(0));
        }

        if (inOrder)
            Assert.DoesNotContain(plan, line => line.Contains("Sort", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains($"Seq Scan on \"{table}\"", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("Index", StringComparison.Ordinal) && line.Contains($"\"{table}\"", StringComparison.Ordinal));
    }

    /// <summary>What Entity Framework asks the database on behalf of who made this, and of nobody else that runs meanwhile.</summary>
    private sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private static readonly AsyncLocal<Statements?> Mine = new();
        private readonly List<IDisposable> _subscriptions = [];

        public Statements()
        {
            Mine.Value = this;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public List<(string Text, List<(string Name, object Value)> Parameters)> Seen { get; } = [];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
                _subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == RelationalEventId.CommandExecuting.Name && Mine.Value == this && value.Value is CommandEventData { Command: var command })
                Seen.Add((command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value!))]));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (var subscription in _subscriptions)
                subscription.Dispose();
            Mine.Value = null;
        }
    }
}
