using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class AccessTokenTests
{
    [Fact]
    public void It_says_what_RFC_9068_asks_and_nothing_personal()
    {
        var claims = Given.Claims(Given.AccessToken());

        Assert.Equal(["iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "auth_time", "acr"], claims.Names());
        Assert.Equal(Given.Issuer, claims.GetProperty("iss").GetString());
        Assert.Equal(Given.UserId.ToString("D"), claims.GetProperty("sub").GetString());
        Assert.Equal("app", claims.GetProperty("client_id").GetString());
        Assert.Equal("openid notes.read", claims.GetProperty("scope").GetString());
        Assert.Equal(Given.Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(Given.Now.ToUnixTimeSeconds() + 900, claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public void Its_audience_is_the_API_and_this_server_where_openid_was_granted()
    {
        var claims = Given.Claims(Given.AccessToken());
        Assert.Equal(["https://notes.example", Given.Issuer], claims.GetProperty("aud").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void Its_audience_is_the_API_alone_without_openid() =>
        Assert.Equal("https://notes.example", Given.Claims(Given.AccessToken(Given.Code() with { Scope = ScopeSet.Of(["notes.read"]) })).GetProperty("aud").GetString());

    [Fact]
    public void Its_subject_is_the_client_where_there_is_no_person()
    {
        var token = Given.ClientsOwnAccessToken();
        Assert.Equal(("app", "app"), (token.Subject, token.ClientId));
        Assert.Null(token.FamilyId);
        Assert.Null(token.AuthTime);
    }

    [Fact]
    public void With_two_scopes_it_stays_under_900_bytes_and_its_status_costs_less_than_120()
    {
        // The longest of each part that a usual deployment has.
        var code = Given.Code() with { ClientId = "GZ0tAdEVmeOxOMBDWaXl8w", Acr = "urn:idp:2" };
        var client = Given.ConfidentialClient() with { ClientId = code.ClientId };
        var jti = TokenIdentifier.InFamily(Given.FamilyId, new byte[8]);
        string Sign(StatusReference? status) => AccessToken.Sign(Given.Plan(code, client).AccessToken, Given.SigningKey, "https://login.example.com", jti, status);

        var plain = Sign(null).Length;
        var withStatus = Sign(new StatusReference(1234, 1_000_000)).Length;

        Assert.InRange(plain, 1, 899);
        Assert.InRange(withStatus - plain, 1, 119);
        TestContext.Current.TestOutputHelper?.WriteLine($"{plain} bytes, with a status {withStatus}");
    }

    [Fact]
    public void It_names_its_place_in_a_status_list()
    {
        var plan = Given.Plan().AccessToken;
        var jwt = AccessToken.Sign(plan, Given.SigningKey, Given.Issuer, "jti", new StatusReference(7, 42));

        Assert.Equal($$$"""{"status_list":{"idx":42,"uri":"{{{Given.Issuer}}}/status/7"}}""", Given.Claims(jwt).GetProperty("status").GetRawText());
        Assert.Equal(new StatusReference(7, 42), Given.Allowed(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now)).Status);
        Assert.Null(Given.VerifiedAccessToken().Status);
    }

    [Fact]
    public void Its_type_is_its_own()
    {
        var expectations = new JwtExpectations { Typ = "JWT", Issuer = Given.Issuer, Audience = ExpectedAudience.CheckedByTheCaller };
        Assert.Equal(JoseRefusal.TypUnexpected, Assert.IsType<JwtVerification.Refused>(Jwt.Verify(Given.AccessToken(), Given.Jwks, expectations, Given.Now)).Reason);
    }
}
