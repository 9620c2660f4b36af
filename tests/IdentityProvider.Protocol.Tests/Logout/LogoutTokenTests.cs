using IdentityProvider.Jose;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Logout;

/// <summary>OpenID Connect Back-Channel Logout 1.0 §2.4.</summary>
public sealed class LogoutTokenTests
{
    private static readonly EndedSession Ended = new("app", Given.UserId.ToString("D"), Given.SessionId);

    [Fact]
    public void It_says_which_session_ended_for_whom_and_has_no_nonce()
    {
        var claims = Given.Claims(Sign());

        Assert.Equal(["iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"], claims.Names());
        Assert.Equal(Given.Issuer, claims.GetProperty("iss").GetString());
        Assert.Equal(Given.UserId.ToString("D"), claims.GetProperty("sub").GetString());
        Assert.Equal("app", claims.GetProperty("aud").GetString());
        Assert.Equal("the-jti", claims.GetProperty("jti").GetString());
        Assert.Equal(Given.SessionId.ToString("N"), claims.GetProperty("sid").GetString());
        Assert.Equal(120, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal("""{"http://schemas.openid.net/event/backchannel-logout":{}}""", claims.GetProperty("events").GetRawText());
    }

    [Fact]
    public void It_verifies_by_its_own_type_alone()
    {
        var keys = new JsonWebKeySet([Given.SigningKey.PublicKey]);
        JwtVerification Verify(string typ) => Jwt.Verify(
            Sign(),
            keys,
            new JwtExpectations { Typ = typ, Issuer = Given.Issuer, Audience = "app", RequiredClaims = ["sub"], ClockSkew = TimeSpan.Zero },
            Given.Now);

        Assert.IsType<JwtVerification.Verified>(Verify("logout+jwt"));
        Assert.IsNotType<JwtVerification.Verified>(Verify(IdToken.Typ));
        Assert.IsNotType<JwtVerification.Verified>(Verify("at+jwt"));
    }

    [Fact]
    public void It_is_no_hint_at_a_person() => Assert.Null(IdTokenHint.Verify(Sign(), new JsonWebKeySet([Given.SigningKey.PublicKey]), Given.Issuer, Given.Now));

    private static string Sign() => LogoutToken.Sign(Ended, Given.SigningKey, Given.Issuer, "the-jti", Given.Now);
}
