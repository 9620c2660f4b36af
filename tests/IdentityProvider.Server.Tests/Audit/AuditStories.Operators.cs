using System.Net;
using IdentityProvider.Server.Tests.Admin;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What operators do: by the Admin API, and by commands what it hasn't.</summary>
public sealed partial class AuditStories
{
    private static async Task OperatorsAsync(List<Protocol.Audit.AuditEvent> lines)
    {
        await using var all = await Administrators.StartAsync(settings => settings with
        {
            Accounts = new() { Registration = AccountRegistration.Open },
            Throttling = new() { Enabled = false },
        });
        var api = await all.ByDocumentAsync(await all.TokenAsync());
        await ClientsAsync(api);
        await UsersAsync(all.Server, api);
        await GroupsAsync(api, await MadeAsync(api, "createUser", """{"username":"bob","password":"seven lanterns over quiet harbours"}""", "sub"));
        await SignalsAsync(all.Server, api);
        await OperatingAsync(all.Server, api);

        using var idp = CommandLine.On(all.Server.ConnectionString);
        await idp.DoneAsync(["issuers", "create", "--issuer", "https://partner.example", "--jwks-uri", "https://partner.example/jwks", "--client", "app", "--scope", "orders.read"]);
        await idp.DoneAsync(["issuers", "delete", "https://partner.example"]);
        await idp.DoneAsync(
            ["authorization-details-types", "create", "--file", "-"],
            """{"type":"payment","schema":{"title":"Make a payment","type":"object","additionalProperties":false,"properties":{"amount":{"title":"Amount","type":"string"}}}}""");
        await idp.DoneAsync(["authorization-details-types", "delete", "payment"]);
        lines.AddRange(await all.Server.AuditAsync());
    }

    private static async Task ClientsAsync(DocumentClient api)
    {
        Dictionary<string, string> web = new() { ["client_id"] = "web" };
        await api.DoneAsync("createClient", body: """{"client_id":"web","redirect_uris":["https://web.example/cb"]}""");
        await ReplaceAsync(api, "getClient", "replaceClient", web, """{"client_id":"web","client_name":"Web","redirect_uris":["https://web.example/cb"]}""");
        var made = await MadeAsync(api, "rotateClientSecret", """{"keep_old":60}""", "secret_id", web);
        await api.DoneAsync("removeClientSecret", new(web) { ["secret_id"] = made });
        await api.DoneAsync("deleteClient", web);
        Dictionary<string, string> address = new() { ["client_id"] = "https://agent.example/client.json" };
        await api.DoneAsync("deleteClient", address);
        await api.DoneAsync("allowClient", address);

        Dictionary<string, string> notes = new() { ["identifier"] = "https://api.example" };
        await api.DoneAsync("createResource", body: """{"identifier":"https://api.example","scopes":["n.read"]}""");
        await ReplaceAsync(api, "getResource", "replaceResource", notes, """{"name":"N","scopes":["n.read","n.write"]}""");
        await api.DoneAsync("deleteResource", notes);
        Dictionary<string, string> example = new() { ["name"] = "example" };
        await api.DoneAsync("createUpstream", body: """{"name":"example","issuer":"https://login.example","client_id":"us","client_secret":"s3cr3t-of-the-upstream","label":"Example"}""");
        await ReplaceAsync(api, "getUpstream", "replaceUpstream", example, """{"name":"example","issuer":"https://login.example","client_id":"us","label":"Another"}""");
        await api.DoneAsync("deleteUpstream", example);
        var policy = await MadeAsync(api, "createRegistrationPolicy", """{"name":"Agents","scope":"openid"}""", "policy_id");
        await api.DoneAsync("revokeRegistrationPolicy", new() { ["policy_id"] = policy });
    }

    private static async Task UsersAsync(TestServer server, DocumentClient api)
    {
        Dictionary<string, string> ada = new() { ["sub"] = await MadeAsync(api, "createUser", """{"username":"ada","password":"seven lanterns over quiet harbours"}""", "sub") };
        await api.DoneAsync("setPassword", ada, """{"password":"a lighthouse keeper's own tune"}""");
        await api.DoneAsync("disableUser", ada);
        await api.DoneAsync("enableUser", ada);
        await api.DoneAsync("inviteUser", body: """{"email":"newcomer@example.com"}""");
        var username = await server.AddPersonAsync();
        using var browser = new Browser(server);
        await AuthenticatorApp.SetUpAsync(server, browser, username);
        await api.DoneAsync("resetSecondFactors", new() { ["sub"] = (await server.UserIdAsync(username)).ToString("D") });
    }

    private static async Task GroupsAsync(DocumentClient api, string sub)
    {
        Dictionary<string, string> cook = new() { ["role"] = "cook" }, kitchen = new() { ["group"] = "kitchen" };
        await api.DoneAsync("createRole", body: """{"role":"cook"}""");
        await ReplaceAsync(api, "getRole", "replaceRole", cook, """{"require_mfa":true}""");
        await api.DoneAsync("grantRole", new(cook) { ["sub"] = sub });
        await api.DoneAsync("revokeRole", new(cook) { ["sub"] = sub });
        await api.DoneAsync("createGroup", body: """{"group":"kitchen"}""");
        await api.DoneAsync("addGroupMember", new(kitchen) { ["sub"] = sub });
        await api.DoneAsync("removeGroupMember", new(kitchen) { ["sub"] = sub });
        await api.DoneAsync("grantGroupRole", new(kitchen) { ["role"] = "cook" });
        await api.DoneAsync("revokeGroupRole", new(kitchen) { ["role"] = "cook" });
        await api.DoneAsync("deleteGroup", kitchen);
        await api.DoneAsync("deleteRole", cook);
    }

    private static async Task OperatingAsync(TestServer server, DocumentClient api)
    {
        var kid = await ClusterFolder.AskAsync(server.ConnectionString, """SELECT min("Kid") FROM "SigningKeys" """);
        await api.DoneAsync("rotateKeys", body: """{"now":true}""");
        await ClusterFolder.ExecuteAsync(server.ConnectionString, """
            INSERT INTO "OutboxMessages" ("Kind", "ClientId", "UserId", "SessionId", "CreatedAt", "ExpiresAt", "Attempts", "NextAttemptAt", "GivenUpAt")
            VALUES ('BackChannelLogout', 'shop', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', now(), now(), 7, NULL, now())
            """);
        var message = await ClusterFolder.AskAsync(server.ConnectionString, """SELECT max("Id")::text FROM "OutboxMessages" """);
        await api.DoneAsync("retryMessage", new() { ["id"] = message! });
        await api.DoneAsync("discardMessage", new() { ["id"] = message! });
        await api.DoneAsync("revokeKey", new() { ["kid"] = kid! });
    }

    private static async Task ReplaceAsync(DocumentClient api, string read, string replace, Dictionary<string, string> named, string body)
    {
        var standing = await api.CallAsync(read, named);
        Assert.Equal(HttpStatusCode.OK, standing.Status);
        await api.DoneAsync(replace, standing.Message.Headers.ETag is { } tag ? new(named) { ["If-Match"] = tag.ToString() } : named, body);
    }

    private static async Task<string> MadeAsync(DocumentClient api, string operation, string body, string member, Dictionary<string, string>? named = null) =>
        (await api.DoneAsync(operation, named, body)).GetProperty(member).GetString()!;
}
