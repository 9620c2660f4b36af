using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Commands;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>Commands and the Admin API are two faces of the same operations: what one does, the other shows, and refuses in the same words.</summary>
public sealed class AdminFacesTests : IAsyncLifetime
{
    private Administrators _all = null!;
    private DocumentClient _api = null!;
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync()
    {
        _all = await Administrators.StartAsync();
        _api = await _all.ByDocumentAsync(await _all.TokenAsync());
        _idp = CommandLine.On(_all.Server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        _idp.Dispose();
        await _all.DisposeAsync();
    }

    [Fact]
    public async Task A_client_and_an_API()
    {
        await _idp.DoneAsync(["resources", "create", "--identifier", "https://api.example", "--scope", "a.read"]);
        await SameAsync("getResource", new() { ["identifier"] = "https://api.example" }, "resources", "show", "https://api.example");
        await _idp.DoneAsync(["clients", "create", "--client-id", "web", "--redirect-uri", "https://web.example/cb", "--resource", "https://api.example", "--scope", "openid a.read"]);
        var web = new Dictionary<string, string> { ["client_id"] = "web" };
        await SameAsync("getClient", web, "clients", "show", "web");
        await SameAsync("getSnippet", new(web) { ["platform"] = "node" }, "clients", "snippet", "web", "--for", "node");
        Assert.Equal((await _idp.RunAsync(["clients", "snippet", "web", "--for", "aspnetcore", "--json"])).Refusal, (await _api.CallAsync("getSnippet", new(web) { ["platform"] = "aspnetcore" }))["detail"]);
        Assert.Equal(404, (int)(await _api.CallAsync("getSnippet", new(web) { ["platform"] = "cobol" })).Status);

        var read = await _api.CallAsync("getClient", web);
        await _idp.DoneAsync(["clients", "update", "web", "--name", "By command"]);
        Assert.Equal(412, (int)(await _api.CallAsync("replaceClient", new(web) { ["If-Match"] = read.Message.Headers.ETag!.ToString() }, read.Text)).Status);
        read = await _api.CallAsync("getClient", web);
        await _api.DoneAsync("replaceClient", new(web) { ["If-Match"] = read.Message.Headers.ETag!.ToString() }, read.Text.Replace("By command", "By API", StringComparison.Ordinal));
        Assert.Equal("By API", (string?)(await SameAsync("getClient", web, "clients", "show", "web"))["client_name"]);

        var byApi = await _api.CallAsync("createClient", body: """{"client_id":"two","redirect_uris":["https://web.example/cb"],"scope":"nonsense"}""");
        var byCommand = await _idp.RunAsync(["clients", "create", "--client-id", "two", "--redirect-uri", "https://web.example/cb", "--scope", "nonsense", "--json"]);
        Assert.Equal(byCommand.Refusal, byApi["detail"]);
        await _api.DoneAsync("deleteClient", web);
        Assert.StartsWith("client_id: ", (await _idp.RunAsync(["clients", "show", "web", "--json"])).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("identifier: ", (await _idp.RunAsync(["resources", "delete", Administrators.Api, "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_their_roles_and_groups()
    {
        var bob = new Dictionary<string, string> { ["sub"] = (string)(await _idp.DoneAsync(["users", "create", "--username", "bob", "--password", "violet-otter-piano-7", "--role", "staff"]))["sub"]! };
        await SameAsync("getUser", bob, "users", "show", "bob");
        await _api.DoneAsync("createGroup", body: """{"group":"makers"}""");
        await _idp.DoneAsync(["groups", "grant-role", "makers", "builders"]);
        await _api.DoneAsync("addGroupMember", new(bob) { ["group"] = "makers" });
        await SameAsync("getGroup", new() { ["group"] = "makers" }, "groups", "show", "makers");
        await _api.DoneAsync("disableUser", bob);
        var shown = await SameAsync("getUser", bob, "users", "show", "bob");
        Assert.True((bool)shown["disabled"]!);
        Assert.Equal(["builders", "staff"], shown["effective_roles"]!.AsArray().Select(role => (string)role!));
        await _idp.DoneAsync(["users", "enable", "bob"]);
        Assert.False((await _api.DoneAsync("getUser", bob)).GetProperty("disabled").GetBoolean());
    }

    [Fact]
    public async Task A_search_over_everything()
    {
        await _idp.DoneAsync(["clients", "create", "--client-id", "orders-web", "--name", "Web shop", "--redirect-uri", "https://web.example/cb"]);
        await _idp.DoneAsync(["resources", "create", "--identifier", "https://orders.example", "--scope", "a.read"]);
        await _idp.DoneAsync(["groups", "create", "Orders", "--role", "orderly"]);
        await _idp.DoneAsync(["users", "create", "--username", "orderlander", "--password", "violet-otter-piano-7"]);
        var (token, kid) = ((string)(await _idp.DoneAsync(["users", "show", "orderlander"]))["sub"]!, (string)(await _idp.DoneAsync(["keys", "list"]))[0]!["kid"]!);
        var audit = (await _idp.DoneAsync(["audit", "list", "--target", token])).AsArray().First()!;

        Assert.Equal("client resource user group role", Kinds(await SameAsync("search", new() { ["q"] = " order" }, "search", " order")));
        Assert.Equal("client", Kinds(await SameAsync("search", new() { ["q"] = "WEB", ["kind"] = "client" }, "search", "WEB", "--kind", "client")));
        Assert.Equal("key", Kinds(await FoundAsync("idp.read", kid[..8])));
        Assert.Equal("user", Kinds(await SameAsync("search", new() { ["q"] = token }, "search", token)));
        Assert.Equal("session", Kinds(await FoundAsync("idp.read", _all.SignedIn.SessionId.ToString("N"))));
        Assert.Equal("audit", Kinds(await SameAsync("search", new() { ["q"] = (string)audit["id"]! }, "search", (string)audit["id"]!)));
        var few = await SameAsync("search", new() { ["q"] = "o", ["kind"] = "client", ["limit"] = "1" }, "search", "o", "--kind", "client", "--limit", "1");
        Assert.Empty(few["more"]!.AsArray());
        await _idp.DoneAsync(["clients", "create", "--client-id", "orders-too", "--redirect-uri", "https://web.example/cb"]);
        Assert.Equal("client", (string)(await SameAsync("search", new() { ["q"] = "o", ["limit"] = "1" }, "search", "o", "--limit", "1"))["more"]![0]!);

        foreach (var text in new[] { "", "  ", new string('x', 401) })
            Assert.Equal((await _idp.RunAsync(["search", text, "--json"])).Refusal, (await _api.CallAsync("search", new() { ["q"] = text }))["detail"]);
        Assert.Equal(422, (int)(await _api.CallAsync("search", new() { ["q"] = "o", ["limit"] = "51" })).Status);
        Assert.Equal(422, (int)(await _api.CallAsync("search", new() { ["q"] = "o", ["kind"] = "planet" })).Status);
    }

    [Fact]
    public async Task A_search_shows_only_what_who_asks_may_see_anyway()
    {
        await _idp.DoneAsync(["users", "create", "--username", "robotnik", "--password", "violet-otter-piano-7"]);
        Assert.Equal("client user", Kinds(await FoundAsync("idp.read", "robot")));
        Assert.Equal("client", Kinds(await FoundAsync("idp.read:search idp.read:clients", "robot")));
        Assert.Equal("", Kinds(await FoundAsync("idp.read:search", "robot")));
        Assert.Equal(403, (int)(await _api.With(await _all.TokenAsync("idp.read:clients")).CallAsync("search", new() { ["q"] = "robot" })).Status);
    }

    private async Task<JsonNode> FoundAsync(string scope, string text) =>
        JsonNode.Parse((await _api.With(await _all.TokenAsync(scope)).DoneAsync("search", new() { ["q"] = text })).GetRawText())!;

    private static string Kinds(JsonNode found) => string.Join(' ', found["items"]!.AsArray().Select(hit => (string)hit!["kind"]!));

    private async Task<JsonNode> SameAsync(string operation, Dictionary<string, string> parameters, params string[] command)
    {
        var (byApi, byCommand) = (JsonNode.Parse((await _api.DoneAsync(operation, parameters)).GetRawText())!, await _idp.DoneAsync(command));
        Assert.True(JsonNode.DeepEquals(byApi, byCommand), $"{byApi}\n{byCommand}");
        return byApi;
    }
}
