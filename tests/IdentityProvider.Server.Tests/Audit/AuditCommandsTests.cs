using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary><c>idp audit</c>, by the real executable.</summary>
public sealed class AuditCommandsTests
{
    [Fact]
    public async Task An_operator_finds_what_somebody_did_page_by_page_and_sees_all_of_a_line()
    {
        await using var server = await TestServer.StartAsync();
        using var idp = CommandLine.On(server.ConnectionString);
        var username = await server.AddPersonAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        await browser.SubmitAsync(await browser.OpenAsync("/logout"));
        await server.AuditAsync();

        var theirs = (await idp.DoneAsync(["audit", "list", "--actor", username])).AsArray();
        Assert.Equal(["session.began", "session.ended"], theirs.Select(line => Text(line, "action")).Order(StringComparer.Ordinal));
        Assert.Equal("session.ended", Text(Assert.Single((await idp.DoneAsync(["audit", "list", "--action", "session.ended"])).AsArray()), "action"));
        Assert.Equal(2, (await idp.DoneAsync(["audit", "list", "--area", "sessions"])).AsArray().Count);
        Assert.Empty((await idp.DoneAsync(["audit", "list", "--area", "keys", "--action", "session.ended"])).AsArray());
        Assert.Equal(2, (await idp.DoneAsync(["audit", "list", "--target", Text(theirs[0], "target")!])).AsArray().Count);
        Assert.Empty((await idp.DoneAsync(["audit", "list", "--from", "2026-01-02"])).AsArray());
        Assert.Equal(2, (await idp.DoneAsync(["audit", "list", "--from", "2026-01-01", "--to", "2026-01-01T12:00:01Z"])).AsArray().Count);

        var first = Assert.Single((await idp.DoneAsync(["audit", "list", "--limit", "1"])).AsArray());
        var rest = (await idp.DoneAsync(["audit", "list", "--after", Text(first, "id")!])).AsArray();
        Assert.NotEqual(Text(first, "id"), Text(Assert.Single(rest), "id"));

        var shown = await idp.DoneAsync(["audit", "show", Text(theirs[0], "id")!]);
        Assert.Equal(Text(theirs[0], "hash"), Text(shown, "hash"));
        Assert.Equal(64, Text(shown, "hash")!.Length);

        Assert.StartsWith("id: 'x' is not a line", (await idp.RunAsync(["audit", "show", "x"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("--after ", (await idp.RunAsync(["audit", "list", "--after", "x"])).Refusal, StringComparison.Ordinal);
        foreach (var wrong in new[] { new[] { "--action", "x" }, ["--area", "x"], ["--from", "yesterday"], ["--limit", "0"] })
            Assert.Equal(2, (await idp.RunAsync(["audit", "list", .. wrong])).ExitCode);
    }

    [Fact]
    public async Task A_chain_is_proved_and_the_first_wrong_row_is_named()
    {
        await using var server = await TestServer.StartAsync();
        using var idp = CommandLine.On(server.ConnectionString);
        Assert.Equal("There is no row yet.\n", (await idp.RunAsync(["audit", "verify"])).StandardOutput);
        for (var i = 0; i < 6; i++)
            await server.Get<Server.Audit.AuditTrail>().RecordAsync(AuditAction.ClientCreated, Server.Admin.Actor.Command("root"), AuditTarget.Client($"c{i}"));
        await server.AuditAsync();

        var right = await idp.RunAsync(["audit", "verify"]);
        Assert.Equal(0, right.ExitCode);
        Assert.StartsWith("All 6 rows are as they were written. The last is 6:", right.StandardOutput, StringComparison.Ordinal);
        var last = right.StandardOutput.Trim().Split(' ')[^1];
        await idp.DoneAsync(["audit", "verify", "--known", last]);
        Assert.Equal("row 9: is missing", (await idp.RunAsync(["audit", "verify", "--known", "9" + last[1..]])).Refusal);
        Assert.StartsWith("row 6: was changed", (await idp.RunAsync(["audit", "verify", "--known", "6:" + new string('0', 64)])).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await idp.RunAsync(["audit", "verify", "--known", "6"])).ExitCode);

        // Whoever has the database can switch the trigger off.
        async Task ForgeAsync(string statement) => await ClusterFolder.ExecuteAsync(server.ConnectionString, $"""ALTER TABLE "AuditEvents" DISABLE TRIGGER USER; {statement}""");
        await ForgeAsync("""UPDATE "AuditEvents" SET "Count" = 2 WHERE "Sequence" = 4""");
        Assert.StartsWith("row 4: was changed", (await idp.RunAsync(["audit", "verify"])).Refusal, StringComparison.Ordinal);
        await ForgeAsync("""UPDATE "AuditEvents" SET "Count" = 1 WHERE "Sequence" = 4""");
        await idp.DoneAsync(["audit", "verify"]);
        await ForgeAsync("""UPDATE "AuditEvents" SET "Sequence" = 0 WHERE "Sequence" = 1""");
        Assert.Equal("row 0: stands where none may", (await idp.RunAsync(["audit", "verify"])).Refusal);
        await ForgeAsync("""UPDATE "AuditEvents" SET "Sequence" = 7 WHERE "Sequence" = 0""");
        Assert.Equal("row 1: is missing", (await idp.RunAsync(["audit", "verify"])).Refusal);
        await ForgeAsync("""UPDATE "AuditEvents" SET "Sequence" = 1 WHERE "Sequence" = 7; DELETE FROM "AuditEvents" WHERE "Sequence" = 6; UPDATE "AuditHead" SET "Sequence" = 5""");
        Assert.Equal("row 5: the end of the chain is not sealed under this server's master key", (await idp.RunAsync(["audit", "verify"])).Refusal);
    }

    [Fact]
    public async Task An_export_has_every_line_once_follows_from_line_to_line_and_tells_of_itself()
    {
        await using var server = await TestServer.StartAsync();
        using var idp = CommandLine.On(server.ConnectionString);
        await server.Get<AuditEvents>().AddAsync([.. Enumerable.Range(0, 1500).Select(i => Line(server, i))], TestContext.Current.CancellationToken);
        await server.Get<AuditChaining>().WriteAsync(alsoOpen: true, TestContext.Current.CancellationToken);

        var run = await idp.RunAsync(["audit", "export"]);
        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        var lines = run.StandardOutput.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(Enumerable.Range(1, 1500), lines.Select(line => line["sequence"]!.GetValue<int>()).Order());
        Assert.All(lines, line => Assert.Equal(64, Text(line, "hash")!.Length));

        var told = Assert.Single((await idp.DoneAsync(["audit", "list", "--action", "audit.exported"])).AsArray())!;
        Assert.Equal(("command", Environment.UserName, 1500), (Text(told, "actor_kind"), Text(told, "actor"), told["detail"]!["lines"]!.GetValue<int>()));
    }

    [Fact]
    public async Task What_is_older_than_is_kept_goes_and_the_rest_is_proved()
    {
        await using var server = await TestServer.StartAsync();
        using var idp = CommandLine.On(server.ConnectionString).With("Idp__Audit__Retention", "30.00:00:00");
        var now = TimeProvider.System.GetUtcNow();
        await server.Get<AuditEvents>().AddAsync([Line(server, 1) with { At = now.AddDays(-33) }, Line(server, 2) with { At = now.AddDays(-29) }], TestContext.Current.CancellationToken);
        await server.AuditAsync();

        var pruned = await idp.DoneAsync(["database", "prune"]);
        Assert.Equal(1, pruned["audit"]!.GetValue<int>());
        await server.AuditAsync();
        var verified = await idp.DoneAsync(["audit", "verify"]);
        Assert.Equal((2, 1), (verified["rows"]!.GetValue<int>(), verified["removed_by_retention"]!.GetValue<int>()));
        var told = Assert.Single((await idp.DoneAsync(["audit", "list", "--action", "audit.pruned"])).AsArray())!;
        Assert.Equal("""{"lines":1,"through":1}""", told["detail"]!.ToJsonString(new JsonSerializerOptions()));
        Assert.Equal(0, (await idp.DoneAsync(["database", "prune"]))["audit"]!.GetValue<int>());
    }

    private static string? Text(JsonNode? line, string member) => line![member]?.GetValue<string>();

    private static AuditEvent Line(TestServer server, int number) => new()
    {
        EventId = server.Get<Entropy>().NewId(),
        At = server.Clock.GetUtcNow().AddSeconds(number % 7),
        Action = AuditActions.NameOf(AuditAction.ResourceCreated),
        Actor = new AuditActor(AuditActorKind.Command, "root"),
        Target = AuditTarget.Resource($"https://api-{number}.example"),
    };
}
