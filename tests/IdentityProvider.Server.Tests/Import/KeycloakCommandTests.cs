using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Import;

/// <summary><c>idp import keycloak</c>, by the real executable on the database of a real server: whom it brings can sign in.</summary>
public sealed class KeycloakCommandTests : IAsyncLifetime
{
    private const string Password = "correct horse battery staple";
    private const string OtpSecret = "abcdefghij0123456789";

    private TestServer _server = null!;
    private CommandLine _idp = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _idp = CommandLine.On(_server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        _idp.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task People_sign_in_by_the_passwords_that_they_have_and_are_who_they_were()
    {
        var done = await ImportAsync();
        Assert.True((bool)done["applied"]!);
        Assert.Equal("""{"created":3,"changed":0,"unchanged":0}""", done["people"]!.ToJsonString());

        var alice = await _idp.DoneAsync(["users", "show", "alice"]);
        Assert.Equal("8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d", (string?)alice["sub"]);
        Assert.Equal(("[\"staff\"]", "[\"sales\"]", "[\"seller\",\"staff\"]"), (alice["roles"]!.ToJsonString(), alice["groups"]!.ToJsonString(), alice["effective_roles"]!.ToJsonString()));
        using var browser = new Browser(_server);
        Assert.Equal("Your sign-in for every app", (await browser.SignInAsync(await browser.OpenAsync("/login"), "alice", Password)).Heading);

        // The hash is one of this server's from then on.
        Assert.StartsWith("AQAAAA", await HashOfAsync("alice"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_had_an_authenticator_app_is_asked_for_its_codes()
    {
        await ImportAsync();
        using var browser = new Browser(_server);

        var second = await browser.SignInAsync(await browser.OpenAsync("/login"), "bob", Password);
        Assert.Equal("One more step", second.Heading);
        var code = Totp.CodeOf(Encoding.UTF8.GetBytes(OtpSecret), Totp.StepOf(_server.Clock.GetUtcNow()));
        Assert.Equal("Your sign-in for every app", (await browser.SubmitAsync(second, ("code", code))).Heading);
        Assert.Equal("0", await ClusterFolder.AskAsync(_server.ConnectionString, $"""SELECT count(*) FROM "UserTokens" t WHERE t::text LIKE '%{OtpSecret}%'"""));
    }

    [Fact]
    public async Task Who_was_disabled_stays_so()
    {
        await ImportAsync();
        Assert.True((bool)(await _idp.DoneAsync(["users", "show", "carol"]))["disabled"]!);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_a_second_run_has_nothing_to_do()
    {
        var planned = await _idp.DoneAsync(["import", "keycloak", "--file", "-", "--dry-run"], Realm());
        Assert.Equal("""{"created":3,"changed":0,"unchanged":0}""", planned["people"]!.ToJsonString());
        Assert.Equal("0", await CountAsync());
        Assert.StartsWith("Nothing was changed: ", (await _idp.RunAsync(["import", "keycloak", "--file", "-", "--json"], Realm())).Refusal, StringComparison.Ordinal);
        Assert.Equal("0", await CountAsync());

        var done = await ImportAsync();
        Assert.Equal(Steps(planned), Steps(done));
        Assert.Equal(["create resource http://localhost:8080/apis/acme", "create role seller", "create role staff", "create group sales", "create client nightly", "create client shop"], Steps(done));
        var again = await _idp.RunAsync(["import", "keycloak", "--file", "-"], Realm());
        Assert.Equal(0, again.ExitCode);
        Assert.EndsWith("Nothing to do: everything that can come along is here.\n", again.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stays_behind_is_told_once_with_how_many_it_is_about()
    {
        var left = (await ImportAsync())["left"]!.AsArray().ToDictionary(one => $"{one!["kind"]} {one["what"]}", one => one!["names"]!.ToJsonString());

        Assert.Equal("""["Admin"]""", left["role "]);
        Assert.Equal("""["alice","bob"]""", left["user attribute department"]);
        Assert.Equal("""["saml-app"]""", left["client "]);
        var table = await _idp.RunAsync(["import", "keycloak", "--file", "-"], Realm());
        Assert.Contains("alice, bob", table.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_goes_on_by_its_old_secret_for_as_long_as_was_said()
    {
        var made = await ImportAsync("--keep-secrets", "30d");
        var secret = (string)made["steps"]!.AsArray().Single(step => (string?)step!["name"] == "nightly")!["client_secret"]!;

        foreach (var valid in new[] { secret, "the old secret of nightly" })
            Assert.Equal(200, await TokenAsync("nightly", valid));
        Assert.Equal("1", await ClusterFolder.AskAsync(_server.ConnectionString, """SELECT count(*) FROM "ClientSecrets" WHERE "ExpiresAt" BETWEEN now() + interval '29 days' AND now() + interval '30 days'"""));
        Assert.Equal("2", await ClusterFolder.AskAsync(_server.ConnectionString, """SELECT count(*) FROM "ClientSecrets" WHERE "ExpiresAt" IS NULL"""));
    }

    [Fact]
    public async Task Without_being_asked_to_no_old_secret_is_kept()
    {
        await ImportAsync();
        Assert.Equal(401, await TokenAsync("nightly", "the old secret of nightly"));
    }

    [Fact]
    public async Task What_an_operator_gave_since_is_not_taken_away_and_what_is_missing_is_given_again()
    {
        await ImportAsync();
        await _idp.DoneAsync(["users", "grant-role", "alice", "editor"]);
        await _idp.DoneAsync(["users", "revoke-role", "alice", "staff"]);
        await _idp.DoneAsync(["users", "set-password", "alice", "--password", "violet marmot on a bicycle"]);
        var hash = await HashOfAsync("alice");

        Assert.Equal("""{"created":0,"changed":1,"unchanged":2}""", (await ImportAsync())["people"]!.ToJsonString());
        Assert.Equal(["editor", "staff"], (await _idp.DoneAsync(["users", "show", "alice"]))["roles"]!.AsArray().Select(role => (string)role!).Order(StringComparer.Ordinal));
        Assert.Equal(hash, await HashOfAsync("alice"));
    }

    [Fact]
    public async Task Somebody_elses_account_of_the_same_name_stays_theirs()
    {
        await _idp.DoneAsync(["users", "create", "--username", "alice", "--password", "violet marmot on a bicycle"]);
        var done = await ImportAsync();

        Assert.Contains(done["left"]!.AsArray(), left => left!["why"]!.GetValue<string>() == "another account here has this username");
        Assert.Equal("[]", (await _idp.DoneAsync(["users", "show", "alice"]))["roles"]!.ToJsonString());
    }

    [Fact]
    public async Task Links_come_along_once_their_issuer_is_one_here()
    {
        Assert.Contains((await ImportAsync())["left"]!.AsArray(), left => left!["what"]!.GetValue<string>() == "link https://login.other.example");
        await _idp.DoneAsync(["upstreams", "create", "--name", "other", "--issuer", "https://login.other.example", "--client-id", "us", "--client-secret", "-"], "a secret of theirs");

        Assert.Equal("""{"created":0,"changed":1,"unchanged":2}""", (await ImportAsync())["people"]!.ToJsonString());
        Assert.Equal("42", (string?)Assert.Single((await _idp.DoneAsync(["users", "show", "alice"]))["links"]!.AsArray())!["subject"]);
    }

    [Fact]
    public async Task A_client_that_others_refuse_stays_behind_and_the_rest_comes()
    {
        var policy = RegistrationPolicy.Open with { CreatedAt = _server.Clock.GetUtcNow() };
        await _server.Get<RegistrationPolicies>().PutAsync(policy, TestContext.Current.CancellationToken);
        await _server.Get<Registrations>().AddAsync(
            SignedIn.App with { ClientId = "shop", Resources = [], Scope = ScopeSet.Of(["openid"]), RegisteredBy = policy.PolicyId }, new byte[32], _server.Clock.GetUtcNow(), TestContext.Current.CancellationToken);
        var done = await ImportAsync();

        Assert.DoesNotContain("create client shop", Steps(done));
        Assert.Contains("create client nightly", Steps(done));
        Assert.Contains(done["left"]!.AsArray(), left => left!["names"]!.ToJsonString() == """["shop"]""" && left["why"]!.GetValue<string>().Contains("registered itself", StringComparison.Ordinal));
    }

    private Task<JsonNode> ImportAsync(params string[] options) => _idp.DoneAsync(["import", "keycloak", "--file", "-", "--yes", .. options], Realm());

    private async Task<int> TokenAsync(string client, string secret)
    {
        using var http = _server.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]) };
        request.Headers.Authorization = SignedIn.Basic(client, secret);
        return (int)(await http.SendAsync(request)).StatusCode;
    }

    private Task<string?> HashOfAsync(string username) => ClusterFolder.AskAsync(_server.ConnectionString, $"""SELECT "PasswordHash" FROM "Users" WHERE "UserName" = '{username}'""");

    private Task<string?> CountAsync() => ClusterFolder.AskAsync(_server.ConnectionString, """SELECT (SELECT count(*) FROM "Clients" WHERE "ClientId" = 'shop') + (SELECT count(*) FROM "Users") + (SELECT count(*) FROM "Roles")""");

    private static IEnumerable<string> Steps(JsonNode done) => done["steps"]!.AsArray().Select(step => $"{step!["action"]} {step["kind"]} {step["name"]}");

    [Fact]
    public async Task A_file_gives_nobody_the_administration_of_this_server()
    {
        var root = (string)(await _idp.DoneAsync(["users", "create", "--username", "root", "--password", "violet marmot on a bicycle", "--role", "admin"]))["sub"]!;
        await _idp.DoneAsync(["groups", "create", "chiefs", "--role", "admin"]);
        await _idp.DoneAsync(["upstreams", "create", "--name", "other", "--issuer", "https://login.other.example", "--client-id", "us", "--client-secret", "-"], "a secret of theirs");
        var realm = $$$"""
            {"realm":"acme","roles":{"realm":[{"name":"Admin"},{"name":"staff"}]},"groups":[{"name":"Chiefs","path":"/Chiefs"}],
             "identityProviders":[{"alias":"other","providerId":"oidc","config":{"issuer":"https://login.other.example"}}],
             "clients":[{"clientId":"IDP-Console","redirectUris":["https://evil.example/cb"]},{"clientId":"idp-cli","redirectUris":["https://evil.example/cb"]},{"clientId":"fine","redirectUris":["https://fine.example/cb"]}],
             "users":[{"id":"{{{root}}}","username":"root","realmRoles":["staff"],"federatedIdentities":[{"identityProvider":"other","userId":"666"}]},
                      {"id":"{{{root}}}","username":"toor","federatedIdentities":[{"identityProvider":"other","userId":"667"}]},
                      {"username":"eve","realmRoles":["Admin"],"groups":["/Chiefs"]}]}
            """;
        var done = await _idp.DoneAsync(["import", "keycloak", "--file", "-", "--yes"], realm);

        Assert.Equal(["create client fine", "create role staff"], Steps(done).Order(StringComparer.Ordinal));
        Assert.Equal("0", await ClusterFolder.AskAsync(_server.ConnectionString, """SELECT count(*) FROM "UserLogins" l JOIN "Users" u ON u."Id" = l."UserId" WHERE u."UserName" = 'root'"""));
        Assert.Equal("""["admin"]""", (await _idp.DoneAsync(["users", "show", "root"]))["roles"]!.ToJsonString());
        Assert.Equal("[]", (await _idp.DoneAsync(["users", "show", "eve"]))["effective_roles"]!.ToJsonString());
        Assert.Equal("""["admin"]""", (await _idp.DoneAsync(["groups", "show", "chiefs"]))["roles"]!.ToJsonString());
        var left = done["left"]!.AsArray().Select(one => $"{one!["kind"]} {one["names"]!.ToJsonString()}").ToList();
        Assert.Contains("""group ["Chiefs"]""", left);
        Assert.All(["IDP-Console", "idp-cli"], name => Assert.Contains(left, line => line.StartsWith("client", StringComparison.Ordinal) && line.Contains($"\"{name}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_is_here_gets_another_way_in_only_with_a_word_about_it()
    {
        var sub = (string)(await _idp.DoneAsync(["users", "create", "--username", "dora", "--password", "violet marmot on a bicycle"]))["sub"]!;
        await _idp.DoneAsync(["upstreams", "create", "--name", "other", "--issuer", "https://login.other.example", "--client-id", "us", "--client-secret", "-"], "a secret of theirs");
        var run = await _idp.RunAsync(["import", "keycloak", "--file", "-", "--dry-run"], $$$"""
            {"realm":"acme","identityProviders":[{"alias":"other","providerId":"oidc","config":{"issuer":"https://login.other.example"}}],
             "users":[{"id":"{{{sub}}}","username":"dora","federatedIdentities":[{"identityProvider":"other","userId":"666"}]}]}
            """);
        Assert.Contains("warning: 1 of the accounts that are here get another way in", run.StandardError, StringComparison.Ordinal);
    }

    private static string Realm()
    {
        var salt = Encoding.UTF8.GetBytes("0123456789abcdef");
        var hash = Rfc2898DeriveBytes.Pbkdf2(Password, salt, 27_500, HashAlgorithmName.SHA256, 64);
        JsonObject password = new()
        {
            ["type"] = "password",
            ["secretData"] = new JsonObject { ["value"] = Convert.ToBase64String(hash), ["salt"] = Convert.ToBase64String(salt), ["additionalParameters"] = new JsonObject() }.ToJsonString(),
            ["credentialData"] = """{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}""",
        };
        JsonObject otp = new()
        {
            ["type"] = "otp",
            ["secretData"] = $$"""{"value":"{{OtpSecret}}"}""",
            ["credentialData"] = """{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}""",
        };
        return $$$"""
            {"realm":"acme","enabled":true,"sslRequired":"external","accessTokenLifespan":300,
             "roles":{"realm":[{"id":"1","name":"Admin"},{"name":"staff"},{"name":"seller"},{"name":"offline_access"}],"client":{"account":[{"name":"view-profile"}]}},
             "groups":[{"name":"sales","path":"/sales","realmRoles":["seller"],"subGroups":[]}],
             "clientScopes":[{"name":"notes.read","protocol":"openid-connect","attributes":{"include.in.token.scope":"true"}}],
             "identityProviders":[{"alias":"other","providerId":"oidc","config":{"issuer":"https://login.other.example","clientSecret":"**********"}}],
             "clients":[
               {"clientId":"account","redirectUris":["/realms/acme/account/*"],"publicClient":true},
               {"clientId":"saml-app","protocol":"saml"},
               {"clientId":"shop","name":"Shop","redirectUris":["https://shop.example/cb"],"attributes":{"pkce.code.challenge.method":"S256"},"secret":"**********","defaultClientScopes":["profile","email"]},
               {"clientId":"nightly","standardFlowEnabled":false,"serviceAccountsEnabled":true,"secret":"the old secret of nightly","defaultClientScopes":["notes.read"]}],
             "users":[
               {"id":"8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d","username":"alice","enabled":true,"email":"alice@example.com","emailVerified":true,"firstName":"Alice","lastName":"Ames",
                "attributes":{"department":["7"]},"credentials":[{{{password.ToJsonString()}}}],"realmRoles":["staff","Admin"],"groups":["/sales"],
                "federatedIdentities":[{"identityProvider":"other","userId":"42"}]},
               {"id":"8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3e","username":"bob","attributes":{"department":["8"]},"credentials":[{{{password.ToJsonString()}}},{{{otp.ToJsonString()}}}]},
               {"id":"8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3f","username":"carol","enabled":false,"credentials":[{{{password.ToJsonString()}}}]},
               {"username":"service-account-nightly","serviceAccountClientId":"nightly"}]}
            """;
    }
}
