using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.UserInfo;
using Xunit;

namespace IdentityProvider.Protocol.Tests.UserInfo;

public sealed class UserInfoRulesTests
{
    private static readonly AccessTokenFacts Facts = new(Given.Client(), Given.Family(), Given.User(), IsRevoked: false);

    [Fact]
    public void With_openid_alone_it_says_the_subject_and_no_more()
    {
        var json = Say("openid");
        Assert.Equal(["sub"], json.Names());
        Assert.Equal(Given.UserId.ToString("D"), json.GetProperty("sub").GetString());
    }

    [Fact]
    public void Each_scope_adds_its_own_claims_with_their_types()
    {
        var user = Given.User() with
        {
            Claims = JsonNode.Parse("""
                {"name":"Alice Adams","updated_at":1700000000,"email":"alice@example.com","email_verified":true,"address":{"country":"NL"},
                 "phone_number":"+31 6 1234","phone_number_verified":false,"nickname":null,"unlisted":"no"}
                """)!.AsObject(),
        };

        Assert.Equal(["sub", "name", "preferred_username", "updated_at"], Say("openid profile", user).Names());
        Assert.Equal(["sub", "email", "email_verified"], Say("email openid", user).Names());
        Assert.Equal(["sub", "address"], Say("openid address", user).Names());
        Assert.Equal(["sub", "phone_number", "phone_number_verified"], Say("openid phone", user).Names());

        var all = Say("openid profile email address phone", user);
        Assert.Equal(1700000000, all.GetProperty("updated_at").GetInt64());
        Assert.Equal(JsonValueKind.True, all.GetProperty("email_verified").ValueKind);
        Assert.Equal("NL", all.GetProperty("address").GetProperty("country").GetString());
        Assert.Equal("alice", all.GetProperty("preferred_username").GetString());
    }

    [Fact]
    public void A_preferred_username_of_their_own_goes_before_the_account_name()
    {
        var user = Given.User() with { Claims = new JsonObject { ["preferred_username"] = "al" } };
        Assert.Equal("al", Say("openid profile", user).GetProperty("preferred_username").GetString());
    }

    [Fact]
    public void Refuses_a_token_for_an_API_alone()
    {
        var token = Given.VerifiedAccessToken(Given.Code() with { Scope = ScopeSet.Of(["notes.read"]) });
        Assert.Equal(Refusal.BearerTokenForAnotherAudience, Given.Refused(UserInfoRules.Decide(token, Given.Issuer, Facts, Given.Now)));
    }

    [Fact]
    public void Refuses_a_token_without_openid()
    {
        var token = Given.VerifiedAccessToken(Given.Code() with { Scope = ScopeSet.Of(["profile"]), Resources = [] });
        var forUs = UserInfoRules.Decide(token, "https://notes.example", Facts, Given.Now);
        Assert.Equal(Refusal.BearerTokenScopeInsufficient, Given.Refused(forUs));
    }

    [Fact]
    public void Refuses_a_token_that_fell_with_its_sign_in() =>
        Assert.Equal(Refusal.BearerTokenRevoked, Given.Refused(UserInfoRules.Decide(
            Given.VerifiedAccessToken(), Given.Issuer, Facts with { Family = Given.Family() with { EndedAt = Given.Now } }, Given.Now)));

    [Fact]
    public void Claims_that_were_asked_for_here_by_name_are_added_and_those_for_the_ID_token_are_not()
    {
        var json = Say("openid email", claims: """{"userinfo":{"name":{"essential":true},"email":null,"locale":null},"id_token":{"preferred_username":null}}""");
        Assert.Equal(["sub", "email", "email_verified", "name"], json.Names());
        Assert.Equal(["sub"], Say("openid", claims: """{"userinfo":{"name":{"value":"Bob"}}}""").Names());
        Assert.Equal(["sub", "name"], Say("openid", claims: """{"userinfo":{"name":{"values":["Bob","Alice Adams"]}}}""").Names());
    }

    [Fact]
    public void Who_was_promised_no_claim_by_name_or_may_not_learn_it_any_more_is_told_none()
    {
        const string ByName = """{"userinfo":{"email":null,"name":null}}""";
        Assert.Equal(["sub", "email", "name"], Say("openid", claims: ByName).Names());
        Assert.Equal(["sub", "name"], Say("openid", claims: ByName, client: Given.Client() with { Scope = ScopeSet.Of(["openid", "profile"]) }).Names());

        // A client that exchanged the token of another's sign-in (RFC 8693).
        Assert.Equal(["sub"], Say("openid", claims: ByName, client: Given.Client() with { ClientId = "gateway" }).Names());
    }

    private static JsonElement Say(string scope, Protocol.Users.UserClaims? user = null, string? claims = null, Protocol.Clients.Client? client = null)
    {
        var token = Given.VerifiedAccessToken(Given.Code() with { Scope = ScopeSet.Of(scope.Split(' ')), Resources = [] });
        return Given.Written(Given.Allowed(UserInfoRules.Decide(token, Given.Issuer, Facts with { Client = client ?? Given.Client(), User = user ?? Given.User(), Family = Given.Family() with { Terms = new() { Claims = Given.Allowed(ClaimsRequest.Read(claims)) } } }, Given.Now)).WriteTo);
    }
}
