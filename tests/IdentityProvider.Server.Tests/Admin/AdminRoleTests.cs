using System.Net;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>Each role and each operation, by real requests; and what an operator, or a program of one area, must not make of it.</summary>
public sealed class AdminRoleTests : IAsyncLifetime
{
    private Administrators _all = null!;

    public async ValueTask InitializeAsync() => _all = await Administrators.StartAsync();

    public ValueTask DisposeAsync() => _all.DisposeAsync();

    [Theory]
    [InlineData("admin")]
    [InlineData("operator")]
    [InlineData("auditor")]
    public async Task A_role_opens_the_operations_of_the_table_and_no_other(string role)
    {
        await _all.GiveAliceAsync(role);
        var api = await _all.ByDocumentAsync(await _all.TokenOfAliceAsync());
        Assert.Equal(AdminApiSetup.Routes.Count, api.Operations.Count);
        foreach (var route in AdminApiSetup.Routes)
        {
            var answer = await CallAsync(api, route);
            var isRefused = answer.Status == HttpStatusCode.Forbidden && answer.Header("WWW-Authenticate").Length > 0;
            Assert.True(isRefused != AdminRules.Allows(role, route.Area, route.Writes), $"{role} {route.Name}: {(int)answer.Status} {answer.Text}");
            Assert.NotEqual(HttpStatusCode.Unauthorized, answer.Status);
            Assert.True((int)answer.Status < 500, $"{route.Name}: {answer.Text}");
        }
    }

    [Fact]
    public async Task A_program_that_reads_one_area_reads_no_other_and_writes_nothing()
    {
        var api = await _all.ByDocumentAsync(await _all.TokenAsync("idp.read:sessions"));
        foreach (var route in AdminApiSetup.Routes)
        {
            var status = (await CallAsync(api, route)).Status;
            Assert.True((status == HttpStatusCode.Forbidden) != (route is { Area: AdminArea.Sessions, Writes: false }), $"{route.Name}: {(int)status}");
        }
    }

    [Theory]
    [InlineData("operator", "idp.read idp.write")]
    [InlineData("admin", "idp.read idp.write:users idp.write:clients idp.write:groups idp.write:upstreams idp.write:roles idp.write:sessions idp.write:families idp.write:grants")]
    public async Task Nobody_raises_themselves(string role, string scope)
    {
        var administrator = (await MakeAsync("root", "admin"))["sub"]!;
        var bob = (await MakeAsync("bob"))["sub"]!;
        var whole = await _all.ByDocumentAsync(await _all.TokenAsync());
        await whole.DoneAsync("createGroup", body: """{"group":"chiefs","roles":["Admin"]}""");
        var client = Administrators.Console with { ClientId = "narrow", Scope = AdminApi.Of(TestServer.Issuer).ScopeNames };
        Assert.True(await _all.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
        await _all.GiveAliceAsync(role);
        var api = whole.With(await _all.TokenOfAliceAsync(scope, client));
        var (root, ofBob) = (new Dictionary<string, string> { ["sub"] = administrator }, new Dictionary<string, string> { ["sub"] = bob });

        // 1. By a role, given directly, by a group, by an upstream or with an account.
        foreach (var name in new[] { "admin", "Operator", "AUDITOR" })
            await RefusedAsync(api, "grantRole", new(ofBob) { ["role"] = name });
        await RefusedAsync(api, "addGroupMember", new(ofBob) { ["group"] = "chiefs" });
        await RefusedAsync(api, "grantGroupRole", new() { ["group"] = "chiefs", ["role"] = "auditor" });
        await RefusedAsync(api, "revokeGroupRole", new() { ["group"] = "chiefs", ["role"] = "admin" });
        await RefusedAsync(api, "deleteGroup", new() { ["group"] = "chiefs" });
        await RefusedAsync(api, "createGroup", body: """{"group":"mine","roles":["admin"]}""");
        await RefusedAsync(api, "createUser", body: """{"username":"eve","password":"violet-otter-piano-7","roles":["admin"]}""");
        await RefusedAsync(api, "createUpstream", body: """{"name":"mine","issuer":"https://mine.example","client_id":"us","client_secret":"s","create":"always","roles":["admin"]}""");

        // 2. By the account of somebody who is.
        await RefusedAsync(api, "setPassword", root, """{"password":"amber-walrus-tuba-9"}""");
        await RefusedAsync(api, "changeUser", new(root) { ["If-Match"] = "*" }, """{"claims":{"email":"eve@example.com","email_verified":true}}""");
        await RefusedAsync(api, "revokeRole", new(root) { ["role"] = "admin" });
        foreach (var id in new[] { "disableUser", "enableUser", "deleteUser", "resetSecondFactors", "endSessions", "revokeUserTokens" })
            await RefusedAsync(api, id, root);

        // 3. By a client of this very API.
        var robot = new Dictionary<string, string> { ["client_id"] = "robot" };
        await RefusedAsync(api, "createClient", body: $$"""{"grant_types":["client_credentials"],"resources":["{{Administrators.Api}}"],"scope":"idp.write"}""");
        await RefusedAsync(api, "createClient", body: $$"""{"introspects":["{{Administrators.Api}}"]}""");
        await RefusedAsync(api, "replaceClient", new(robot) { ["If-Match"] = "*" }, """{"grant_types":["client_credentials"]}""");
        await RefusedAsync(api, "rotateClientSecret", robot, "{}");
        await RefusedAsync(api, "deleteClient", robot);
        await RefusedAsync(api, "revokeClientTokens", robot);

        // What isn't so near they do.
        await api.DoneAsync("setPassword", ofBob, """{"password":"amber-walrus-tuba-9"}""");
        await api.DoneAsync("grantRole", new(ofBob) { ["role"] = "staff" });
        await api.DoneAsync("createClient", body: """{"redirect_uris":["https://web.example/cb"]}""");

        async Task<Answer> MakeAsync(string name, params string[] roles) => await (await _all.ByDocumentAsync(await _all.TokenAsync())).CallAsync(
            "createUser", body: $$"""{"username":"{{name}}","password":"violet-otter-piano-7","roles":[{{string.Join(',', roles.Select(r => $"\"{r}\""))}}]}""");
    }

    private static async Task RefusedAsync(DocumentClient api, string id, Dictionary<string, string>? parameters = null, string? body = null)
    {
        var answer = await api.CallAsync(id, parameters, body);
        Assert.True(answer.Status == HttpStatusCode.Forbidden && answer["type"] == "urn:idp:problem:forbidden", $"{id}: {(int)answer.Status} {answer.Text}");
    }

    // Of nothing that is there, and with a body that says nothing: whether the door opens is seen all the same.
    private static Task<Answer> CallAsync(DocumentClient api, AdminRoute route)
    {
        var parameters = route.Path.Split('/').Where(part => part.StartsWith('{')).ToDictionary(part => part.Trim('{', '}'), _ => "none");
        if (route.NeedsMatch)
            parameters["If-Match"] = "*";
        return api.CallAsync(route.Name, parameters, route.Body is null ? null : "{}");
    }
}
