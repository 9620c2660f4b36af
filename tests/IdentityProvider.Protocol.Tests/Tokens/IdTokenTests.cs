using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
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

    [Fact]
    public void It_says_of_the_person_what_was_asked_for_here_by_name_and_nothing_of_what_UserInfo_was_asked()
    {
        var asked = Given.Allowed(ClaimsRequest.Read("""{"id_token":{"email":{"essential":true},"locale":null},"userinfo":{"name":{"essential":true}}}"""));
        var claims = Given.Claims(Sign(Given.Code() with { Terms = new() { Claims = asked } }));
        Assert.Equal("alice@example.com", claims.GetProperty("email").GetString());
        Assert.DoesNotContain("name", claims.Names());
        Assert.DoesNotContain("locale", claims.Names());
    }

    [Fact]
    public void What_an_operator_added_is_told_of_the_person_only_where_its_scope_was_granted_and_is_the_clients_still()
    {
        Assert.Null(ClaimMapping.Read(new Dictionary<string, string> { ["mail"] = "email" }, besideStandardClaims: false, out var mapping));
        var client = Given.ConfidentialClient() with { IdTokenClaims = mapping };
        Assert.Equal("alice@example.com", Claims("openid email", client).GetProperty("mail").GetString());
        Assert.DoesNotContain("mail", Claims("openid", client).Names());
        Assert.DoesNotContain("mail", Claims("openid email", client with { Scope = ScopeSet.Of(["openid"]) }).Names());

        static JsonElement Claims(string scope, Client client) => Given.Claims(IdToken.Sign(
            Given.Plan(Given.Code() with { Scope = ScopeSet.Of(scope.Split(' ')), Resources = [] }, client).IdToken!, Given.SigningKey, Given.Issuer, "an-access-token"));
    }

    private static string Sign(Protocol.Authorize.AuthorizationCode? code = null) =>
        IdToken.Sign(Given.Plan(code).IdToken!, Given.SigningKey, Given.Issuer, "an-access-token");
}
