using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>Keys, what is to be told to others, and who listens to security events.</summary>
internal static class OperatingStories
{
    public static IEnumerable<Story> All => [Keys, Messages, Stream, Token];

    // The first rotation leaves the ring in the state in which each face then finds it. What is revoked signed the token of the API, which is asked for anew.
    private static Story Keys => new(
        "Keys",
        new Given(async it =>
        {
            if (it.ActorKind == "Command")
                await it.DoneAsync("keys", "rotate", "--now");
        }),
        new Step("rotateKeys", _ => ["keys", "rotate", "--now"], _ => Call.With("""{"now":true}"""), _ => [new Form("/keys", "/keys/rotate", ("at_once", "true"))]),
        new Given(it => it.RenewTokenAsync()),
        new Given(async it => it["kid"] = await it.AskAsync(
            $"""SELECT "Kid" FROM "SigningKeys" WHERE "Algorithm" = 'RS256' AND "RevokedAt" IS NULL ORDER BY "Generation" OFFSET {it.ActorKind switch { "Command" => 1, "Client" => 2, _ => 3 }} LIMIT 1""")),
        new Step(
            "revokeKey", it => ["keys", "revoke", it["kid"]], it => Call.Of(("kid", it["kid"])), it => [Form.At($"/keys/{it["kid"]}/revoke", ("confirmation", it["kid"][..Math.Min(8, it["kid"].Length)]))]));

    private static Story Messages => new(
        "What could not be told",
        new Given(async it =>
        {
            await it.Server.AddClientAsync(client => client with { ClientId = it.Of("deaf"), BackchannelLogoutUri = "http://127.0.0.1:1/logout" });
            (it["retried"], it["discarded"]) = (await MessageAsync(it), await MessageAsync(it));
        }),
        new Step("retryMessage", it => ["outbox", "retry", Number(it, "retried")], it => Call.Of(("id", Number(it, "retried"))), it => [new Form("/outbox?state=given_up", $"/outbox/{Number(it, "retried")}/retry")]),
        new Step("discardMessage", it => ["outbox", "discard", Number(it, "discarded")], it => Call.Of(("id", Number(it, "discarded"))), it => [Form.At($"/outbox/{Number(it, "discarded")}/discard")]));

    private static Story Stream => new(
        "A stream of security events",
        new Given(async it => it["stream"] = await StreamAsync(it)),
        new Step(
            "setSignalStreamStatus",
            it => ["signals", "streams", "set-status", it["stream"], "paused", "--reason", "Until Friday"],
            it => Call.Of(("stream_id", it["stream"])) with { Body = """{"status":"paused","reason":"Until Friday"}""" },
            it => [new Form($"/signals/{it["stream"]}", $"/signals/{it["stream"]}/status", ("status", "paused"), ("reason", "Until Friday"))]),
        new Step("deleteSignalStream", it => ["signals", "streams", "delete", it["stream"]], it => Call.Of(("stream_id", it["stream"])), it => [Form.At($"/signals/{it["stream"]}/delete")]));

    private static Story Token => new(
        "A token at hand",
        new Given(TokenAsync),
        new Step("revokeToken", it => ["tokens", "revoke", it["token"]], it => Call.With($$"""{"token":"{{it["token"]}}"}"""), it => [Form.At("/tokens/revoke", ("token", it["token"]))]));

    // Any face's story says a number where a command or a path takes one.
    private static string Number(Face it, string key) => it == Face.Any ? "1" : it[key];

    public static Task<string> MessageAsync(Face it) => it.AskAsync($"""
        INSERT INTO "OutboxMessages" ("Kind", "ClientId", "UserId", "SessionId", "CreatedAt", "ExpiresAt", "Attempts", "NextAttemptAt", "LastError", "GivenUpAt")
        VALUES ('BackChannelLogout', '{it.Of("deaf")}', '00000000-0000-0000-0000-000000000001', gen_random_uuid(), '{it.Server.Clock.GetUtcNow():O}', '{it.Server.Clock.GetUtcNow():O}', 7, NULL, 'answered 500', '{it.Server.Clock.GetUtcNow():O}')
        RETURNING "Id"::text
        """);

    /// <summary>A program's token for an API that knows by the status list whether it stands.</summary>
    public static async Task TokenAsync(Face it)
    {
        var api = $"https://tokens.{it.Name}.example";
        await it.DoneAsync("resources", "create", "--identifier", api, "--scope", "a.read");
        var made = await it.DoneAsync(
            "clients", "create", "--client-id", it.Of("program"), "--grant", "client_credentials", "--auth-method", "client_secret_post", "--resource", api, "--scope", "a.read");
        it["token"] = await TokenAsync(it, it.Of("program"), (string)made["client_secret"]!, api, "a.read");
        it["jti"] = (string)(await it.DoneAsync("tokens", "inspect", it["token"]))["jti"]!;
    }

    public static async Task<string> StreamAsync(Face it)
    {
        const string Api = TestServer.Issuer + "/ssf";
        var made = await it.DoneAsync(
            "clients", "create", "--file",
            it.File($$"""{"client_id":"{{it.Of("receiver")}}","grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_post","resources":["{{Api}}"],"scope":"ssf.read ssf.manage"}"""));
        var token = await TokenAsync(it, it.Of("receiver"), (string)made["client_secret"]!, Api, "ssf.manage");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ssf/streams") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await it.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("stream_id").GetString()!;
    }

    private static async Task<string> TokenAsync(Face it, string client, string secret, string api, string scope)
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", client), new("client_secret", secret), new("resource", api), new("scope", scope)]);
        using var answer = await it.Server.Http.PostAsync("/token", form, TestContext.Current.CancellationToken);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("access_token").GetString()!;
    }
}
