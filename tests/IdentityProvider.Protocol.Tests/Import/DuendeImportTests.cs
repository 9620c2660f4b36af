using System.Security.Cryptography;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Protocol.Import.Duende;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Import;

/// <summary>The configuration store of Duende IdentityServer in this server's words.</summary>
public sealed class DuendeImportTests
{
    private static readonly ImportChoices Choices = new() { Issuer = "https://idp.example" };

    private static readonly DuendeSecret Secret = new("SharedSecret", Convert.ToBase64String(SHA256.HashData("secret"u8)), null);

    private static readonly DuendeClient Web = new()
    {
        ClientId = "web",
        ClientName = "The web",
        GrantTypes = ["authorization_code"],
        RedirectUris = ["https://web.example/signin-oidc"],
        PostLogoutRedirectUris = ["https://web.example/bye"],
        CorsOrigins = ["https://web.example/"],
        Scopes = ["openid", "profile", "orders.read"],
        AllowOfflineAccess = true,
        BackChannelLogoutUri = "https://web.example/out",
        BackChannelLogoutSessionRequired = true,
        FrontChannelLogoutSessionRequired = true,
        RequireDPoP = true,
        Secrets = [Secret],
    };

    private static readonly DuendeTables Tables = new()
    {
        Clients = [Web],
        Apis = [new() { Name = "orders", DisplayName = "Orders", Scopes = ["orders.read"] }],
        Scopes = [new() { Name = "orders.read", Description = "See orders" }, new() { Name = "notes", DisplayName = "Notes" }],
        IdentityResources = ["openid", "profile"],
    };

    [Fact]
    public void A_client_keeps_its_flows_addresses_scopes_and_the_hash_of_its_secret()
    {
        var imported = Read(Tables);
        var web = Assert.Single(imported.Configuration.Clients!);

        Assert.Equal([GrantTypes.AuthorizationCode, GrantTypes.RefreshToken], web.GrantTypes!);
        Assert.Equal(("openid profile orders.read offline_access", "https://idp.example/apis/orders", "https://web.example"), (web.Scope, Assert.Single(web.Resources!), Assert.Single(web.AllowedOrigins!)));
        Assert.Equal(("https://web.example/out", true, null, true, null), (web.BackchannelLogoutUri, web.BackchannelLogoutSessionRequired, web.FrontchannelLogoutSessionRequired, web.DpopBoundAccessTokens, web.RequirePkce));
        Assert.Equal(SHA256.HashData("secret"u8), Assert.Single(imported.Secrets["web"]).Hash);
        Assert.Empty(imported.Left);
    }

    [Fact]
    public void A_scope_that_no_api_has_is_of_one_made_for_it()
    {
        Assert.Equal(["https://idp.example/apis/default notes", "https://idp.example/apis/orders orders.read"], Read(Tables).Configuration.Resources!.Select(api => $"{api.Identifier} {Assert.Single(api.Scopes!).Name}"));
    }

    [Fact]
    public void A_client_without_a_secret_is_public_and_one_of_keys_proves_itself_by_them()
    {
        const string key = """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";
        var clients = Read(Tables with { Clients = [Web with { ClientId = "a", RequireClientSecret = false }, Web with { ClientId = "b", Secrets = [Secret, new("JWK", key, null)] }, Web with { ClientId = "c", Secrets = [new("X509Name", "CN=c,O=Web", null)] }] }).Configuration.Clients!;

        Assert.Equal(["none", "private_key_jwt", "tls_client_auth"], clients.Select(client => client.TokenEndpointAuthMethod));
    }

    [Fact]
    public void An_api_with_secrets_becomes_a_client_that_introspects()
    {
        var imported = Read(Tables with { Apis = [Tables.Apis[0] with { Secrets = [Secret] }] });

        Assert.Equal("https://idp.example/apis/orders", Assert.Single(imported.Configuration.Clients!.Single(client => client.ClientId == "orders").Introspects!));
        Assert.Single(imported.Secrets["orders"]);
    }

    [Theory]
    [InlineData("grant implicit")]
    [InlineData("grant delegation")]
    [InlineData("secret")]
    [InlineData("secret X509Thumbprint")]
    [InlineData("reference tokens")]
    [InlineData("claims")]
    [InlineData("IdentityProviderRestrictions")]
    [InlineData("PairWiseSubjectSalt")]
    [InlineData("RequireRequestObject")]
    [InlineData("algorithm ES512")]
    [InlineData("scope roles")]
    public void What_of_a_client_can_t_come_along_is_told(string what)
    {
        var changed = what switch
        {
            "grant implicit" => Web with { GrantTypes = ["implicit", "authorization_code"] },
            "grant delegation" => Web with { GrantTypes = ["authorization_code", "delegation"] },
            "secret" => Web with { Secrets = [new("SharedSecret", Convert.ToBase64String(SHA512.HashData("secret"u8)), null)] },
            "secret X509Thumbprint" => Web with { Secrets = [new("X509Thumbprint", "AB", null)] },
            "reference tokens" => Web with { AccessTokenType = 1 },
            "claims" => Web with { Claims = ["tenant"] },
            "IdentityProviderRestrictions" => Web with { IdentityProviderRestrictions = ["Google"] },
            "PairWiseSubjectSalt" => Web with { PairWiseSubjectSalt = "salt" },
            "RequireRequestObject" => Web with { RequireRequestObject = true },
            "algorithm ES512" => Web with { IdTokenAlgorithms = "ES512" },
            _ => Web with { Scopes = ["openid", "roles"] },
        };
        var imported = Read(Tables with { Clients = [changed] });

        Assert.Single(imported.Configuration.Clients!);
        var left = Assert.Single(imported.Left);
        Assert.Equal(("client", "web", what), (left.Kind, left.Name, left.What));
    }

    [Fact]
    public void What_is_disabled_or_speaks_otherwise_stays_behind()
    {
        var imported = Read(new()
        {
            Clients = [Web with { ClientId = "a", Enabled = false }, Web with { ClientId = "b", ProtocolType = "wsfed" }],
            Apis = [Tables.Apis[0] with { Enabled = false }],
            Scopes = [new() { Name = "gone", Enabled = false }],
            IdentityResources = ["roles", "email"],
        });

        Assert.Empty(imported.Configuration.Clients!);
        Assert.Empty(imported.Configuration.Resources!);
        Assert.Equal(["api orders", "client a", "client b", "scope gone", "scope roles"], imported.Left.Select(left => $"{left.Kind} {left.Name}").Order(StringComparer.Ordinal));
    }

    private static Imported Read(DuendeTables tables) => DuendeImport.Read(tables, Choices, new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));
}
