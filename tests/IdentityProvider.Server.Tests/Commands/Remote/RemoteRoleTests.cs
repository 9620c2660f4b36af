using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Commands;
using IdentityProvider.Server.Tests.Admin.Faces;
using IdentityProvider.Server.Tests.Database;
using Npgsql;

namespace IdentityProvider.Server.Tests.Commands.Remote;

/// <summary>Each role and each command that works at a server: who may not gets one line that says so, and nothing is changed.</summary>
public sealed class RemoteRoleTests : IAsyncLifetime
{
    private const string Nobody = "nothing that opens administration";

    private static readonly string NoRole = Refusals.Of(Refusal.AdminRoleInsufficient).Description;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("idp-roles-");
    private RemoteServer _remote = null!;
    private Face _it = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _remote = await RemoteServer.StartAsync();
        _it = Face.Saying(_folder.FullName);
        await MakeThingsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _remote.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_role_does_what_the_matrix_says_and_nothing_else()
    {
        await using var database = NpgsqlDataSource.Create(_remote.Server.ConnectionString);
        var keys = await StoredRows.KeysAsync(database);
        var lines = Lines().ToList();
        var said = lines.Select(line => WordsOf(line.Words)).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(RemoteParityTests.Remote.Except(said).Except(["import openiddict", "import duende"])); // which read another product's database, and then are as Keycloak's

        List<string> wrong = [];
        foreach (var role in new[] { Nobody, AdminRules.Auditor, AdminRules.Operator, AdminRules.Admin })
        {
            await _remote.LoginAsync(await _remote.PersonAsync(role));
            foreach (var (words, route) in lines.OrderBy(line => Allows(role, line.Route) && line.Route.Writes))
            {
                var mayNot = Faults(role, route);
                var before = mayNot.Length == 0 ? null : await StoredRows.ReadAsync(database, keys);
                var (code, result, remarks) = await _remote.AskAsync(words);
                if (before is null ? remarks.StartsWith(NoRole, StringComparison.Ordinal) : (code, result) != (1, "") || remarks.TrimEnd('\n').Contains('\n', StringComparison.Ordinal) || !mayNot.Any(fault => remarks.StartsWith(fault, StringComparison.Ordinal)))
                    wrong.Add($"{role}: {string.Join(' ', words)}: {code} {result} {remarks}");
                if (before is not null)
                    wrong.AddRange(before.ChangesTo(await StoredRows.ReadAsync(database, keys), _it).Select(change => $"{role}: {string.Join(' ', words)} changed {change}"));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Each command as its story says it, with the operation that it is.
    private IEnumerable<(string[] Words, AdminRoute Route)> Lines()
    {
        var routes = AdminApiSetup.Routes.ToDictionary(route => route.Name, StringComparer.Ordinal);
        foreach (var step in Inventory.Stories.SelectMany(story => story.Parts).OfType<Step>().Where(step => step.Command is not null))
            yield return (step.Command!(_it), routes[step.Operation]);
        foreach (var reading in Readings.All.Where(reading => reading.Command is not null))
            yield return (reading.Command!(_it), routes[reading.Operation]);
        yield return (["resources", "metadata", $"https://{_it.Name}.example/books"], routes["getResource"]);
    }

    private static bool Allows(string role, AdminRoute route) => AdminRules.Allows(role, route.Area, route.Writes) && (!route.NeedsFull || role == AdminRules.Admin);

    // What is said to who may not, of which the door may say the one and the operation the other; nothing to who may.
    private static string[] Faults(string role, AdminRoute route) => Allows(role, route) ? [] : route.NeedsFull ? [NoRole, "people: ", "issuer: "] : [NoRole];

    private static string WordsOf(string[] words) => string.Join(' ', Root.PathOf(Root.Read([.. words]).CommandResult.Command));

    // What commands look for before they change it: without it they would be refused for another reason.
    private async Task MakeThingsAsync()
    {
        foreach (var person in new[] { "ada", "grace", "mary", "joan", "lina", "ida" })
            await HereAsync("users", "create", "--username", _it.Of(person), "--password", "violet-otter-piano-7");
        await HereAsync("resources", "create", "--identifier", $"https://{_it.Name}.example/books", "--scope", "books.read");
        await HereAsync("clients", "create", "--client-id", _it.Of("shop"), "--redirect-uri", "https://shop.example/cb");
        await HereAsync("roles", "create", _it.Of("teller"));
        await HereAsync("upstreams", "create", "--name", _it.Of("work"), "--issuer", "https://work.example", "--client-id", "us", "--client-secret", "a-secret-of-ours");
        (_it["retried"], _it["discarded"], _it["message"]) = ("1", "1", "1");
        await _remote.LoginAsync(await _remote.PersonAsync(Nobody));
        _it["sid"] = (await ClusterFolder.AskAsync(_remote.Server.ConnectionString, """SELECT "SessionId"::text FROM "Sessions" LIMIT 1"""))!.Replace("-", "", StringComparison.Ordinal);
    }

    private async Task HereAsync(params string[] words)
    {
        var (code, _, remarks) = await _remote.AtTheMachineAsync(string.Join(' ', words));
        Assert.True(code == 0, remarks);
    }
}
