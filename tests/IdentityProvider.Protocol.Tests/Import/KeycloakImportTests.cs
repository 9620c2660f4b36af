using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.Keycloak;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Import;

/// <summary>A realm of Keycloak in this server's words: what comes along, and what is told of the rest.</summary>
public sealed class KeycloakImportTests
{
    private static readonly ImportChoices Choices = new() { Issuer = "https://idp.example" };

    [Fact]
    public void A_web_app_keeps_its_addresses_flows_and_scopes()
    {
        var client = Client("""
            {"clientId":"shop","name":"Shop","rootUrl":"https://shop.example","redirectUris":["/cb","https://shop.example/other"],"webOrigins":["+"],"consentRequired":true,
             "defaultClientScopes":["profile","roles","web-origins","acr","basic"],"optionalClientScopes":["offline_access","orders.read","nowhere"],
             "attributes":{"pkce.code.challenge.method":"S256","post.logout.redirect.uris":"+##https://shop.example/bye","backchannel.logout.url":"https://shop.example/out","backchannel.logout.session.required":"true","id.token.signed.response.alg":"ES256"}}
            """).Single();

        Assert.Equal(["https://shop.example/cb", "https://shop.example/other"], client.RedirectUris!);
        Assert.Equal(["https://shop.example/cb", "https://shop.example/other", "https://shop.example/bye"], client.PostLogoutRedirectUris!);
        Assert.Equal(["https://shop.example"], client.AllowedOrigins!);
        Assert.Equal([GrantTypes.AuthorizationCode, GrantTypes.RefreshToken], client.GrantTypes!);
        Assert.Equal(("openid profile offline_access orders.read", "https://orders.example"), (client.Scope, Assert.Single(client.Resources!)));
        Assert.Equal((true, null, "ES256", "https://shop.example/out", true), (client.RequireConsent, client.RequirePkce, client.IdTokenSignedResponseAlg, client.BackchannelLogoutUri, client.BackchannelLogoutSessionRequired));
    }

    [Fact]
    public void Pkce_is_asked_of_a_confidential_client_that_was_asked_for_it_and_of_every_public_one()
    {
        var clients = Client("""{"clientId":"a","redirectUris":["https://a.example/cb"]}""", """{"clientId":"b","redirectUris":["https://b.example/cb"],"publicClient":true}""");

        Assert.Equal([false, null], clients.Select(client => client.RequirePkce));
        Assert.Equal("none", clients[1].TokenEndpointAuthMethod);
    }

    [Theory]
    [InlineData("redirectUris", """["https://app.example/*","https://app.example/cb"]""", "redirect_uris https://app.example/*")]
    [InlineData("redirectUris", """["http://app.example/cb","https://app.example/cb"]""", "redirect_uris http://app.example/cb")]
    [InlineData("webOrigins", """["*"]""", "allowed_origins *")]
    [InlineData("implicitFlowEnabled", "true", "grant implicit")]
    [InlineData("directAccessGrantsEnabled", "true", "grant password")]
    [InlineData("authorizationServicesEnabled", "true", "authorization services")]
    [InlineData("clientAuthenticatorType", "\"client-secret-jwt\"", "client-secret-jwt")]
    [InlineData("attributes", """{"id.token.signed.response.alg":"HS256"}""", "id.token.signed.response.alg HS256")]
    [InlineData("attributes", """{"backchannel.logout.url":"http://app.example/out"}""", "backchannel_logout_uri http://app.example/out")]
    [InlineData("attributes", """{"frontchannel.logout.url":"https://other.example/out"}""", "frontchannel_logout_uri https://other.example/out")]
    [InlineData("attributes", """{"logoUri":"http://app.example/logo"}""", "logo_uri http://app.example/logo")]
    [InlineData("protocolMappers", """[{"name":"d","protocolMapper":"oidc-usermodel-attribute-mapper"}]""", "mapper oidc-usermodel-attribute-mapper")]
    public void A_part_that_can_t_come_along_is_told_and_the_client_comes_without_it(string member, string value, string what)
    {
        var app = new JsonObject { ["clientId"] = "app", ["redirectUris"] = new JsonArray("https://app.example/cb") };
        app[member] = JsonNode.Parse(value);
        var imported = Read(Realm(clients: $"[{app.ToJsonString()}]"));

        Assert.Equal(["https://app.example/cb"], Assert.Single(imported.Configuration.Clients!).RedirectUris!);
        Assert.Equal(("client", "app", what), Told(Assert.Single(imported.Left)));
    }

    [Theory]
    [InlineData("""{"clientId":"app","protocol":"saml"}""")]
    [InlineData("""{"clientId":"app","enabled":false,"redirectUris":["https://app.example/cb"]}""")]
    [InlineData("""{"clientId":"app","standardFlowEnabled":false}""")]
    [InlineData("""{"clientId":"https://app.example","redirectUris":["https://app.example/cb"]}""")]
    [InlineData("""{"clientId":"0196f1d4-c0a5-7b6c-8f1e-2d3c4b5a6978","redirectUris":["https://app.example/cb"]}""")]
    [InlineData("""{"clientId":"app","redirectUris":["https://app.example/cb"],"clientAuthenticatorType":"client-jwt"}""")]
    public void A_client_that_can_t_be_one_here_stays_behind_with_the_reason(string client)
    {
        var imported = Read(Realm(clients: $"[{client}]"));

        Assert.Empty(imported.Configuration.Clients!);
        var left = Assert.Single(imported.Left);
        Assert.Equal(("client", ""), (left.Kind, left.What));
        Assert.NotEmpty(left.Why);
    }

    [Fact]
    public void Where_only_patterns_are_registered_the_operator_names_whole_addresses()
    {
        var realm = Realm(clients: """[{"clientId":"app","redirectUris":["https://app.example/*"]}]""");
        Assert.Contains(Read(realm).Left, left => left is { What: "" } && left.Why.Contains("--redirect-uri", StringComparison.Ordinal));

        var named = Read(realm, Choices with { RedirectUris = new Dictionary<string, IReadOnlyList<string>> { ["app"] = ["https://app.example/cb"] } });
        Assert.Equal(["https://app.example/cb"], Assert.Single(named.Configuration.Clients!).RedirectUris!);
        Assert.Empty(named.Left);
    }

    [Fact]
    public void A_service_has_client_credentials_and_nothing_about_people()
    {
        var service = Client("""{"clientId":"nightly","standardFlowEnabled":true,"serviceAccountsEnabled":true,"defaultClientScopes":["profile","orders.read"]}""").Single();

        Assert.Equal((GrantTypes.ClientCredentials, "orders.read", null), (Assert.Single(service.GrantTypes!), service.Scope, service.RequirePkce));
    }

    [Fact]
    public void An_app_that_is_sent_back_to_its_device_is_a_native_one()
    {
        var app = Client("""{"clientId":"phone","publicClient":true,"redirectUris":["com.example.app:/cb","http://127.0.0.1/cb"]}""").Single();

        Assert.Equal("native", app.ApplicationType);
    }

    [Fact]
    public void A_scope_is_of_the_api_that_it_adds_as_audience_and_otherwise_of_the_realms_own()
    {
        var imported = Read(Realm(clients: """[{"clientId":"billing","bearerOnly":true,"name":"Billing"}]"""), Choices with { Apis = new Dictionary<string, string> { ["billing"] = "https://billing.example" } });
        var apis = imported.Configuration.Resources!;

        Assert.Equal(["https://billing.example", "https://idp.example/apis/acme", "https://orders.example"], apis.Select(api => api.Identifier));
        Assert.Equal(("Billing", 0), (apis[0].Name, apis[0].Scopes!.Count));
        Assert.Equal(("Acme", "notes", 300), (apis[1].Name, Assert.Single(apis[1].Scopes!).Name, apis[1].AccessTokenLifetime));
        Assert.Equal(new Protocol.Resources.ResourceScopeMetadata("orders.read", "See orders"), Assert.Single(apis[2].Scopes!));
    }

    [Fact]
    public void Composites_are_unfolded_and_no_role_that_opens_administration_here_comes_along()
    {
        var imported = Read(Realm());
        var alice = imported.People.Single(person => person.Username == "alice");

        Assert.Equal(["seller", "shop:clerk", "staff"], imported.Configuration.Roles!.Select(role => role.Role));
        Assert.Equal(["seller", "shop:clerk", "staff"], alice.Roles);
        Assert.Contains(("role", "Admin", ""), imported.Left.Select(Told));
        Assert.DoesNotContain(imported.People.SelectMany(person => person.Roles), role => role.Equals("admin", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_group_is_named_by_its_path_and_has_the_roles_of_those_above()
    {
        var imported = Read(Realm());

        Assert.Equal(["sales: staff", "sales/emea: seller shop:clerk staff"], imported.Configuration.Groups!.Select(group => $"{group.Group}: {string.Join(' ', group.Roles!)}"));
        Assert.Equal(["sales/emea"], imported.People.Single(person => person.Username == "alice").Groups);
    }

    [Fact]
    public void A_person_keeps_their_sub_their_password_and_what_is_known_of_them()
    {
        var alice = Read(Realm()).People.Single(person => person.Username == "alice");

        Assert.Equal(new Guid("8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d"), alice.Sub);
        Assert.StartsWith("$pbkdf2-sha512$210000$", alice.PasswordHash, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetBytes("abcdefghij0123456789"), alice.AuthenticatorKey);
        Assert.Equal(
            """{"given_name":"Alice","family_name":"Ames","name":"Alice Ames","email":"alice@example.com","locale":"fr","address":{"country":"FR"},"email_verified":true}""",
            alice.Claims.ToJsonString());
        Assert.Equal(new ImportedLink("https://login.other.example", "42"), Assert.Single(alice.Links));
    }

    [Theory]
    [InlineData("""{"username":"bob","credentials":[{"type":"password","secretData":"{\"value\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}","credentialData":"{\"algorithm\":\"argon2\",\"hashIterations\":5}"}]}""", "password", "argon2")]
    [InlineData("""{"username":"bob","credentials":[{"type":"password","value":"in the clear"}]}""", "password", "in the clear")]
    [InlineData("""{"username":"bob","credentials":[{"type":"webauthn-passwordless","secretData":"{}","credentialData":"{}"}]}""", "webauthn-passwordless", "passkey")]
    [InlineData("""{"username":"bob","credentials":[{"type":"otp","secretData":"{\"value\":\"abcdefghij0123456789\"}","credentialData":"{\"subType\":\"totp\",\"digits\":8,\"period\":30,\"algorithm\":\"HmacSHA1\"}"}]}""", "otp", "anew")]
    [InlineData("""{"username":"bob","attributes":{"department":["7"]}}""", "attribute department", "standard claim")]
    [InlineData("""{"username":"bob","attributes":{"locale":["not a language"]}}""", "locale", "value")]
    [InlineData("""{"username":"bob","federationLink":"ldap-1"}""", "federationLink", "directory")]
    [InlineData("""{"username":"bob","requiredActions":["UPDATE_PASSWORD"]}""", "required action UPDATE_PASSWORD", "held up")]
    [InlineData("""{"username":"bob","federatedIdentities":[{"identityProvider":"gone","userId":"1"}]}""", "link gone", "--issuer")]
    [InlineData("""{"username":"bob","clientRoles":{"realm-management":["realm-admin"]}}""", "realm-management", "grant-role")]
    public void What_of_a_person_can_t_come_along_is_told(string user, string what, string why)
    {
        var bob = JsonNode.Parse(user)!.AsObject();
        bob["id"] = "0196f1d4-c0a5-7b6c-8f1e-2d3c4b5a6978";
        var imported = Read($$"""{"realm":"acme","users":[{{bob.ToJsonString()}}]}""");

        Assert.Null(Assert.Single(imported.People).PasswordHash);
        var left = Assert.Single(imported.Left);
        Assert.Equal(("user", "bob", what), Told(left));
        Assert.Contains(why, left.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("in the clear\"", left.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_can_t_have_an_account_stays_behind_and_service_accounts_are_no_people()
    {
        var imported = Read("""{"realm":"acme","users":[{"username":"with space"},{"username":"Bob","id":"1"},{"username":"bob"},{"username":"service-account-x","serviceAccountClientId":"x"}]}""");

        Assert.Equal("Bob", Assert.Single(imported.People).Username);
        Assert.Equal([("user", "with space", ""), ("user", "Bob", "sub"), ("user", "bob", "")], imported.Left.Select(Told));
    }

    [Fact]
    public void People_may_be_in_files_of_their_own_and_a_file_may_have_several_realms()
    {
        const string two = """[{"realm":"acme","clients":[]},{"realm":"other","users":[{"username":"mallory"}]}]""";
        Assert.Equal("realm", Assert.IsType<Validated<Imported>.Invalid>(KeycloakImport.Read([Utf8(two)], null, Choices)).Error.Member);
        Assert.Equal("realm", Assert.IsType<Validated<Imported>.Invalid>(KeycloakImport.Read([Utf8(two)], "third", Choices)).Error.Member);

        var chosen = KeycloakImport.Read([Utf8(two), Utf8("""{"realm":"acme","users":[{"username":"alice"}]}""")], "acme", Choices);
        Assert.Equal("alice", Assert.Single(Assert.IsType<Validated<Imported>.Valid>(chosen).Value.People).Username);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("7")]
    [InlineData("""{"realm":7}""")]
    [InlineData("""{"realm":"acme","clients":[null]}""")]
    [InlineData("""{"realm":"acme","roles":{"client":{"a":[null]}}}""")]
    public void What_is_no_export_is_refused_in_one_line(string file)
    {
        var refused = Assert.IsType<Validated<Imported>.Invalid>(KeycloakImport.Read([Utf8(file)], null, Choices));

        Assert.Equal("file 1", refused.Error.Member);
        Assert.DoesNotContain('\n', refused.Error.ToString());
    }

    [Fact]
    public void A_secret_that_is_in_the_file_is_known_by_its_hash_alone()
    {
        var imported = Read(Realm(clients: """[{"clientId":"a","secret":"hunter2","redirectUris":["https://a.example/cb"]},{"clientId":"b","secret":"**********","redirectUris":["https://b.example/cb"]}]"""));

        Assert.Equal(IdentityProvider.Protocol.Tokens.SecretHash.Of("hunter2"), Assert.Single(Assert.Single(imported.Secrets).Value).Hash);
    }

    [Theory]
    [InlineData("javascript:alert(1)//")]
    [InlineData("JavaScript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("*")]
    [InlineData("https://*")]
    [InlineData("https://app.example/*")]
    [InlineData("https://app.example@evil.example/cb#x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://app.example/cb\u0000")]
    [InlineData("\u001B[2Jhttps://app.example/cb")]
    public void Nothing_that_a_code_must_not_go_to_becomes_a_redirect_uri(string uri)
    {
        var app = new JsonObject { ["clientId"] = "app", ["redirectUris"] = new JsonArray(uri, "https://app.example/cb"), ["webOrigins"] = new JsonArray("+", uri) };
        var imported = Read(Realm(clients: $"[{app.ToJsonString()}]"));

        Assert.Equal(["https://app.example/cb"], Assert.Single(imported.Configuration.Clients!).RedirectUris!);
        Assert.All(imported.Left, left => Assert.DoesNotContain('\u001B', left.ToString()));
    }

    [Fact]
    public void A_scope_or_a_client_of_administration_here_is_not_made_by_a_file()
    {
        var imported = Read("""
            {"realm":"acme",
             "clientScopes":[{"name":"idp.write","protocol":"openid-connect","protocolMappers":[{"protocolMapper":"oidc-audience-mapper","config":{"included.custom.audience":"https://idp.example/api/admin/v1"}}]}],
             "clients":[{"clientId":"evil","standardFlowEnabled":false,"serviceAccountsEnabled":true,"defaultClientScopes":["idp.write"],
                         "protocolMappers":[{"protocolMapper":"oidc-audience-mapper","config":{"included.custom.audience":"https://idp.example/api/admin/v1/"}}]}]}
            """);

        Assert.Empty(imported.Configuration.Resources!);
        Assert.All(imported.Configuration.Clients!, client => Assert.Empty(client.Resources!));
    }

    [Fact]
    public void Groups_that_differ_in_case_alone_are_one_here_and_people_two_of_one_identifier_are_two()
    {
        var imported = Read("""
            {"realm":"acme","groups":[{"name":"Sales","path":"/Sales"},{"name":"SALES","path":"/SALES"}],
             "users":[{"username":"a","id":"8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d","groups":["/SALES"]},{"username":"b","id":"8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d"},{"username":"c","id":"00000000-0000-0000-0000-000000000000"}]}
            """);

        Assert.Equal("Sales", Assert.Single(imported.Configuration.Groups!).Group);
        Assert.Equal([true, false, false], imported.People.Select(person => person.Sub is not null));
        Assert.Empty(imported.People[0].Groups);
    }

    [Fact]
    public void Roles_that_hold_each_other_end_and_what_opens_administration_hides_in_none_of_them()
    {
        var imported = Read("""
            {"realm":"acme","roles":{"realm":[{"name":"a","composites":{"realm":["b","ADMIN"]}},{"name":"b","composites":{"realm":["a","Operator","auditor"]}}]},
             "groups":[{"name":"g","path":"/g","realmRoles":["b"]}],"users":[{"username":"eve","realmRoles":["a"],"groups":["/g"]}]}
            """);

        Assert.Equal(["a", "b"], imported.Configuration.Roles!.Select(role => role.Role));
        Assert.Equal(["a", "b"], Assert.Single(imported.People).Roles);
        Assert.Equal(["a", "b"], Assert.Single(imported.Configuration.Groups!).Roles!);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_breaks_nothing()
    {
        const string realm = """{"realm":"acme","components":{"org.keycloak.storage.UserStorageProvider":[{"name":"\ud800"},7]},"users":[{"username":"a","attributes":{"locale":["\ud800"]}}]}""";

        Assert.Equal("a", Assert.Single(Read(realm).People).Username);
        Assert.IsType<Validated<Imported>.Invalid>(KeycloakImport.Read([Utf8("""{"realm":"\ud800"}""")], null, Choices));
    }

    [Theory]
    [InlineData(2_000_000_000)]
    [InlineData(2_000_001)]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_hash_that_would_burn_the_server_or_guards_nothing_stays_behind(int rounds)
    {
        var credential = new JsonObject
        {
            ["type"] = "password",
            ["secretData"] = """{"value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","salt":"AAAAAAAAAAAAAAAAAAAAAA=="}""",
            ["credentialData"] = $$"""{"hashIterations":{{rounds}},"algorithm":"pbkdf2-sha256"}""",
        };
        var imported = Read($$"""{"realm":"acme","users":[{"username":"a","credentials":[{{credential.ToJsonString()}}]}]}""");

        Assert.Null(Assert.Single(imported.People).PasswordHash);
        Assert.Contains(imported.Left, left => left.What == "password");
    }

    [Fact]
    public void Names_of_realms_are_said_only_where_a_terminal_shows_them_as_they_are()
    {
        var refused = Assert.IsType<Validated<Imported>.Invalid>(KeycloakImport.Read([Utf8("""[{"realm":"a\u001B[2J"},{"realm":"b\nfine: nothing to see"}]""")], null, Choices));
        Assert.DoesNotContain(refused.Error.Message, c => char.IsControl(c));
    }

    private static IReadOnlyList<ClientMetadata> Client(params string[] clients) => Read(Realm(clients: $"[{string.Join(',', clients)}]")).Configuration.Clients!;

    private static Imported Read(string realm, ImportChoices? choices = null) =>
        Assert.IsType<Validated<Imported>.Valid>(KeycloakImport.Read([Utf8(realm)], null, choices ?? Choices)).Value;

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static (string Kind, string Name, string What) Told(LeftBehind left) => (left.Kind, left.Name, left.What);

    // Where clients are asked about, nobody and nothing else is in the realm.
    private static string Realm(string? clients = null) => clients is not null
        ? $$"""{"realm":"acme","displayName":"Acme","accessTokenLifespan":300,"clientScopes":{{Scopes}},"clients":{{clients}}}"""
        : $$"""{"realm":"acme","clientScopes":{{Scopes}},{{PeopleAndRoles}} }""";

    private const string Scopes = """
        [{"name":"profile","protocol":"openid-connect"},{"name":"roles","protocol":"openid-connect"},{"name":"role_list","protocol":"saml"},{"name":"notes","protocol":"openid-connect"},
         {"name":"orders.read","description":"See orders","protocol":"openid-connect","protocolMappers":[{"protocolMapper":"oidc-audience-mapper","config":{"included.custom.audience":"https://orders.example"}}]}]
        """;

    private const string PeopleAndRoles = """
        "roles":{"realm":[{"name":"offline_access"},{"name":"Admin"},{"name":"staff"},{"name":"seller","composites":{"realm":["staff"],"client":{"shop":["clerk"]}}},
                          {"name":"default-roles-acme","composites":{"realm":["offline_access"],"client":{"account":["view-profile"]}}}],
                 "client":{"shop":[{"name":"clerk"}],"account":[{"name":"view-profile"}]}},
        "groups":[{"name":"sales","path":"/sales","realmRoles":["staff"],"subGroups":[{"name":"emea","path":"/sales/emea","realmRoles":["seller"],"subGroups":[]}]}],
        "identityProviders":[{"alias":"other","providerId":"oidc","config":{"issuer":"https://login.other.example"}}],
        "users":[{"id":"8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d","username":"alice","email":"alice@example.com","emailVerified":true,"firstName":"Alice","lastName":"Ames","enabled":true,
                  "attributes":{"locale":["fr"],"country":["FR"]},"realmRoles":["default-roles-acme","seller","Admin"],"groups":["/sales/emea"],
                  "federatedIdentities":[{"identityProvider":"other","userId":"42","userName":"al"}],
                  "credentials":[{"type":"password","secretData":"{\"value\":\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMw==\",\"salt\":\"MDEyMzQ1Njc4OTAxMjM0NQ==\"}","credentialData":"{\"hashIterations\":210000,\"algorithm\":\"pbkdf2-sha512\"}"},
                                 {"type":"otp","secretData":"{\"value\":\"abcdefghij0123456789\"}","credentialData":"{\"subType\":\"totp\",\"digits\":6,\"period\":30,\"counter\":0,\"algorithm\":\"HmacSHA1\"}"}]}]
        """;
}
