using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 7523 §3, OpenID Connect Core §9, draft-ietf-oauth-rfc7523bis: what an assertion must say, and what it is refused for.</summary>
public sealed class ClientAssertionRulesTests
{
    private const string TokenEndpoint = Given.Issuer + "/token";

    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.ES256);
    private static readonly string[] Audiences = [Given.Issuer, TokenEndpoint];

    private static readonly Client Client = Given.Client() with
    {
        TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt,
        Jwks = ClientKeySet.Parse(new JsonWebKeySet([Key.PublicKey, Given.SigningKey.PublicKey]).ToUtf8Bytes(), out _),
    };

    public static TheoryData<SignatureAlgorithm> Algorithms => [.. SignatureAlgorithm.All];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_client_is_known_by_a_JWT_that_it_signs(SignatureAlgorithm algorithm)
    {
        var key = SigningKey.Generate(algorithm);
        var client = Client with { Jwks = ClientKeySet.Parse(new JsonWebKeySet([key.PublicKey]).ToUtf8Bytes(), out _), TokenEndpointAuthSigningAlg = algorithm };

        var presented = Present(Sign(key, Claims()));
        Assert.Equal(("app", ClientAuthenticationMethod.PrivateKeyJwt, key.Kid), (presented.ClientId, presented.Method, presented.Kid));
        var verified = Given.Allowed(ClientAssertionRules.Decide(presented, client, client.Jwks!.Verification, Audiences, Given.Now));

        Assert.Equal(("app", "1"), (verified.ClientId, verified.Jti));
        Assert.Equal(Given.Now.AddMinutes(1) + ClientAssertionRules.ClockSkew, verified.ExpiresAt);
        Assert.Same(client, Given.Allowed(verified.Spend(isFirst: true)).Client);
    }

    [Fact]
    public void Refuses_an_assertion_that_was_shown_before()
    {
        var verified = Given.Allowed(Decide(Claims()));
        Assert.Equal(Refusal.ClientAssertionReplayed, Given.Refused(verified.Spend(isFirst: false)));
    }

    [Fact]
    public void The_typ_may_be_absent_or_say_what_it_is()
    {
        foreach (var typ in new[] { "JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt" })
            Assert.NotNull(Given.Allowed(Decide(Claims(), typ: typ)));
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("oauth-authz-req+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("logout+jwt")]
    public void Refuses_another_kind_of_token_of_the_same_client(string typ) =>
        Assert.Equal(Refusal.ClientAssertionMalformed, Given.Refused(Decide(Claims(), typ: typ)));

    [Theory]
    [InlineData("")]
    [InlineData("client_assertion_type=")]
    [InlineData("client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer")]
    [InlineData("client_assertion_type=URN:ietf:params:oauth:client-assertion-type:jwt-bearer")]
    public void Refuses_another_type_of_assertion(string type) =>
        Assert.Equal(Refusal.ClientAssertionTypeUnsupported, Given.Refused(ClientAuthenticationRules.Read(null, Given.Parameters($"client_assertion={Sign(Key, Claims())}&{type}"))));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhcHAifQ.")]
    public void Refuses_what_is_no_signed_JWT(string assertion) =>
        Assert.Equal(Refusal.ClientAssertionMalformed, Given.Refused(Read($"client_assertion={assertion}")));

    [Fact]
    public void Refuses_an_assertion_without_end() =>
        Assert.Equal(Refusal.ClientAssertionMalformed, Given.Refused(Read($"client_assertion={Sign(Key, Claims(("x", new string('x', 9000))))}")));

    [Theory]
    [InlineData("sub")]
    [InlineData("jti")]
    [InlineData("exp")]
    public void Refuses_an_assertion_that_lacks_what_it_must_say(string claim) =>
        Assert.Equal(Refusal.ClientAssertionClaimMissing, Given.Refused(Decide(Claims((claim, null)))));

    [Fact]
    public void Refuses_an_empty_jti() => Assert.Equal(Refusal.ClientAssertionClaimMissing, Given.Refused(Decide(Claims(("jti", "")))));

    [Fact]
    public void Takes_a_client_id_beside_it_only_if_it_is_the_same()
    {
        Assert.NotNull(Given.Allowed(Read($"client_id=app&client_assertion={Sign(Key, Claims())}")));
        Assert.Equal(Refusal.ClientIdMismatch, Given.Refused(Read($"client_id=other&client_assertion={Sign(Key, Claims())}")));
    }

    [Theory]
    [InlineData("client_secret=x")]
    public void Refuses_two_methods_at_once(string more)
    {
        var form = Given.Parameters($"{more}&client_assertion_type={ClientAssertionRules.AssertionType}&client_assertion={Sign(Key, Claims())}");
        Assert.Equal(Refusal.ClientAuthenticationTwice, Given.Refused(ClientAuthenticationRules.Read(null, form)));
        Assert.Equal(Refusal.ClientAuthenticationTwice, Given.Refused(ClientAuthenticationRules.Read("Basic YXBwOmE=", form)));
    }

    [Fact]
    public void Refuses_an_unknown_client_and_one_that_is_registered_for_something_else()
    {
        var presented = Present(Sign(Key, Claims()));
        Assert.Equal(Refusal.ClientUnknown, Given.Refused(Decide(presented, null)));
        Assert.Equal(Refusal.ClientUnknown, Given.Refused(Decide(presented, Client with { ClientId = "APP" })));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(Decide(presented, Client with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost })));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(Decide(presented, Client with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None })));
    }

    [Fact]
    public void An_assertion_is_no_secret_and_a_secret_is_no_assertion()
    {
        var presented = Present(Sign(Key, Claims()));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(presented, Client with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None }, Given.Now)));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(presented, Client, Given.Now)));
        var secret = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters("client_id=app&client_secret=x")));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(Decide(secret, Client)));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(secret, Client, Given.Now)));
    }

    [Fact]
    public void Refuses_a_signature_of_another_key()
    {
        var other = SigningKey.Generate(SignatureAlgorithm.ES256);
        Assert.Equal(Refusal.ClientAssertionKeyUnknown, Given.Refused(Decide(Present(Sign(other, Claims())), Client)));

        var assertion = Sign(Key, Claims());
        Assert.Equal(Refusal.ClientAssertionSignatureInvalid, Given.Refused(Decide(Present(assertion[..assertion.LastIndexOf('.')] + "." + Sign(Key, Claims(("jti", "2"))).Split('.')[2]), Client)));
    }

    [Fact]
    public void Refuses_an_algorithm_that_the_client_is_not_registered_for()
    {
        var client = Client with { TokenEndpointAuthSigningAlg = SignatureAlgorithm.PS256 };
        Assert.Equal(Refusal.ClientAssertionAlgorithmNotRegistered, Given.Refused(Decide(Present(Sign(Key, Claims())), client)));
    }

    [Theory]
    [InlineData("iss", "other")]
    [InlineData("iss", "APP")]
    public void Refuses_an_assertion_that_somebody_else_issued(string claim, string value) =>
        Assert.Equal(Refusal.ClientAssertionIssuerMismatch, Given.Refused(Decide(Claims((claim, value)))));

    [Fact]
    public void Refuses_an_assertion_about_somebody_else()
    {
        // Presented as the other's; its own keys verify it, and its iss is not the other.
        var other = Client with { ClientId = "other" };
        Assert.Equal(Refusal.ClientAssertionIssuerMismatch, Given.Refused(Decide(Present(Sign(Key, Claims(("sub", "other")))), other)));
    }

    [Theory]
    [InlineData("\"https://issuer.example\"")]
    [InlineData("\"https://issuer.example/token\"")]
    [InlineData("""["https://issuer.example"]""")]
    [InlineData("""["https://issuer.example","https://issuer.example/token"]""")]
    public void Takes_the_issuer_and_the_token_endpoint_for_its_audience(string aud) => Assert.NotNull(Given.Allowed(Decide(Claims(("aud", JsonNode.Parse(aud))))));

    [Theory]
    [InlineData("\"https://other.example\"")]
    [InlineData("\"https://issuer.example/\"")]
    [InlineData("\"https://ISSUER.example\"")]
    [InlineData("\"https://issuer.example/authorize\"")]
    [InlineData("[]")]
    [InlineData("""["https://issuer.example","https://other.example/token"]""")]
    public void Refuses_an_assertion_for_another_server_or_for_another_one_too(string aud) =>
        Assert.Equal(Refusal.ClientAssertionAudienceMismatch, Given.Refused(Decide(Claims(("aud", JsonNode.Parse(aud))))));

    [Theory]
    [InlineData(8, true)]
    [InlineData(10, true)]
    [InlineData(60, false)]
    public void A_clock_that_is_a_little_ahead_is_forgiven(int seconds, bool accepted)
    {
        foreach (var claim in new[] { "nbf", "iat" })
        {
            var decision = Decide(Claims((claim, Seconds(seconds))));
            Assert.Equal(accepted, decision.Try(out _, out var reason));
            Assert.True(accepted || reason == Refusal.ClientAssertionNotYetValid);
        }
    }

    [Theory]
    [InlineData(-9, true)]
    [InlineData(-10, false)]
    [InlineData(-300, false)]
    public void Refuses_an_assertion_that_has_expired(int seconds, bool accepted)
    {
        Assert.Equal(accepted, Decide(Claims(("exp", Seconds(seconds)))).Try(out _, out var reason));
        Assert.True(accepted || reason == Refusal.ClientAssertionExpired);
    }

    [Theory]
    [InlineData(3600)]
    public void Refuses_an_assertion_that_lives_too_long(int seconds)
    {
        Assert.NotNull(Given.Allowed(Decide(Claims(("exp", Seconds(seconds))))));
        Assert.Equal(Refusal.ClientAssertionLifetimeTooLong, Given.Refused(Decide(Claims(("exp", Seconds(seconds + 11))))));
        Assert.Equal(Refusal.ClientAssertionLifetimeTooLong, Given.Refused(Decide(Claims(("exp", 1e300)))));
    }

    [Theory]
    [InlineData("exp", "\"tomorrow\"")]
    [InlineData("iat", "{}")]
    [InlineData("jti", "1")]
    [InlineData("aud", "7")]
    [InlineData("aud", "[7]")]
    public void Refuses_claims_of_another_type(string claim, string value) =>
        Assert.Equal(Refusal.ClientAssertionMalformed, Given.Refused(Decide(Claims((claim, JsonNode.Parse(value))))));

    [Fact]
    public void All_causes_have_one_answer()
    {
        var causes = Enum.GetValues<Refusal>().Where(r => r.ToString().StartsWith("ClientAssertion", StringComparison.Ordinal)).Append(Refusal.ClientUnknown);
        Assert.Single(causes.Select(Refusals.Of).Select(answer => (answer.Error, answer.Status, answer.Description)).Distinct());
        Assert.Equal("invalid_client", Refusals.Of(Refusal.ClientAssertionReplayed).Error);
    }

    private static double Seconds(int fromNow) => NumericDate.From(Given.Now.AddSeconds(fromNow));

    private static JsonObject Claims(params (string Name, JsonNode? Value)[] changes)
    {
        var claims = new JsonObject { ["iss"] = "app", ["sub"] = "app", ["aud"] = Given.Issuer, ["exp"] = Seconds(60), ["iat"] = Seconds(0), ["jti"] = "1" };
        foreach (var (name, value) in changes)
        {
            claims.Remove(name);
            if (value is not null)
                claims[name] = value;
        }

        return claims;
    }

    private static string Sign(SigningKey key, JsonObject claims, string typ = "JWT") => Jws.Sign(key, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));

    private static Decision<PresentedClient> Read(string form) =>
        ClientAuthenticationRules.Read(null, Given.Parameters($"client_assertion_type={ClientAssertionRules.AssertionType}&{form}"));

    private static PresentedClient Present(string assertion) => Given.Allowed(Read($"client_assertion={assertion}"));

    private static Decision<VerifiedClientAssertion> Decide(PresentedClient presented, Client? client) =>
        ClientAssertionRules.Decide(presented, client, Client.Jwks!.Verification, Audiences, Given.Now);

    private static Decision<VerifiedClientAssertion> Decide(JsonObject claims, string typ = "JWT") =>
        Read($"client_assertion={Sign(Key, claims, typ)}").Try(out var presented, out var reason) ? Decide(presented, Client) : reason;
}
