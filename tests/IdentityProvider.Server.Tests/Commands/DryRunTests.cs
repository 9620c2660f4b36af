using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.Extensions.Hosting;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>--dry-run</c>: what would end is counted as it then ends, and nothing has changed.</summary>
public sealed class DryRunTests : CommandsBesideServer
{
    private static readonly string[] Destroying = ["delete", "revoke", "end", "prune", "disable", "discard"];

    [Fact]
    public void Every_command_that_destroys_can_be_tried_first() =>
        Assert.Empty(Everything(Root.Build())
            .Where(command => Destroying.Contains(command.Name) && command.Options.All(option => option.Name != "--dry-run"))
            .Select(command => string.Join(' ', Root.PathOf(command))));

    [Fact]
    public async Task What_hangs_on_a_person_and_on_an_app_is_counted_and_lives_on()
    {
        var username = await Server.AddPersonAsync();
        using var first = await SignInAsync(username);
        using var second = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, second);
        var before = await RowsAsync();

        var person = await Idp.DoneAsync(["users", "delete", username, "--dry-run"]);
        Assert.True(person["dry_run"]!.GetValue<bool>());
        Assert.Equal(username, person["username"]!.GetValue<string>());
        Assert.Equal((2, 1, 1), (Affected(person, "sessions"), Affected(person, "families"), Affected(person, "grants")));
        var client = await Idp.DoneAsync(["clients", "delete", app.Client.ClientId, "--dry-run"]);
        Assert.Equal((1, 1), (Affected(client, "families"), Affected(client, "grants")));
        var sessions = await Idp.DoneAsync(["sessions", "end", "--user", username, "--dry-run"]);
        Assert.Equal((2, 1), (Affected(sessions, "sessions"), Affected(sessions, "families")));
        Assert.Equal(1, Affected(await Idp.DoneAsync(["tokens", "revoke", "--user", username, "--client", app.Client.ClientId, "--dry-run"]), "families"));
        Assert.Equal(app.Client.ClientId, (await Idp.DoneAsync(["tokens", "revoke", app.AccessToken, "--dry-run"]))["client_id"]!.GetValue<string>());

        // In a sentence for people, too.
        var said = await Idp.RunAsync(["users", "disable", username, "--dry-run"]);
        Assert.Equal(
            (0, $"Would disable {username}. That affects 2 sessions, 1 sign-in of an app with all its tokens. Nothing is changed.\n", ""),
            (said.ExitCode, said.StandardOutput, said.StandardError));

        Assert.Equal(before, await RowsAsync());
        Assert.True(await app.IsAliveAsync());
        Assert.Equal("Your account", (await first.OpenAsync("/account")).Heading);

        // And so many it is.
        Assert.Equal(2, (await Idp.DoneAsync(["sessions", "end", "--user", username]))["ended"]!.GetValue<int>());
        Assert.False(await app.IsAliveAsync());
        Assert.Equal((0, 0), (Affected(await Idp.DoneAsync(["users", "delete", username, "--dry-run"]), "sessions"), Affected(await Idp.DoneAsync(["clients", "delete", app.Client.ClientId, "--dry-run"]), "families")));
    }

    [Fact]
    public async Task Who_has_a_role_is_counted_and_keeps_it()
    {
        var username = await Server.AddPersonAsync();
        await Idp.DoneAsync(["users", "grant-role", username, "editor"]);
        await Idp.DoneAsync(["groups", "create", "Desk", "--role", "editor"]);
        await Idp.DoneAsync(["users", "add-to-group", username, "Desk"]);

        var role = await Idp.DoneAsync(["roles", "delete", "editor", "--dry-run"]);
        Assert.Equal((1, 1), (Affected(role, "people"), Affected(role, "groups")));
        var group = await Idp.DoneAsync(["groups", "delete", "Desk", "--dry-run"]);
        Assert.Equal((1, 1), (Affected(group, "people"), Affected(group, "roles")));
        Assert.Equal(1, (await Idp.DoneAsync(["groups", "show", "Desk"]))["members"]!.GetValue<int>());

        Assert.StartsWith("role: 'nobody'", (await Idp.RunAsync(["roles", "delete", "nobody", "--dry-run", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_stays_and_rows_that_would_be_pruned_are_counted_and_stay()
    {
        // The server prunes by itself each minute, which on a slow machine is over before the commands are.
        await Server.Get<IEnumerable<IHostedService>>().OfType<Pruning>().Single().StopAsync(TestContext.Current.CancellationToken);
        var username = await Server.AddPersonAsync();
        using var browser = await SignInAsync(username);
        await ClusterFolder.AskAsync(Server.ConnectionString, """UPDATE "Sessions" SET "ExpiresAt" = now() - interval '2 days', "EndedAt" = now() - interval '3 days' """);
        var kid = (await Idp.DoneAsync(["keys", "list"]))[0]!["kid"]!.GetValue<string>();

        Assert.Equal(kid, (await Idp.DoneAsync(["keys", "revoke", kid, "--dry-run"]))["kid"]!.GetValue<string>());
        Assert.Equal("active", (await Idp.DoneAsync(["keys", "list"]))[0]!["state"]!.GetValue<string>());

        var would = await Idp.DoneAsync(["database", "prune", "--dry-run"]);
        Assert.Equal((true, 1), (would["dry_run"]!.GetValue<bool>(), would["sessions"]!.GetValue<int>()));
        Assert.Equal("1", await ClusterFolder.AskAsync(Server.ConnectionString, """SELECT count(*) FROM "Sessions" """));

        var done = (await Idp.DoneAsync(["database", "prune"])).AsObject();
        would.AsObject().Remove("dry_run");
        Assert.Equal(would.ToJsonString(), done.ToJsonString());
    }

    [Fact]
    public async Task A_schema_of_an_earlier_version_stays_as_it_is_until_it_is_migrated()
    {
        var empty = await TestCluster.NewEmptyDatabaseAsync();
        using var idp = CommandLine.On(empty);

        Assert.StartsWith("database: ", (await idp.RunAsync(["users", "delete", "alice", "--dry-run", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Equal("0", await ClusterFolder.AskAsync(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

        // Where nobody sees a bar, none is drawn.
        var migrated = await idp.RunAsync(["database", "migrate", "--json"]);
        Assert.Equal((0, ""), (migrated.ExitCode, migrated.StandardError));
        Assert.NotEmpty(migrated.Json["applied"]!.AsArray());
        Assert.Empty((await idp.DoneAsync(["database", "migrate"]))["applied"]!.AsArray());
    }

    private static IEnumerable<Command> Everything(Command command) => [command, .. command.Subcommands.SelectMany(Everything)];

    private static int Affected(JsonNode document, string kind) => document["affects"]![kind]!.GetValue<int>();

    // Of what would have changed. Tokens that were issued are counted in the audit a minute at a time, whenever that ends.
    private Task<string?> RowsAsync() => ClusterFolder.AskAsync(Server.ConnectionString, """
        SELECT (SELECT string_agg(u::text, ';' ORDER BY u::text) FROM "Users" u) || (SELECT string_agg(f::text, ';' ORDER BY f::text) FROM "TokenFamilies" f)
            || (SELECT string_agg(s::text, ';' ORDER BY s::text) FROM "Sessions" s) || (SELECT string_agg(g::text, ';' ORDER BY g::text) FROM "Grants" g)
            || (SELECT count(*)::text FROM "Clients") || (SELECT count(*)::text FROM "RevokedTokens") || (SELECT count(*)::text FROM "AuditEvents" WHERE "ActorKind" = 'Command')
        """);
}
