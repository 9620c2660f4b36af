using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Authorize;

public sealed class SignedAuthorizationAnswerTests
{
    private static readonly ResponseSigning Signing = new("app", SignatureAlgorithm.RS256);

    [Fact]
    public void All_that_a_plain_answer_says_is_in_the_JWT_and_nothing_stands_beside_it()
    {
        var answer = Sign(AuthorizationAnswer.Code(Address("a&b= ö"), "c-1", "hash.salt", Given.Issuer));

        var (name, jwt) = Assert.Single(answer.Parameters);
        Assert.Equal("response", name);
        var claims = Given.Claims(jwt);
        Assert.Equal(["aud", "exp", "code", "session_state", "state", "iss"], claims.Names());
        Assert.Equal(
            ("app", "c-1", "hash.salt", "a&b= ö", Given.Issuer),
            (Said("aud"), Said("code"), Said("session_state"), Said("state"), Said("iss")));
        Assert.Equal(NumericDate.From(Given.Now + TimeSpan.FromMinutes(2)), claims.GetProperty("exp").GetInt64());
        Assert.StartsWith("https://app.example/cb?tenant=a&response=", answer.Location, StringComparison.Ordinal);

        string? Said(string claim) => claims.GetProperty(claim).GetString();
    }

    [Fact]
    public void An_error_is_signed_too()
    {
        var claims = Given.Claims(Sign(AuthorizationAnswer.Error(Address("s"), Refusal.ConsentDenied, Given.Issuer)).Parameters[0].Value);
        Assert.Equal("access_denied", claims.GetProperty("error").GetString());
        Assert.Equal(["aud", "exp", "error", "error_description", "state", "iss"], claims.Names());
    }

    [Fact]
    public void It_verifies_for_its_client_and_until_it_expires()
    {
        var jwt = Sign(AuthorizationAnswer.Code(Address(null), "c", null, Given.Issuer)).Parameters[0].Value;
        var expectations = new JwtExpectations { Typ = SignedAuthorizationAnswer.Typ, Issuer = Given.Issuer, Audience = "app" };
        Assert.IsType<JwtVerification.Verified>(Jwt.Verify(jwt, Given.Jwks, expectations, Given.Now));
        Assert.IsType<JwtVerification.Refused>(Jwt.Verify(jwt, Given.Jwks, expectations with { Audience = "spa" }, Given.Now));
        Assert.IsType<JwtVerification.Refused>(Jwt.Verify(jwt, Given.Jwks, expectations, Given.Now + SignedAuthorizationAnswer.Lifetime));
    }

    [Fact]
    public void It_is_no_ID_token_and_no_access_token()
    {
        var jwt = Sign(AuthorizationAnswer.Code(Address(null), "c", null, Given.Issuer)).Parameters[0].Value;
        Assert.Null(IdTokenHint.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now));
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now)));
    }

    private static AuthorizationAnswer Sign(AuthorizationAnswer answer) => SignedAuthorizationAnswer.Sign(answer, Signing, Given.SigningKey, Given.Now);

    private static ReturnAddress Address(string? state)
    {
        const string uri = "https://app.example/cb?tenant=a";
        Assert.True(RedirectUris.Choose(Given.Client() with { RedirectUris = [uri] }, uri, isOpenId: true).Try(out var validated, out _));
        return new ReturnAddress(validated, ResponseMode.Query, state, Signing);
    }
}
