using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Pages;
using Way = System.Func<string, System.Threading.Tasks.Task>;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>
/// One set of operations has three faces: what is done to a thing by command is done to a second one by the Admin API and to a third one in the console,
/// and after each step the three are the same but for their names, in what is stored and in what the audit says of them.
/// </summary>
public sealed class ThreeFacesTests : IAsyncLifetime
{
    private static readonly string[] Faces = ["command", "api", "console"];

    // What each has of its own: names that were given to it, moments, and versions that are made of those.
    private static readonly string[] Own = ["created_at", "client_id_issued_at", "client_secret_expires_at", "registration_client_uri", "updated_at"];

    private Administrators _all = null!;
    private DocumentClient _api = null!;
    private CommandLine _idp = null!;
    private Operator _person = null!;

    public async ValueTask InitializeAsync()
    {
        _all = await Administrators.StartAsync();
        _api = await _all.ByDocumentAsync(await _all.TokenAsync());
        _idp = CommandLine.On(_all.Server.ConnectionString);
        _person = new Operator(_all.Server, await _all.Server.AddPersonAsync());
        await ConsoleServer.GiveAsync(_all.Server, _person.Username, "admin");
        await _person.SignInAsync(await _person.OpenAsync("/admin"));
    }

    public async ValueTask DisposeAsync()
    {
        _person.Dispose();
        _idp.Dispose();
        await _all.DisposeAsync();
    }

    [Fact]
    public async Task An_API()
    {
        static string Of(string face) => $"https://{face}.example";
        static string Path(string face) => "/admin/resources/" + Uri.EscapeDataString(Of(face));
        Task SameAsync() => SameEverywhereAsync("getResource", face => new() { ["identifier"] = Of(face) }, Of);

        await EachAsync(
            face => _idp.DoneAsync(["resources", "create", "--identifier", Of(face), "--name", "Shelf", "--scope", "books.read", "--revocation", "expiry", "--access-token-lifetime", "600"]),
            face => _api.DoneAsync("createResource", body: $$"""{"identifier":"{{Of(face)}}","name":"Shelf","scopes":[{"name":"books.read"}],"revocation":"expiry","access_token_lifetime":600}"""),
            async face => await SubmitAsync(
                "/admin/resources/-/new", "identifier", ("identifier", Of(face)), ("name", "Shelf"), ("scopes", "books.read"), ("revocation", "expiry"), ("access_token_lifetime", "600"), ("signing_alg", "RS256")));
        await SameAsync();

        await EachAsync(
            face => _idp.DoneAsync(["resources", "update", Of(face), "--name", "Books"]),
            async face =>
            {
                var read = await _api.CallAsync("getResource", new() { ["identifier"] = Of(face) });
                await _api.DoneAsync(
                    "replaceResource", new() { ["identifier"] = Of(face), ["If-Match"] = read.Message.Headers.ETag!.ToString() }, read.Text.Replace("Shelf", "Books", StringComparison.Ordinal));
            },
            async face => await SubmitAsync(
                Path(face) + "/edit", "scopes", ("name", "Books"), ("scopes", "books.read"), ("revocation", "expiry"), ("access_token_lifetime", "600"), ("signing_alg", "RS256")));
        await SameAsync();

        await EachAsync(
            face => _idp.DoneAsync(["resources", "delete", Of(face)]),
            face => _api.DoneAsync("deleteResource", new() { ["identifier"] = Of(face) }),
            face => SubmitAsync(Path(face) + "/delete", "confirm", ("confirm", Of(face))));
        await SameAuditAsync(Of, "resource.changed resource.created resource.deleted");
    }

    [Fact]
    public async Task A_client()
    {
        static string Of(string face) => $"{face}-app";
        foreach (var face in Faces)
            await _idp.DoneAsync(["clients", "create", "--client-id", Of(face), "--name", "App", "--redirect-uri", "https://app.example/cb"]);

        await EachAsync(
            face => _idp.DoneAsync(["clients", "rotate-secret", Of(face), "--keep-old", "1h"]),
            face => _api.DoneAsync("rotateClientSecret", new() { ["client_id"] = Of(face) }, """{"keep_old":3600}"""),
            face => SubmitAsync($"/admin/clients/{Of(face)}", "Make another secret", ("keep_old", "3600")));
        await SameEverywhereAsync("getClient", face => new() { ["client_id"] = Of(face) }, Of);

        await EachAsync(
            face => _idp.DoneAsync(["tokens", "revoke", "--client", Of(face)]),
            face => _api.DoneAsync("revokeClientTokens", new() { ["client_id"] = Of(face) }),
            face => SubmitAsync($"/admin/clients/{Of(face)}", "/revoke-tokens"));

        await EachAsync(
            face => _idp.DoneAsync(["clients", "delete", Of(face)]),
            face => _api.DoneAsync("deleteClient", new() { ["client_id"] = Of(face) }),
            face => SubmitAsync($"/admin/clients/{Of(face)}/delete", "confirm", ("confirm", Of(face))));
        await SameAuditAsync(Of, "client.created client.deleted client.secret_made token.revoked");
    }

    [Fact]
    public async Task A_person()
    {
        const string Password = "violet-otter-piano-7";
        var subs = new Dictionary<string, string>();
        string Of(string face) => subs[face];
        string Path(string face) => "/admin/users/" + Of(face);
        Dictionary<string, string> Sub(string face) => new() { ["sub"] = Of(face) };
        Task SameAsync() => SameEverywhereAsync("getUser", Sub, face => $"{face}-ada", Of);

        await EachAsync(
            async face => subs[face] = (string)(await _idp.DoneAsync(["users", "create", "--username", $"{face}-ada", "--password", Password, "--role", "staff"]))["sub"]!,
            async face => subs[face] = (await _api.DoneAsync("createUser", body: $$"""{"username":"{{face}}-ada","password":"{{Password}}","roles":["staff"]}""")).GetProperty("sub").GetString()!,
            async face => subs[face] = (await SubmitAsync("/admin/users/-/new", "username", ("username", $"{face}-ada"), ("password", Password), ("role", "staff"))).Path.Split('/')[^1]);
        await SameAsync();

        await _idp.DoneAsync(["groups", "create", "makers", "--role", "builders"]);
        await EachAsync(
            face => _idp.DoneAsync(["users", "grant-role", $"{face}-ada", "chief"]),
            face => _api.DoneAsync("grantRole", new(Sub(face)) { ["role"] = "chief" }),
            face => SubmitAsync(Path(face), "Give the role", ("role", "chief")));
        await EachAsync(
            face => _idp.DoneAsync(["users", "add-to-group", $"{face}-ada", "makers"]),
            face => _api.DoneAsync("addGroupMember", new(Sub(face)) { ["group"] = "makers" }),
            face => SubmitAsync(Path(face), "Put into the group", ("group", "makers")));
        await SameAsync();

        await EachAsync(
            face => _idp.DoneAsync(["users", "revoke-role", $"{face}-ada", "staff"]),
            face => _api.DoneAsync("revokeRole", new(Sub(face)) { ["role"] = "staff" }),
            face => SubmitAsync(Path(face), "/roles/staff/revoke"));
        await EachAsync(
            face => _idp.DoneAsync(["users", "set-password", $"{face}-ada", "--password", Password + "8"]),
            face => _api.DoneAsync("setPassword", Sub(face), $$"""{"password":"{{Password}}8"}"""),
            face => SubmitAsync(Path(face) + "/password", "keep_sessions", ("password", Password + "8")));
        foreach (var face in Faces)
        {
            using var browser = new Browser(_all.Server);
            Assert.NotNull((await browser.SignInAsync(await browser.OpenAsync("/login"), $"{face}-ada", Password + "8")).Path);
        }

        await EachAsync(
            face => _idp.DoneAsync(["sessions", "end", "--user", $"{face}-ada"]),
            face => _api.DoneAsync("endSessions", Sub(face)),
            face => SubmitAsync(Path(face) + "/end-sessions", "/end-sessions"));
        await EachAsync(
            face => _idp.DoneAsync(["users", "disable", $"{face}-ada"]),
            face => _api.DoneAsync("disableUser", Sub(face)),
            face => SubmitAsync(Path(face) + "/disable", "/disable"));
        await SameAsync();
        await EachAsync(
            face => _idp.DoneAsync(["users", "enable", $"{face}-ada"]),
            face => _api.DoneAsync("enableUser", Sub(face)),
            face => SubmitAsync(Path(face), "Enable"));
        await SameAsync();
        await EachAsync(
            face => _idp.DoneAsync(["users", "delete", $"{face}-ada"]),
            face => _api.DoneAsync("deleteUser", Sub(face)),
            face => SubmitAsync(Path(face) + "/delete", "/delete", ("confirm", $"{face}-ada")));
        await SameAuditAsync(Of, expected: null);
    }

    [Fact]
    public async Task A_mistake()
    {
        var byCommand = (await _idp.RunAsync(["resources", "create", "--identifier", "https://bad.example", "--name", "Bad", "--scope", "x", "--access-token-lifetime", "901", "--json"])).Refusal;
        var byApi = (await _api.CallAsync("createResource", body: """{"identifier":"https://bad.example","name":"Bad","scopes":[{"name":"x"}],"access_token_lifetime":901}"""))["detail"];
        var form = (await _person.OpenAsync("/admin/resources/-/new")).FormWith("identifier");
        var page = await _person.SubmitAsync(
            form, ("identifier", "https://bad.example"), ("name", "Bad"), ("scopes", "x"), ("revocation", "status_list"), ("access_token_lifetime", "901"), ("signing_alg", "RS256"));
        Assert.Equal(byCommand, byApi);
        Assert.Contains(byApi!.Split(": ", 2)[1], page.Text, StringComparison.Ordinal);
        Assert.Contains("id=\"access_token_lifetime-mistake\"", page.Html, StringComparison.Ordinal);
    }

    private static async Task EachAsync(Way command, Way api, Way console)
    {
        await command(Faces[0]);
        await api(Faces[1]);
        await console(Faces[2]);
    }

    private async Task<Page> SubmitAsync(string path, string form, params (string Name, string Value)[] fields)
    {
        var page = await _person.OpenAsync(path);
        var done = await _person.SubmitAsync(page.FormWith(form), fields);
        Assert.True((int)done.Status is 200, $"{path}: {done.Status} {done.Text}");
        return done;
    }

    private async Task SameEverywhereAsync(string operation, Func<string, Dictionary<string, string>> parameters, params Func<string, string>[] names)
    {
        var documents = new List<string>();
        foreach (var face in Faces)
        {
            var document = JsonNode.Parse((await _api.DoneAsync(operation, parameters(face))).GetRawText())!;
            foreach (var member in Own)
                document.AsObject().Remove(member);
            (document["claims"] as JsonObject)?.Remove("updated_at");
            foreach (var secret in document["secrets"]?.AsArray() ?? [])
                secret!.AsObject().Clear();
            documents.Add(Without(names, face, document.ToJsonString()));
        }

        Assert.Equal(documents[0], documents[1]);
        Assert.Equal(documents[0], documents[2]);
    }

    // What was done, told the same of each; of one moment, which the test's clock stays at, the audit knows no order.
    private async Task SameAuditAsync(Func<string, string> target, string? expected)
    {
        var lines = new List<string>();
        foreach (var face in Faces)
        {
            var found = (await _idp.DoneAsync(["audit", "list", "--target", target(face), "--limit", "100"])).AsArray();
            lines.Add(string.Join(' ', found.Select(line => (string)line!["action"]!).Where(action => !action.StartsWith("signin", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        }

        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(lines[0], lines[2]);
        if (expected is not null)
            Assert.Equal(expected, lines[0]);
    }

    private static string Without(IEnumerable<Func<string, string>> names, string face, string text) =>
        names.Aggregate(text, (rest, name) => rest.Replace(name(face), "NAME", StringComparison.Ordinal));
}
