using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp outbox</c>, by the real executable.</summary>
public sealed class OutboxCommandsTests
{
    [Fact]
    public async Task What_was_given_up_is_listed_and_tried_again_when_the_operator_says_so()
    {
        var database = await TestCluster.NewDatabaseAsync();
        using var idp = CommandLine.On(database);
        await ClusterFolder.ExecuteAsync(database, Message("shop", "'answered 500'", "now()"));
        await ClusterFolder.ExecuteAsync(database, Message("bank", "NULL", "NULL"));

        var all = (await idp.DoneAsync(["outbox", "list"])).AsArray();
        Assert.Equal(["bank", "shop"], all.Select(m => m!["client_id"]!.GetValue<string>()));
        var given = Assert.Single((await idp.DoneAsync(["outbox", "list", "--state", "given_up"])).AsArray())!;
        Assert.Equal(
            ("backchannel_logout", "shop", "given_up", 7, "answered 500", "00000000000000000000000000000002"),
            (Text(given, "kind"), Text(given, "client_id"), Text(given, "state"), given["attempts"]!.GetValue<int>(), Text(given, "last_error"), Text(given, "sid")));

        var id = given["id"]!.ToJsonString();
        Assert.True((await idp.DoneAsync(["outbox", "retry", id]))["retried"]!.GetValue<bool>());
        Assert.Empty((await idp.DoneAsync(["outbox", "list", "--state", "given_up"])).AsArray());
        Assert.Empty((await idp.DoneAsync(["outbox", "list", "--after", id])).AsArray());

        Assert.Equal("waiting", Text(await idp.DoneAsync(["outbox", "discard", id, "--dry-run"]), "state"));
        Assert.True((await idp.DoneAsync(["outbox", "discard", id]))["discarded"]!.GetValue<bool>());
        Assert.Equal("bank", Text(Assert.Single((await idp.DoneAsync(["outbox", "list"])).AsArray())!, "client_id"));

        Assert.StartsWith("id: ", (await idp.RunAsync(["outbox", "discard", id, "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("id: ", (await idp.RunAsync(["outbox", "retry", "999", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("--after ", (await idp.RunAsync(["outbox", "list", "--after", "x", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.Equal(2, (await idp.RunAsync(["outbox", "list", "--state", "lost"])).ExitCode);
    }

    private static string? Text(JsonNode message, string member) => message[member]?.GetValue<string>();

    private static string Message(string clientId, string error, string givenUpAt) => $"""
        INSERT INTO "OutboxMessages" ("Kind", "ClientId", "UserId", "SessionId", "CreatedAt", "ExpiresAt", "Attempts", "NextAttemptAt", "LastError", "GivenUpAt")
        VALUES ('BackChannelLogout', '{clientId}', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', now(), now(), 7,
            CASE WHEN {givenUpAt} IS NULL THEN now() END, {error}, {givenUpAt})
        """;
}
