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

    private async Task<JsonNode> SameAsync(string operation, Dictionary<string, string> parameters, params string[] command)
    {
        var (byApi, byCommand) = (JsonNode.Parse((await _api.DoneAsync(operation, parameters)).GetRawText())!, await _idp.DoneAsync(command));
        Assert.True(JsonNode.DeepEquals(byApi, byCommand), $"{byApi}\n{byCommand}");
        return byApi;
    }
}
