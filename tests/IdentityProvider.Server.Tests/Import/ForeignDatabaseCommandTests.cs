using System.Text.Json.Nodes;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace IdentityProvider.Server.Tests.Import;

/// <summary><c>idp import openiddict</c> and <c>duende</c>, by the real executable, from databases as those products' EF Core stores make them.</summary>
public sealed class ForeignDatabaseCommandTests : IAsyncLifetime
{
    private const string Password = "correct horse battery staple";

    private TestServer _server = null!;
    private CommandLine _idp = null!;
    private string _theirs = "";

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _idp = CommandLine.On(_server.ConnectionString);
        _theirs = await TestCluster.NewEmptyDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _idp.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task OpenIddicts_applications_come_with_their_scopes_and_people_sign_in_by_the_passwords_and_apps_that_they_have()
    {
        await ClusterFolder.ExecuteAsync(_theirs, ForeignSchemas.Identity + ForeignSchemas.OpenIddict + ForeignSchemas.People(Hash()) + ForeignSchemas.Applications);
        var done = await ImportAsync("openiddict", _theirs);

        Assert.Equal(
            ["create resource http://localhost:8080/apis/default", "create resource https://orders.example", "create role staff", "create client native", "create client web", "create client worker"],
            Steps(done));
        Assert.Equal("""{"created":2,"changed":0,"unchanged":0}""", done["people"]!.ToJsonString());
        var web = await _idp.DoneAsync(["clients", "show", "web"]);
        Assert.Equal(("openid profile email orders.read offline_access", "[\"https://orders.example\"]", true), ((string?)web["scope"], web["resources"]!.ToJsonString(), (bool)web["require_pkce"]!));
        Assert.Equal("native", (string?)(await _idp.DoneAsync(["clients", "show", "native"]))["application_type"]);
        await SignsInAsync();

        Assert.Empty(Steps(await _idp.DoneAsync(["import", "openiddict", "--connection", "-", "--api", "orders=https://orders.example"], _theirs)));
    }

    [Fact]
    public async Task Duendes_clients_keep_their_secrets_for_as_long_as_was_said()
    {
        await ClusterFolder.ExecuteAsync(_theirs, ForeignSchemas.Identity + ForeignSchemas.Duende + ForeignSchemas.People(Hash()) + ForeignSchemas.Configuration);
        var done = await ImportAsync("duende", _theirs, "--keep-secrets", "90d");

        Assert.Equal(["create resource https://orders.example", "create role staff", "create client orders", "create client web", "create client worker"], Steps(done));
        Assert.Equal(["", "redirect_uris http://web.example/legacy"], done["left"]!.AsArray().Where(left => (string?)left!["kind"] == "client").Select(left => (string)left!["what"]!).Order(StringComparer.Ordinal));
        var secret = (string)done["steps"]!.AsArray().Single(step => (string?)step!["name"] == "worker")!["client_secret"]!;
        foreach (var valid in new[] { secret, "the worker's old secret" })
            Assert.Equal(200, await TokenAsync("worker", valid));
        Assert.Equal(401, await TokenAsync("worker", "another"));
        Assert.Equal("""["https://orders.example"]""", (await _idp.DoneAsync(["clients", "show", "orders"]))["introspects"]!.ToJsonString());
        await SignsInAsync();

        Assert.Empty(Steps(await _idp.DoneAsync(["import", "duende", "--connection", "-", "--api", "orders=https://orders.example"], _theirs)));
    }

    [Fact]
    public async Task Tables_are_found_by_other_ways_to_write_their_names_and_there_may_be_no_people()
    {
        await ClusterFolder.ExecuteAsync(_theirs, """
            CREATE TABLE open_iddict_applications (id text PRIMARY KEY, client_id text, client_secret text, type text, consent_type text, display_name text, permissions text, requirements text, redirect_uris text, post_logout_redirect_uris text);
            CREATE TABLE open_iddict_scopes (id text PRIMARY KEY, name text, display_name text, description text, resources text);
            INSERT INTO open_iddict_applications (id, client_id, type, permissions, redirect_uris) VALUES ('1', 'spa', 'public', '["gt:authorization_code"]', '["https://spa.example/cb"]');
            """);
        var done = await ImportAsync("openiddict", _theirs);

        Assert.Equal(["create client spa"], Steps(done));
        Assert.Equal("none", (string?)(await _idp.DoneAsync(["clients", "show", "spa"]))["token_endpoint_auth_method"]);
    }

    [Fact]
    public async Task What_can_t_be_read_is_refused_in_one_line_and_their_database_is_never_written()
    {
        Assert.StartsWith("connection: there is no table OpenIddictApplications", await RefusedAsync("openiddict", _theirs), StringComparison.Ordinal);
        Assert.StartsWith("connection: there is no table Clients", await RefusedAsync("duende", _theirs), StringComparison.Ordinal);
        var broken = await RefusedAsync("openiddict", "Host=localhost;Password=hunter2;Nonsense=1");
        Assert.StartsWith("connection: ", broken, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", broken, StringComparison.Ordinal);
        Assert.StartsWith("the database: ", await RefusedAsync("openiddict", "Host=/nonexistent;Database=x;Username=x"), StringComparison.Ordinal);

        await ClusterFolder.ExecuteAsync(_theirs, "CREATE SCHEMA other;" + ForeignSchemas.OpenIddict + "CREATE TABLE other.\"OpenIddictApplications\" (\"Id\" text)");
        Assert.StartsWith("schema: ", await RefusedAsync("openiddict", _theirs), StringComparison.Ordinal);
        Assert.Empty(Steps(await _idp.DoneAsync(["import", "openiddict", "--connection", "-", "--schema", "public"], _theirs)));
    }

    // alice has a password; bob an authenticator app beside it.
    private async Task SignsInAsync()
    {
        Assert.Equal("8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d", (string?)(await _idp.DoneAsync(["users", "show", "alice@example.com"]))["sub"]);
        Assert.Equal("[\"staff\"]", (await _idp.DoneAsync(["users", "show", "alice@example.com"]))["roles"]!.ToJsonString());
        using var browser = new Browser(_server);
        Assert.Equal("Your sign-in for every app", (await browser.SignInAsync(await browser.OpenAsync("/login"), "alice@example.com", Password)).Heading);
        using var elsewhere = new Browser(_server);
        var second = await elsewhere.SignInAsync(await elsewhere.OpenAsync("/login"), "bob", Password);
        Assert.Equal("One more step", second.Heading);
        var code = Totp.CodeOf(ForeignSchemas.AuthenticatorKey, Totp.StepOf(_server.Clock.GetUtcNow()));
        Assert.Equal("Your sign-in for every app", (await elsewhere.SubmitAsync(second, ("code", code))).Heading);
    }

    // As Identity 8 makes it, of 100,000 rounds.
    private static string Hash() => new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 100_000 })).HashPassword(new(), Password);

    private Task<JsonNode> ImportAsync(string product, string database, params string[] options) =>
        _idp.DoneAsync(["import", product, "--connection", "-", "--api", "orders=https://orders.example", "--yes", .. options], database);

    private async Task<string> RefusedAsync(string product, string database) => (await _idp.RunAsync(["import", product, "--connection", "-", "--yes", "--json"], database)).Refusal;

    private async Task<int> TokenAsync(string client, string secret)
    {
        using var http = _server.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]) };
        request.Headers.Authorization = SignedIn.Basic(client, secret);
        return (int)(await http.SendAsync(request)).StatusCode;
    }

    private static IEnumerable<string> Steps(JsonNode done) => done["steps"]!.AsArray().Select(step => $"{step!["action"]} {step["kind"]} {step["name"]}");
}
