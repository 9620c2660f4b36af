using System.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Registration;

/// <summary>draft-ietf-oauth-client-id-metadata-document: which addresses are client identifiers, and what a document may say.</summary>
public sealed class ClientDocumentRulesTests
{
    private const string Address = "https://app.example/client.json";

    private static readonly RegistrationPolicy Policy = RegistrationPolicy.Documents with
    {
        Scope = ScopeSet.Of(["openid", "offline_access", "notes.read"]),
        Resources = [Given.NotesApi().Identifier],
    };

    [Theory]
    [InlineData("https://app.example/client.json", true)]
    [InlineData("https://app.example:8443/a/b", true)]
    [InlineData("http://app.example/client.json", false)]
    [InlineData("http://localhost/client.json", false)]
    [InlineData("https://app.example", false)]
    [InlineData("https://app.example/", false)]
    [InlineData("https://app.example/client.json?v=1", false)]
    [InlineData("https://app.example/client.json#me", false)]
    [InlineData("https://user@app.example/client.json", false)]
    [InlineData("https://app.example/a/../client.json", false)]
    [InlineData("https://app.example/a/./client.json", false)]
    [InlineData("https://app.example/a/%2e%2E/client.json", false)]
    [InlineData("https://App.example/client.json", false)]
    [InlineData("https://app.example:443/client.json", false)]
    [InlineData("https://127.0.0.1/client.json", false)]
    [InlineData("https://2130706433/client.json", false)]
    [InlineData("https://[::1]/client.json", false)]
    [InlineData("https://app.example/cli ent.json", false)]
    [InlineData("https://app.example\\client.json", false)]
    [InlineData("https://äpp.example/client.json", false)]
    [InlineData("https:///client.json", false)]
    public void An_address_is_https_with_a_name_and_a_path_in_its_one_spelling(string clientId, bool isOne) =>
        Assert.Equal(isOne, ClientDocumentRules.IsAddress(clientId));

    [Fact]
    public void An_address_is_bounded() => Assert.False(ClientDocumentRules.IsAddress("https://app.example/" + new string('a', ClientDocumentRules.LongestAddress)));

    [Fact]
    public void A_document_makes_a_public_client_of_what_the_policy_has()
    {
        var client = Allowed("""
            {"client_id":"https://app.example/client.json","client_name":"Agent","redirect_uris":["https://app.example/cb","http://127.0.0.1:33418/","http://localhost/cb"],
             "grant_types":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],"response_types":["code"],
             "scope":"openid notes.read notes.admin","token_endpoint_auth_method":"none","logo_uri":"https://app.example/logo.png","require_consent":false}
            """);

        Assert.Equal(Address, client.ClientId);
        Assert.Equal(RegistrationPolicy.DocumentsId, client.RegisteredBy);
        Assert.True(client.IsPublic && client.RequireConsent && client.RequirePkce);
        Assert.Equal(["authorization_code", "refresh_token"], client.GrantTypes);
        Assert.Equal("openid notes.read", client.Scope.ToString());
        Assert.Equal([Given.NotesApi().Identifier], client.Resources);
        Assert.Null(client.LogoUri);
        Assert.True(client.CanBeImpersonatedAt("http://localhost/cb"));
    }

    [Fact]
    public void A_document_that_says_little_is_a_public_client_named_by_its_host()
    {
        var client = Allowed("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"]}""");
        Assert.Equal("app.example", client.ClientName);
        Assert.True(client.IsPublic);
        Assert.Equal("openid notes.read", client.Scope.ToString());
    }

    [Fact]
    public void A_confidential_client_proves_itself_by_its_published_keys()
    {
        var client = Allowed("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example/jwks.json"}""");
        Assert.Equal(("https://app.example/jwks.json", false), (client.JwksUri, client.IsPublic));
    }

    [Fact]
    public void What_it_shows_and_what_is_called_in_its_name_is_its_own_or_left_out()
    {
        var client = Allowed("""
            {"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example/jwks.json","client_uri":"https://bank.example/","policy_uri":"https://app.example.evil.example/policy",
             "tos_uri":"https://app.example/terms","backchannel_logout_uri":"https://victim.example/out","frontchannel_logout_uri":"https://app.example/out",
             "client_name#de":"Der Agent","logo_uri#de":"https://app.example/logo.png","tos_uri#de":"https://app.example/agb","policy_uri#de":"https://bank.example/","client_uri#de":1,
             "sector_identifier_uri":"https://victim.example/sector","request_uris":["https://app.example/request","https://victim.example/request"]}
            """);
        Assert.Equal((null, null, "https://app.example/terms"), (client.ClientUri, client.PolicyUri, client.TosUri));
        Assert.Equal((null, "https://app.example/out", null), (client.BackchannelLogoutUri, client.FrontchannelLogoutUri, client.SectorIdentifierUri));
        Assert.Equal(["https://app.example/request"], client.RequestUris);
        Assert.Equal(["client_name#de", "tos_uri#de"], client.Localized.Keys);
    }

    [Theory]
    [InlineData("""{"redirect_uris":["https://app.example/cb"]}""", "client_id")]
    [InlineData("""{"client_id":"https://app.example/client.json/","redirect_uris":["https://app.example/cb"]}""", "client_id")]
    [InlineData("""{"client_id":"https://APP.example/client.json","redirect_uris":["https://app.example/cb"]}""", "client_id")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"client_secret":"s"}""", "client_secret")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"client_secret_expires_at":0}""", "client_secret")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"client_secret_basic"}""", "token_endpoint_auth_method")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"client_secret_post"}""", "token_endpoint_auth_method")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://evil.example/cb"]}""", "redirect_uris")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example.evil.example/cb"]}""", "redirect_uris")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example@evil.example/cb"]}""", "redirect_uris")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["com.example.app:/cb"]}""", "redirect_uris")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"post_logout_redirect_uris":["https://evil.example/"]}""", "redirect_uris")]
    [InlineData("""{"client_id":"https://app.example/client.json"}""", "redirect_uris")]
    [InlineData("""{"client_id":"https://app.example/client.json","redirect_uris":["https://app.example/cb"],"grant_types":["client_credentials"]}""", "grant_types")]
    [InlineData("[]", "metadata")]
    public void What_a_document_must_not_say_is_named(string document, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<Client>.Invalid>(Decide(document)).Error.Member);

    [Fact]
    public void A_document_is_used_as_long_as_it_says_within_bounds()
    {
        Assert.Equal(TimeSpan.FromHours(1), ClientDocumentRules.FreshFor(null));
        Assert.Equal(TimeSpan.FromHours(2), ClientDocumentRules.FreshFor(TimeSpan.FromHours(2)));
        Assert.Equal(ClientDocumentRules.FreshAtLeast, ClientDocumentRules.FreshFor(TimeSpan.Zero));
        Assert.Equal(ClientDocumentRules.FreshAtMost, ClientDocumentRules.FreshFor(TimeSpan.FromDays(365)));
    }

    private static Client Allowed(string document) => Assert.IsType<Validated<Client>.Valid>(Decide(document)).Value;

    private static Validated<Client> Decide(string document) => ClientDocumentRules.Decide(Encoding.UTF8.GetBytes(document), Address, Policy, [Given.NotesApi()]);
}
