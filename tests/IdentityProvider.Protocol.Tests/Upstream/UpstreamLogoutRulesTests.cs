using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamLogoutRulesTests
{
    [Fact]
    public void The_way_to_end_the_session_there_says_who_we_are_and_where_to_come_back()
    {
        var address = UpstreamLogoutRules.EndSessionRequest(UpstreamGiven.Upstream(), UpstreamGiven.Server(), "https://us.example/bye", "s&1")!;
        Assert.StartsWith("https://login.example/logout?here=1&client_id=us&", address, StringComparison.Ordinal);
        var query = HttpUtility.ParseQueryString(new Uri(address).Query);
        Assert.Equal(("https://us.example/bye", "s&1"), (query["post_logout_redirect_uri"], query["state"]));
        var without = UpstreamServer.Read(Encoding.UTF8.GetBytes(UpstreamGiven.Metadata(m => m.Remove("end_session_endpoint"))), UpstreamGiven.Issuer, out _)!;
        Assert.Null(UpstreamLogoutRules.EndSessionRequest(UpstreamGiven.Upstream(), without, "https://us.example/bye", null));
    }

    [Theory]
    [InlineData("logout+jwt")]
    [InlineData("JWT")]
    public void Reads_whose_sign_in_is_over(string typ)
    {
        var notice = Given.Allowed(Verify(Token(typ: typ)));
        Assert.Equal(("ada", "s1", "j1"), (notice.Subject, notice.SessionId, notice.Jti));
        Assert.True(notice.ExpiresAt > Given.Now + UpstreamLogoutRules.LongestLife);
        Assert.Null(Given.Allowed(Verify(Token(c => c.Remove("sid")))).SessionId);
        Assert.Null(Given.Allowed(Verify(Token(c => c.Remove("sub")))).Subject);
    }

    public static TheoryData<string> Faults() =>
    [
        """{"iss":"https://other.example"}""", """{"aud":"other"}""", """{"exp":1}""", """{"iat":1}""", """{"iat":4102444800}""", """{"exp":4102444800}""",
        """{"exp":null}""", """{"iat":null}""", """{"jti":null}""", """{"jti":""}""", """{"jti":7}""", """{"events":null}""", """{"events":[]}""", """{"events":{}}""",
        """{"events":{"http://schemas.openid.net/event/backchannel-logout":true}}""", """{"nonce":"the-nonce"}""", """{"sub":null,"sid":null}""", """{"sub":""}""", """{"sid":7}""",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Refuses_a_logout_token_with_a_fault(string changes) => Assert.Equal(Refusal.UpstreamLogoutTokenInvalid, Given.Refused(Verify(Token(claims =>
    {
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            if (value is null)
                claims.Remove(name);
            else
                claims[name] = value.DeepClone();
        }
    }))));

    [Fact]
    public void Refuses_none_another_key_and_another_kind()
    {
        using var another = SigningKey.Generate(SignatureAlgorithm.RS256);
        Assert.Equal(Refusal.UpstreamLogoutTokenInvalid, Given.Refused(Verify(null)));
        Assert.Equal(Refusal.UpstreamLogoutTokenInvalid, Given.Refused(Verify(Token(key: another))));
        Assert.Equal(Refusal.UpstreamLogoutTokenInvalid, Given.Refused(Verify(Token(typ: "at+jwt"))));
        Assert.Equal(Refusal.UpstreamLogoutTokenInvalid, Given.Refused(Verify(UpstreamGiven.IdToken())));
    }

    private static Decision<UpstreamLogoutNotice> Verify(string? token) => UpstreamLogoutRules.Verify(token, UpstreamGiven.Upstream(), Given.Jwks, Given.Now);

    private static string Token(Action<JsonObject>? change = null, SigningKey? key = null, string typ = "logout+jwt")
    {
        var claims = new JsonObject
        {
            ["iss"] = UpstreamGiven.Issuer,
            ["aud"] = "us",
            ["iat"] = NumericDate.From(Given.Now),
            ["exp"] = NumericDate.From(Given.Now.AddMinutes(2)),
            ["jti"] = "j1",
            ["sub"] = "ada",
            ["sid"] = "s1",
            ["events"] = new JsonObject { [LogoutToken.Event] = new JsonObject() },
        };
        change?.Invoke(claims);
        return Jws.Sign(key ?? Given.SigningKey, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }
}
