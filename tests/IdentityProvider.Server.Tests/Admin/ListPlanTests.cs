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
            INSERT INTO "Clients" ("ClientId", "Document", "IsUsed") SELECT 'c' || lpad(i::text, 7, '0'), '{"client_name":"C"}', false FROM generate_series(1, {{Many}}) i;
            INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount", "Claims", "CreatedAt")
                SELECT gen_random_uuid(), 'u' || i, 'U' || lpad(i::text, 7, '0'), 'u' || i || '@example.com', 'U' || i || '@EXAMPLE.COM', true, false, false, true, 0, '{}', now() FROM generate_series(1, {{Many}}) i;
            ANALYZE "Clients"; ANALYZE "Users";
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

    private async Task OnIndexesAsync(string table, Func<Task> list)
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
        var (text, parameters) = statements.Seen.First(statement => statement.Text.Contains($"FROM \"{table}\"", StringComparison.Ordinal));
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
