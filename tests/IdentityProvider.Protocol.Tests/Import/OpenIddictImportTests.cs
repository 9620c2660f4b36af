using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.AspNetIdentity;
using IdentityProvider.Protocol.Import.OpenIddict;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Import;

/// <summary>OpenIddict's applications and scopes, and ASP.NET Core Identity's people, in this server's words.</summary>
public sealed class OpenIddictImportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
    private static readonly ImportChoices Choices = new() { Issuer = "https://idp.example" };

    private static readonly OpenIddictApplication Web = new()
    {
        ClientId = "web",
        ClientType = "confidential",
        HasSecret = true,
        ConsentType = "explicit",
        DisplayName = "The web",
        RedirectUris = """["https://web.example/signin-oidc"]""",
        PostLogoutRedirectUris = """["https://web.example/signout-callback-oidc"]""",
        Permissions = """["ept:authorization","ept:token","gt:authorization_code","gt:refresh_token","rst:code","scp:profile","scp:orders.read"]""",
        Requirements = """["ft:pkce"]""",
    };

    private static readonly OpenIddictScope Orders = new() { Name = "orders.read", DisplayName = "Read orders", Resources = """["orders"]""" };

    [Fact]
    public void An_application_is_what_its_permissions_let_it_do()
    {
        var imported = Read(new() { Applications = [Web], Scopes = [Orders] });
        var web = Assert.Single(imported.Configuration.Clients!);

        Assert.Equal([GrantTypes.AuthorizationCode, GrantTypes.RefreshToken], web.GrantTypes!);
        Assert.Equal(("openid profile orders.read offline_access", "https://idp.example/apis/orders", null, true), (web.Scope, Assert.Single(web.Resources!), web.RequirePkce, web.RequireConsent));
        Assert.Equal(("The web", "https://web.example/signout-callback-oidc"), (web.ClientName, Assert.Single(web.PostLogoutRedirectUris!)));
        Assert.Equal(("client", "web", "client_secret"), Told(Assert.Single(imported.Left)));
        Assert.Empty(imported.Secrets);
    }

    [Fact]
    public void Who_was_not_asked_for_pkce_or_consent_is_not_asked_here_but_a_public_app_sends_pkce_always()
    {
        var imported = Read(new() { Applications = [Web with { Requirements = null, ConsentType = "implicit" }, Web with { ClientId = "spa", ClientType = "public", HasSecret = false, Requirements = "[]" }], Scopes = [Orders] });

        Assert.Equal([("spa", null, true, "none"), ("web", (bool?)false, false, null)], imported.Configuration.Clients!.Select(client => (client.ClientId, client.RequirePkce, client.RequireConsent!.Value, client.TokenEndpointAuthMethod)));
    }

    [Fact]
    public void An_api_that_may_introspect_asks_about_its_own_tokens()
    {
        var api = new OpenIddictApplication { ClientId = "orders", HasSecret = true, ClientType = "confidential", Permissions = """["ept:introspection"]""" };
        var client = Assert.Single(Read(new() { Applications = [api], Scopes = [Orders] }).Configuration.Clients!);

        Assert.Equal(("https://idp.example/apis/orders", 0), (Assert.Single(client.Introspects!), client.GrantTypes!.Count));
    }

    [Fact]
    public void A_client_of_keys_keeps_them_and_has_no_secret()
    {
        const string keys = """{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":"sig","alg":"ES256"}]}""";
        var imported = Read(new() { Applications = [Web with { HasSecret = false, JsonWebKeySet = keys }], Scopes = [Orders] });

        Assert.Equal("private_key_jwt", Assert.Single(imported.Configuration.Clients!).TokenEndpointAuthMethod);
        Assert.Empty(imported.Left);
    }

    [Theory]
    [InlineData("""["gt:password","gt:authorization_code"]""", "grant password")]
    [InlineData("""["gt:urn:example:custom","gt:authorization_code"]""", "grant urn:example:custom")]
    [InlineData("""["gt:authorization_code","scp:roles"]""", "scope roles")]
    public void A_permission_for_what_is_not_here_is_told(string permissions, string what)
    {
        var imported = Read(new() { Applications = [Web with { Permissions = permissions, ClientType = "public", HasSecret = false }] });

        Assert.Single(imported.Configuration.Clients!);
        Assert.Equal(("client", "web", what), Told(Assert.Single(imported.Left)));
    }

    [Fact]
    public void A_scope_of_no_api_is_of_one_made_for_it()
    {
        var imported = Read(new() { Scopes = [new() { Name = "notes" }, new() { Name = "profile" }] }, Choices with { Apis = new Dictionary<string, string> { ["default"] = "https://notes.example" } });

        var api = Assert.Single(imported.Configuration.Resources!);
        Assert.Equal(("https://notes.example", "notes"), (api.Identifier, Assert.Single(api.Scopes!).Name));
    }

    [Fact]
    public void A_person_of_identity_keeps_hash_key_roles_and_claims()
    {
        var hash = Convert.ToBase64String([1, 0, 0, 0, 2, 0, 1, 0x86, 0xA0, 0, 0, 0, 16, .. new byte[48]]);
        var imported = Read(new()
        {
            Roles = ["staff", "ADMIN"],
            Users =
            [
                new()
                {
                    Id = "8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d", UserName = "alice@example.com", Email = "alice@example.com", EmailConfirmed = true, PhoneNumber = "033 1 23", PhoneNumberConfirmed = true,
                    PasswordHash = hash, TwoFactorEnabled = true, AuthenticatorKey = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", Roles = ["staff", "Admin"],
                    Claims = [("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "Alice"), ("locale", "fr"), ("role", "seller"), ("email", "alice@example.com")],
                    Logins = [("Google", "1"), ("Contoso", "2")],
                },
            ],
        }, Choices with { Issuers = new Dictionary<string, string> { ["Contoso"] = "https://login.contoso.example" } });
        var alice = Assert.Single(imported.People);

        Assert.Equal((hash, 20, false), (alice.PasswordHash, alice.AuthenticatorKey!.Length, alice.IsDisabled));
        Assert.Equal(["seller", "staff"], alice.Roles);
        Assert.Equal(["seller", "staff"], imported.Configuration.Roles!.Select(role => role.Role));
        Assert.Equal([new("https://accounts.google.com", "1"), new ImportedLink("https://login.contoso.example", "2")], alice.Links);
        Assert.Equal("""{"email":"alice@example.com","phone_number":"033 1 23","given_name":"Alice","locale":"fr","email_verified":true,"phone_number_verified":true}""", alice.Claims.ToJsonString());
        Assert.Equal(("role", "ADMIN", ""), Told(Assert.Single(imported.Left)));
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("claim department")]
    [InlineData("second factor")]
    [InlineData("link Contoso")]
    [InlineData("passkeys")]
    [InlineData("password")]
    public void What_of_a_person_can_t_come_along_is_told(string what)
    {
        var bob = new AspNetUser { Id = "8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d", UserName = "bob" };
        var imported = Read(new()
        {
            Users =
            [
                what switch
                {
                    "sub" => bob with { Id = "17" },
                    "claim department" => bob with { Claims = [("department", "7")] },
                    "second factor" => bob with { TwoFactorEnabled = true },
                    "link Contoso" => bob with { Logins = [("Contoso", "2")] },
                    "passkeys" => bob with { HasPasskeys = true },
                    _ => bob with { PasswordHash = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW" },
                },
            ],
        });

        Assert.Single(imported.People);
        Assert.Equal(("user", "bob", what), Told(Assert.Single(imported.Left)));
    }

    [Fact]
    public void A_key_that_was_never_confirmed_is_no_second_factor_and_a_lockout_without_end_is_a_disabled_account()
    {
        var people = Read(new()
        {
            Users =
            [
                new() { Id = "8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3d", UserName = "a", AuthenticatorKey = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", LockoutEnd = Now.AddMinutes(5) },
                new() { Id = "8a5c1f0e-4c1b-4f7e-9f4e-0c7f3c1b2a3e", UserName = "b", LockoutEnd = DateTimeOffset.MaxValue },
            ],
        }).People;

        Assert.Equal([false, true], people.Select(person => person.IsDisabled));
        Assert.Null(people[0].AuthenticatorKey);
    }

    private static Imported Read(OpenIddictTables tables, ImportChoices? choices = null) => OpenIddictImport.Read(tables, choices ?? Choices, Now);

    private static (string Kind, string Name, string What) Told(LeftBehind left) => (left.Kind, left.Name, left.What);
}
