using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Introspection;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.DPoP;

/// <summary>What codes, refresh tokens and access tokens are bound to, and who may use them then (RFC 9449 §5 to §7, §10; RFC 8705 §3, §4).</summary>
public sealed class BindingTests : IDisposable
{
    private const string Certificate = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";

    private readonly ProofKey _key = new();
    private readonly ProofKey _other = new();

    private Confirmation Bound => new() { JwkThumbprint = _key.Thumbprint };

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Tokens_are_bound_to_the_proofs_key_and_without_one_to_nothing()
    {
        Assert.Equal(Bound, By(Given.Client(), _key).Confirmation);
        Assert.Null(Given.Allowed(SenderRules.Bind(Given.Authenticated(Given.Client()), null, Certificate)).Confirmation);
    }

    [Fact]
    public void A_client_registered_for_bound_tokens_gets_no_others()
    {
        var proving = Given.Client() with { DpopBoundAccessTokens = true };
        Assert.Equal(Refusal.DPoPProofMissing, Given.Refused(SenderRules.Bind(Given.Authenticated(proving), null, Certificate)));
        Assert.Equal(Bound, By(proving, _key).Confirmation);

        var connecting = Given.Client() with { TlsClientCertificateBoundAccessTokens = true };
        Assert.Equal(Refusal.SenderCertificateMissing, Given.Refused(SenderRules.Bind(Given.Authenticated(connecting), null, null)));
        Assert.Equal(Refusal.DPoPProofUnexpected, Given.Refused(SenderRules.Bind(Given.Authenticated(connecting), _key.Good(), Certificate)));
        Assert.Equal(new Confirmation { CertificateThumbprint = Certificate }, Given.Allowed(SenderRules.Bind(Given.Authenticated(connecting), null, Certificate)).Confirmation);
    }

    [Fact]
    public void A_profile_that_allows_fewer_algorithms_allows_fewer_for_proofs()
    {
        using var rsa = new ProofKey(rsa: true);
        var plain = Given.Authenticated(Given.Client());
        var fapi = Given.Authenticated(Given.Client() with { Profile = ClientProfile.Fapi2 });
        Assert.Equal(Refusal.DPoPProofInvalid, SenderRules.RefuseProof(fapi, rsa.Good()));
        Assert.Null(SenderRules.RefuseProof(fapi, _key.Good()));
        Assert.Null(SenderRules.RefuseProof(fapi, null));
        Assert.Null(SenderRules.RefuseProof(plain, rsa.Good()));
    }

    [Fact]
    public void The_access_token_says_what_it_is_bound_to_and_is_read_back()
    {
        var plan = Issue(By(Given.ConfidentialClient(), _key), Given.Code()).Plan;
        var jwt = AccessToken.Sign(plan.AccessToken, Given.SigningKey, Given.Issuer, TokenIdentifier.Alone(new byte[16]));
        Assert.Equal($$"""{"jkt":"{{_key.Thumbprint}}"}""", Given.Claims(jwt).GetProperty("cnf").GetRawText());
        Assert.Equal(Bound, Given.Allowed(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now)).Confirmation);

        var opaque = Given.OpaqueAccessToken(plan);
        Assert.Equal(Bound, Given.Allowed(VerifiedAccessToken.Open(opaque, Given.OpaqueKey, Given.Issuer, Given.Now)).Confirmation);
        Assert.Null(Given.VerifiedAccessToken().Confirmation);
        Assert.Equal("DPoP", Confirmation.TokenTypeOf(Bound));
        Assert.Equal("Bearer", Confirmation.TokenTypeOf(new Confirmation { CertificateThumbprint = Certificate }));
    }

    [Fact]
    public void A_certificate_is_named_by_its_own_member()
    {
        var client = Given.Client() with { TlsClientCertificateBoundAccessTokens = true };
        var token = Token(Given.Allowed(SenderRules.Bind(Given.Authenticated(client), null, Certificate)));
        Assert.Equal(Certificate, token.Confirmation!.CertificateThumbprint);

        Assert.Null(TokenBindingRules.Refuse(token, new SentToken("", IsDPoP: false), null, Certificate));
        Assert.Equal(Refusal.TokenBoundToAnotherCertificate, TokenBindingRules.Refuse(token, new SentToken("", IsDPoP: false), null, null));
        Assert.Equal(Refusal.TokenBoundToAnotherCertificate, TokenBindingRules.Refuse(token, new SentToken("", IsDPoP: false), null, _key.Thumbprint));
    }

    [Fact]
    public void A_code_bound_to_a_key_is_redeemed_with_that_key_alone()
    {
        var code = Given.Code() with { Terms = new GrantTerms { Confirmation = Bound } };
        Assert.Equal(Refusal.CodeBoundToAnotherKey, Refused(By(Given.ConfidentialClient(), _other), code));
        Assert.Equal(Refusal.CodeBoundToAnotherKey, Refused(Given.Authenticated(Given.ConfidentialClient()), code));
        Assert.Equal(Bound, Issue(By(Given.ConfidentialClient(), _key), code).Plan.AccessToken.Confirmation);
    }

    [Fact]
    public void A_second_use_with_another_key_ends_nothing()
    {
        var spent = Given.Code() with { Terms = new GrantTerms { Confirmation = Bound }, RedeemedAt = Given.Now, FamilyId = Given.FamilyId };
        Assert.Equal(Refusal.CodeBoundToAnotherKey, Refused(By(Given.ConfidentialClient(), _other), spent));
        Assert.IsType<AuthorizationCodeDecision.EndFamily>(Decide(By(Given.ConfidentialClient(), _key), spent));
    }

    [Fact]
    public void A_public_clients_family_is_bound_and_a_confidential_ones_is_not()
    {
        var code = Given.Code() with { ClientId = "spa" };
        Assert.Equal(Bound, Issue(By(Given.PublicClient(), _key), code).Family.Terms.Confirmation);
        Assert.Equal(GrantTerms.None, Issue(Given.Authenticated(Given.PublicClient()), code).Family.Terms);
        Assert.Equal(GrantTerms.None, Issue(By(Given.ConfidentialClient(), _key), Given.Code() with { Terms = new GrantTerms { Confirmation = Bound } }).Family.Terms);
    }

    [Fact]
    public void A_bound_family_is_refreshed_with_its_key_alone_and_another_ends_nothing()
    {
        Assert.IsType<RefreshTokenDecision.Rotate>(Refresh(By(Given.PublicClient(), _key), 7));
        Assert.Equal(Refusal.RefreshTokenBoundToAnotherKey, Assert.IsType<RefreshTokenDecision.Refuse>(Refresh(By(Given.PublicClient(), _other), 7)).Reason);
        Assert.Equal(Refusal.RefreshTokenBoundToAnotherKey, Assert.IsType<RefreshTokenDecision.Refuse>(Refresh(Given.Authenticated(Given.PublicClient()), 3)).Reason);
        Assert.IsType<RefreshTokenDecision.Theft>(Refresh(By(Given.PublicClient(), _key), 3));
    }

    [Fact]
    public void The_token_just_replaced_gives_its_successor_to_the_key_for_as_long_as_that_is_unused() =>
        Assert.Equal(7, Assert.IsType<RefreshTokenDecision.Repeat>(Refresh(By(Given.PublicClient(), _key), 6)).Plan.RefreshToken!.Generation);

    [Fact]
    public void A_bound_token_is_shown_with_a_proof_by_its_key_and_never_as_a_bearers()
    {
        var token = Token(By(Given.ConfidentialClient(), _key));
        var sent = new SentToken("", IsDPoP: true);
        Assert.Null(TokenBindingRules.Refuse(token, sent, _key.Good(), null));
        Assert.Equal(Refusal.TokenBoundToAnotherKey, TokenBindingRules.Refuse(token, sent, _other.Good(), null));
        Assert.Equal(Refusal.BoundTokenAsBearer, TokenBindingRules.Refuse(token, sent, null, null));
        Assert.Equal(Refusal.BoundTokenAsBearer, TokenBindingRules.Refuse(token, sent with { IsDPoP = false }, null, null));
        Assert.Equal(Refusal.BoundTokenAsBearer, TokenBindingRules.Refuse(token, sent with { IsDPoP = false }, _key.Good(), null));
        Assert.Equal(Refusal.BearerTokenAsDPoP, TokenBindingRules.Refuse(Given.VerifiedAccessToken(), sent, _key.Good(), null));
        Assert.Null(TokenBindingRules.Refuse(Given.VerifiedAccessToken(), sent with { IsDPoP = false }, null, null));
    }

    [Theory]
    [InlineData("DPoP abc", true)]
    [InlineData("dPOP  abc", true)]
    [InlineData("bEARER abc", false)]
    public void The_scheme_is_read_in_any_case(string header, bool isDPoP) =>
        Assert.Equal(new SentToken("abc", isDPoP), Given.Allowed(TokenBindingRules.Read([header], Protocol.Parameters.None)));

    [Fact]
    public void A_token_is_shown_one_way()
    {
        Assert.Equal(Refusal.BearerTokenTwice, Given.Refused(TokenBindingRules.Read(["Bearer a", "DPoP a"], Protocol.Parameters.None)));
        Assert.Equal(Refusal.BearerTokenTwice, Given.Refused(TokenBindingRules.Read(["DPoP a"], Given.Parameters("access_token=a"))));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(TokenBindingRules.Read(["DPoP a, Bearer a"], Protocol.Parameters.None)));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(TokenBindingRules.Read(["DPoP "], Protocol.Parameters.None)));
        Assert.Equal(Refusal.BearerTokenMissing, Given.Refused(TokenBindingRules.Read(["DPoP"], Protocol.Parameters.None)));
        Assert.Equal(Refusal.BearerTokenMissing, Given.Refused(TokenBindingRules.Read([], Protocol.Parameters.None)));
    }

    [Fact]
    public void Introspection_tells_what_a_token_is_bound_to()
    {
        var request = Given.Allowed(IntrospectionRules.Read(Given.Parameters("token=t"), Given.Authenticated(Given.ConfidentialClient())));
        var facts = new AccessTokenFacts(Given.ConfidentialClient(), Given.Family(), Given.User(), IsRevoked: false);
        var bound = Given.Written(json => IntrospectionResponse.Write(json, IntrospectionRules.Decide(request, Token(By(Given.ConfidentialClient(), _key)), Given.Issuer, facts, Given.Now)));
        Assert.Equal("DPoP", bound.GetProperty("token_type").GetString());
        Assert.Equal(_key.Thumbprint, bound.GetProperty("cnf").GetProperty("jkt").GetString());

        var bearers = Given.Written(json => IntrospectionResponse.Write(json, IntrospectionRules.Decide(request, Given.VerifiedAccessToken(), Given.Issuer, facts, Given.Now)));
        Assert.Equal("Bearer", bearers.GetProperty("token_type").GetString());
        Assert.DoesNotContain("cnf", bearers.Names());
    }

    [Theory]
    [InlineData("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", null)]
    [InlineData("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J", Refusal.DPoPJktMalformed)]
    [InlineData("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=", Refusal.DPoPJktMalformed)]
    [InlineData("x", Refusal.DPoPJktMalformed)]
    public void Dpop_jkt_is_a_thumbprint(string jkt, Refusal? expected) =>
        Assert.Equal(expected, CodeBindingRules.Refuse(Given.Parameters("dpop_jkt=" + Uri.EscapeDataString(jkt))));

    [Fact]
    public void A_pushed_requests_proof_is_by_the_key_that_it_names()
    {
        var names = Given.Parameters("dpop_jkt=" + _key.Thumbprint);
        Assert.Null(CodeBindingRules.RefusePushed(names, _key.Good()));
        Assert.Null(CodeBindingRules.RefusePushed(names, null));
        Assert.Null(CodeBindingRules.RefusePushed(Given.Parameters("a=b"), _key.Good()));
        Assert.Equal(Refusal.DPoPJktMismatch, CodeBindingRules.RefusePushed(names, _other.Good()));
        Assert.Equal(Refusal.DPoPJktMalformed, CodeBindingRules.RefusePushed(Given.Parameters("dpop_jkt=x"), _other.Good()));
    }

    [Fact]
    public void The_code_goes_with_the_key_that_its_request_names()
    {
        const string request = $"client_id=app&redirect_uri=https://app.example/cb&response_type=code&scope=openid&code_challenge={Given.CodeChallenge}&code_challenge_method=S256";
        AuthorizationDecision Ask(string more) =>
            AuthorizationRules.Decide(Given.Parameters(request + more), new AuthorizationRules.Known(Given.Client(), [], Given.Jwks, Given.Issuer), Given.Now);

        var named = Assert.IsType<AuthorizationDecision.Accepted>(Ask("&dpop_jkt=" + _key.Thumbprint)).Request;
        Assert.Equal(Bound, named.CodeFor(Given.Session(), Given.Now).Terms.Confirmation);
        Assert.Equal(GrantTerms.None, Assert.IsType<AuthorizationDecision.Accepted>(Ask("")).Request.CodeFor(Given.Session(), Given.Now).Terms);
        Assert.Equal(Refusal.DPoPJktMalformed, Assert.IsType<AuthorizationDecision.RedirectError>(Ask("&dpop_jkt=x")).Reason);
    }

    private static AuthenticatedClient By(Client client, ProofKey key) => Given.Allowed(SenderRules.Bind(Given.Authenticated(client), key.Good(), null));

    private static VerifiedAccessToken Token(AuthenticatedClient client)
    {
        var jwt = AccessToken.Sign(Issue(client, Given.Code()).Plan.AccessToken, Given.SigningKey, Given.Issuer, TokenIdentifier.InFamily(Given.FamilyId, new byte[8]));
        return Given.Allowed(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now));
    }

    private static AuthorizationCodeDecision Decide(AuthenticatedClient client, AuthorizationCode code)
    {
        var request = Given.TokenRequest<TokenRequest.AuthorizationCode>(
            $"grant_type=authorization_code&code=c&redirect_uri=https://app.example/cb&code_verifier={Given.CodeVerifier}");
        return AuthorizationCodeRules.Decide(request, client, new AuthorizationCodeFacts(code, Given.User(), Given.Session(), [Given.NotesApi()]), Given.IdleLimit, Given.FamilyId, Given.Now);
    }

    private static AuthorizationCodeDecision.Issue Issue(AuthenticatedClient client, AuthorizationCode code) => Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(client, code));

    private static Refusal Refused(AuthenticatedClient client, AuthorizationCode code) => Assert.IsType<AuthorizationCodeDecision.Refuse>(Decide(client, code)).Reason;

    // Of a family of the seventh generation, five minutes after its last rotation: beyond the grace of who has no key.
    private RefreshTokenDecision Refresh(AuthenticatedClient client, int generation)
    {
        var request = Given.TokenRequest<TokenRequest.RefreshToken>("grant_type=refresh_token&refresh_token=r");
        var family = Given.Family() with { ClientId = "spa", Terms = new GrantTerms { Confirmation = Bound } };
        return RefreshTokenRules.Decide(request, Given.RefreshToken(generation), client, new RefreshTokenFacts(family, Given.User(), Given.Session(), [Given.NotesApi()]), Given.IdleLimit, Given.Now);
    }
}
