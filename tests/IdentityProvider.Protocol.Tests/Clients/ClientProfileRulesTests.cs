using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Token;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>FAPI 2.0 as one word on a client: what it asks for at registration, and what it changes afterwards.</summary>
public sealed class ClientProfileRulesTests
{
    private static readonly SigningKey Rsa = SigningKey.Generate(SignatureAlgorithm.RS256);
    private static readonly SigningKey Pss = SigningKey.Generate(SignatureAlgorithm.PS256);

    private static readonly ClientMetadata Bank = new()
    {
        Profile = "fapi2",
        RedirectUris = ["https://app.example/cb"],
        TokenEndpointAuthMethod = "private_key_jwt",
        Jwks = Set(Pss),
        DpopBoundAccessTokens = true,
    };

    [Fact]
    public void Silence_takes_what_the_profile_asks_for()
    {
        var client = Allowed(Bank);
        Assert.Equal(ClientProfile.Fapi2, client.Profile);
        Assert.Equal(
            (SignatureAlgorithm.PS256, SignatureAlgorithm.PS256, SignatureAlgorithm.PS256),
            (client.IdTokenSignedResponseAlg, client.AuthorizationSignedResponseAlg, client.IntrospectionSignedResponseAlg));
        Assert.True(client is { RequirePushedAuthorizationRequests: true, RequirePkce: true, RequireSignedRequestObject: false });
        Assert.True(Allowed(Bank with { Profile = "fapi2_message_signing" }).RequireSignedRequestObject);
        Assert.Equal(ClientProfile.None, Allowed(Bank with { Profile = null }).Profile);

        var again = ClientMetadataRules.Restore(ClientMetadata.Of(client))!;
        Assert.Equal((ClientProfile.Fapi2, "PS256"), (again.Profile, again.IdTokenSignedResponseAlg.Name));
        Assert.NotNull(Allowed(Bank with { TokenEndpointAuthMethod = "tls_client_auth", TlsClientAuthSanDns = "app.example", IdTokenSignedResponseAlg = "ES256" }));
    }

    [Fact]
    public void Refuses_what_does_not_fit()
    {
        Refused(Bank with { Profile = "fapi1" }, "profile");
        Refused(Bank with { TokenEndpointAuthMethod = "client_secret_basic" }, "token_endpoint_auth_method");
        Refused(Bank with { TokenEndpointAuthMethod = "none" }, "token_endpoint_auth_method");
        Refused(Bank with { TokenEndpointAuthSigningAlg = "RS256" }, "jwks");
        Refused(Bank with { TokenEndpointAuthSigningAlg = "RS256", JwksUri = "https://app.example/jwks", Jwks = null }, "token_endpoint_auth_signing_alg");
        Refused(Bank with { Jwks = Set(Rsa) }, "jwks");
        Refused(Bank with { RequestObjectSigningAlg = "RS256" }, "request_object_signing_alg");
        Refused(Bank with { IdTokenSignedResponseAlg = "RS256" }, "id_token_signed_response_alg");
        Refused(Bank with { AuthorizationSignedResponseAlg = "RS256" }, "authorization_signed_response_alg");
        Refused(Bank with { IntrospectionSignedResponseAlg = "RS256" }, "introspection_signed_response_alg");
        Refused(Bank with { UserinfoSignedResponseAlg = "RS256" }, "userinfo_signed_response_alg");
        Refused(Bank with { RequirePkce = false }, "require_pkce");
        Refused(Bank with { RequirePushedAuthorizationRequests = false }, "require_pushed_authorization_requests");
        Refused(Bank with { Profile = "fapi2_message_signing", RequireSignedRequestObject = false }, "require_signed_request_object");
        Refused(Bank with { RequestUris = ["https://app.example/request"] }, "request_uris");
        Refused(Bank with { RedirectUris = ["http://127.0.0.1/cb"], ApplicationType = "native" }, "redirect_uris");
    }

    [Fact]
    public void Refuses_a_client_whose_tokens_would_be_bound_to_nothing() =>
        Refused(Bank with { DpopBoundAccessTokens = false }, "dpop_bound_access_tokens");

    [Fact]
    public void Refuses_an_API_whose_tokens_are_signed_otherwise()
    {
        var api = new Resource { Identifier = "https://api.example", Name = "API", Scopes = [] };
        var named = Bank with { Resources = [api.Identifier] };
        Assert.Equal("resources", Error(named, api).Member);
        Assert.NotNull(Valid(named, api with { SigningAlg = SignatureAlgorithm.ES256 }));
        Assert.NotNull(Valid(named, api with { Revocation = RevocationStyle.Introspection }));
    }

    [Fact]
    public void An_assertion_is_for_the_issuer_as_one_string_and_not_by_RS256()
    {
        var client = Allowed(Bank with { Jwks = Set(Pss, WithoutAlg()) });
        Assert.Null(Refusal(client, Pss, "\"https://issuer.example\""));
        Assert.Equal(Protocol.Refusal.ClientAssertionAudienceMismatch, Refusal(client, Pss, "[\"https://issuer.example\"]"));
        Assert.Equal(Protocol.Refusal.ClientAssertionAudienceMismatch, Refusal(client, Pss, "\"https://issuer.example/token\""));
        Assert.Equal(Protocol.Refusal.ClientAssertionAudienceMismatch, Refusal(client, Pss, "\"https://issuer.example/par\""));

        // A key that names no algorithm would verify RS256 too.
        var any = client with { Jwks = ClientKeySet.Parse(Set(WithoutAlg()), out _) };
        Assert.Equal(Protocol.Refusal.ClientAssertionAlgorithmNotRegistered, Refusal(any, Rsa, "\"https://issuer.example\""));
        Assert.Null(Refusal(any with { Profile = ClientProfile.None }, Rsa, "\"https://issuer.example\""));
    }

    [Fact]
    public void A_request_object_by_RS256_is_none()
    {
        var client = Allowed(Bank) with { Jwks = ClientKeySet.Parse(Set(WithoutAlg()), out _) };
        var claims = $$"""{"iss":"{{client.ClientId}}","client_id":"{{client.ClientId}}","aud":"{{Given.Issuer}}","nbf":{{NumericDate.From(Given.Now)}},"exp":{{NumericDate.From(Given.Now.AddMinutes(5))}},"response_type":"code"}""";
        var jwt = Jws.Sign(Rsa, RequestObjectRules.Typ, Encoding.UTF8.GetBytes(claims));
        Assert.Equal(Protocol.Refusal.RequestObjectInvalid, Given.Refused(RequestObjectRules.Decide(jwt, client, client.Jwks!.Verification, Given.Issuer, Given.Now)));
        Assert.NotNull(Given.Allowed(RequestObjectRules.Decide(jwt, client with { Profile = ClientProfile.None }, client.Jwks.Verification, Given.Issuer, Given.Now)));
    }

    [Fact]
    public void Its_refresh_token_stays_and_one_of_before_the_profile_works_on()
    {
        var client = Given.ConfidentialClient() with { Profile = ClientProfile.Fapi2 };
        var facts = new RefreshTokenFacts(Given.Family(), Given.User(), Given.Session(), [Given.NotesApi(), Given.FilesApi()]);

        var kept = Assert.IsType<RefreshTokenDecision.Keep>(Refresh(client, 7, facts));
        Assert.Equal(7, kept.Plan.RefreshToken!.Generation);
        Assert.IsType<RefreshTokenDecision.Repeat>(Refresh(client, 6, facts));
        Assert.IsType<RefreshTokenDecision.Theft>(Refresh(client, 5, facts));
        Assert.IsType<RefreshTokenDecision.Rotate>(Refresh(client with { Profile = ClientProfile.None }, 7, facts));
    }

    [Fact]
    public void A_token_for_UserInfo_alone_is_signed_as_the_ID_token_is()
    {
        var client = Given.ConfidentialClient() with { Profile = ClientProfile.Fapi2, IdTokenSignedResponseAlg = SignatureAlgorithm.ES256 };
        var facts = new RefreshTokenFacts(Given.Family() with { Resources = [] }, Given.User(), Given.Session(), []);
        Assert.Equal(SignatureAlgorithm.ES256, Assert.IsType<RefreshTokenDecision.Keep>(Refresh(client, 7, facts, "&scope=openid")).Plan.AccessToken.Algorithm);
    }

    private static RefreshTokenDecision Refresh(Client client, int generation, RefreshTokenFacts facts, string more = "&resource=https://notes.example") => RefreshTokenRules.Decide(
        Given.TokenRequest<TokenRequest.RefreshToken>("grant_type=refresh_token&refresh_token=r" + more), Given.RefreshToken(generation), Given.Authenticated(client), facts, Given.IdleLimit, Given.Now);

    private static Refusal? Refusal(Client client, SigningKey key, string aud)
    {
        var claims = $$"""{"iss":"{{client.ClientId}}","sub":"{{client.ClientId}}","aud":{{aud}},"jti":"1","exp":{{NumericDate.From(Given.Now.AddMinutes(1))}}}""";
        var assertion = Jws.Sign(key, "JWT", Encoding.UTF8.GetBytes(claims));
        var presented = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters($"client_assertion_type={ClientAssertionRules.AssertionType}&client_assertion={assertion}")));
        string[] audiences = [Given.Issuer, Given.Issuer + "/token", Given.Issuer + "/par"];
        return ClientAssertionRules.Decide(presented, client, client.Jwks!.Verification, audiences, Given.Now).Try(out _, out var reason) ? null : reason;
    }

    /// <summary>The RSA key as a client may publish it: for any algorithm of its kind.</summary>
    private static string WithoutAlg() => Jwk(Rsa.PublicKey).Replace("\"alg\":\"RS256\",", "", StringComparison.Ordinal);

    private static JsonElement Set(params object[] keys) =>
        JsonElement.Parse($$"""{"keys":[{{string.Join(',', keys.Select(key => key is SigningKey signing ? Jwk(signing.PublicKey) : (string)key))}}]}""");

    private static string Jwk(JsonWebKey key)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            key.WriteTo(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static Client Allowed(ClientMetadata metadata) => Valid(metadata);

    private static Client Valid(ClientMetadata metadata, params Resource[] known) =>
        Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(metadata, "bank", known)).Value;

    private static MetadataError Error(ClientMetadata metadata, params Resource[] known) =>
        Assert.IsType<Validated<Client>.Invalid>(ClientMetadataRules.Decide(metadata, "bank", known)).Error;

    private static void Refused(ClientMetadata metadata, string member) => Assert.Equal(member, Error(metadata).Member);
}
