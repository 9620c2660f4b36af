using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.UserInfo;
using Xunit;

namespace IdentityProvider.Protocol.Tests.UserInfo;

public sealed class UserInfoTokenTests
{
    private static readonly string Signed = UserInfoToken.Sign(
        Given.Allowed(UserInfoRules.Decide(
            Given.VerifiedAccessToken(Given.Code() with { Scope = ScopeSet.Of(["openid", "email"]), Resources = [] }),
            Given.Issuer,
            new AccessTokenFacts(Given.Client(), Given.Family(), Given.User(), IsRevoked: false),
            Given.Now)),
        Given.SigningKey,
        Given.Issuer);

    [Fact]
    public void It_says_who_says_so_and_to_whom()
    {
        Assert.True(Jws.Verify(Signed, Given.Jwks, UserInfoToken.Typ).Accepted(out _, out _));
        var claims = Given.Claims(Signed);
        Assert.Equal(["iss", "aud", "sub", "email", "email_verified"], claims.Names());
        Assert.Equal((Given.Issuer, "app"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
    }

    [Fact]
    public void Nothing_takes_it_for_a_token()
    {
        Assert.Null(IdTokenHint.Verify(Signed, Given.Jwks, Given.Issuer, Given.Now));
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(VerifiedAccessToken.Verify(Signed, Given.Jwks, Given.Issuer, Given.Now)));
    }
}
