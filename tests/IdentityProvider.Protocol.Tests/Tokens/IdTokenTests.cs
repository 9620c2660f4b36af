using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class IdTokenTests
{
    [Fact]
    public void It_says_how_someone_signed_in_and_no_claim_beyond()
    {
        var claims = Given.Claims(Sign());

        Assert.Equal(["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"], claims.Names());
        Assert.Equal(Given.UserId.ToString("D"), claims.GetProperty("sub").GetString());
        Assert.Equal("app", claims.GetProperty("aud").GetString());
        Assert.Equal("n-0S6_WzA2Mj", claims.GetProperty("nonce").GetString());
        Assert.Equal(Given.Session().AuthTime.ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
        Assert.Equal(["pwd"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal(Given.SessionId.ToString("N"), claims.GetProperty("sid").GetString());
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public void Its_hash_is_the_left_half_of_the_access_tokens()
    {
        var expected = CanonicalBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes("an-access-token")).AsSpan(0, 16));
        Assert.Equal(expected, Given.Claims(Sign()).GetProperty("at_hash").GetString());
    }

    [Fact]
    public void What_is_not_known_is_left_out()
    {
        var claims = Given.Claims(Sign(Given.Code() with { Nonce = null, Acr = null, Amr = [] }));
        Assert.Equal(["iss", "sub", "aud", "exp", "iat", "auth_time", "sid", "at_hash"], claims.Names());
    }

    private static string Sign(Protocol.Authorize.AuthorizationCode? code = null) =>
        IdToken.Sign(Given.Plan(code).IdToken!, Given.SigningKey, Given.Issuer, "an-access-token");
}
