using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Claims;

public sealed class ClaimsRequestTests
{
    private static readonly ScopeSet Everything = ScopeSet.Of(["openid", "profile", "email", "phone", "address"]);

    [Fact]
    public void Absent_asks_for_nothing() => Assert.True(Given.Allowed(ClaimsRequest.Read(null)).IsEmpty);

    [Fact]
    public void Reads_each_place_apart_and_what_is_said_of_each_claim()
    {
        var request = Read("""{"userinfo":{"given_name":{"essential":true},"nickname":null,"email":{}},"id_token":{"locale":{"values":["de","en"]},"name":{"value":"Alice"}}}""");
        Assert.Equal(["given_name", "nickname", "email"], request.UserInfo.Select(claim => claim.Name));
        Assert.Equal([true, false, false], request.UserInfo.Select(claim => claim.IsEssential));
        Assert.All(request.UserInfo, claim => Assert.Null(claim.Values));
        Assert.Equal(["locale", "name"], request.IdToken.Select(claim => claim.Name));
        Assert.Equal(["de", "en"], request.IdToken[0].Texts);
        Assert.Equal(["Alice"], request.IdToken[1].Texts);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"userinfo":{"shoe_size":{"essential":true},"name#de":null},"id_token":{"http://claims.example/x":null}}""")]
    [InlineData("""{"userinfo":null,"other":{"email":null},"email":"x"}""")]
    [InlineData("""{"id_token":{}}""")]
    public void What_is_not_known_is_ignored(string text) => Assert.True(Read(text).IsEmpty);

    [Theory]
    [InlineData("")]
    [InlineData("email")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"userinfo":{"email":null}""")]
    [InlineData("""{"userinfo":{"email":null},"userinfo":{"name":null}}""")]
    [InlineData("""{"userinfo":{"email":null,"email":null}}""")]
    [InlineData("""{"userinfo":["email"]}""")]
    [InlineData("""{"userinfo":"email"}""")]
    [InlineData("""{"userinfo":{"email":true}}""")]
    [InlineData("""{"userinfo":{"email":{"essential":"true"}}}""")]
    [InlineData("""{"userinfo":{"email":{"values":"a"}}}""")]
    [InlineData("""{"userinfo":{"email":{"value":[[[[[1]]]]]}}}""")]
    public void Refuses_what_is_malformed(string text) => Assert.Equal(Refusal.ClaimsMalformed, Given.Refused(ClaimsRequest.Read(text)));

    [Fact]
    public void Refuses_what_has_no_end()
    {
        Assert.Equal(Refusal.ClaimsTooLong, Given.Refused(ClaimsRequest.Read("{\"userinfo\":{\"" + new string('n', 4096) + "\":null}}")));
        var many = string.Join(',', Enumerable.Range(0, 51).Select(n => $"\"c{n}\":null"));
        Assert.Equal(Refusal.ClaimsMalformed, Given.Refused(ClaimsRequest.Read($$$"""{"userinfo":{{{{many}}} } }""")));
        var values = string.Join(',', Enumerable.Range(0, 21));
        Assert.Equal(Refusal.ClaimsMalformed, Given.Refused(ClaimsRequest.Read($$$"""{"userinfo":{"email":{"values":[{{{values}}}]} } }""")));
    }

    [Fact]
    public void Only_what_the_client_is_registered_to_learn_goes_with_the_grant()
    {
        var request = Read("""{"userinfo":{"email":null,"address":null,"sub":null},"id_token":{"name":null,"phone_number":null,"acr":{"essential":true}}}""");
        var open = request.OfPerson(ScopeSet.Of(["openid", "profile", "email"]));
        Assert.Equal(["email"], open.UserInfo.Select(claim => claim.Name));
        Assert.Equal(["name"], open.IdToken.Select(claim => claim.Name));
        Assert.Equal(["email", "name"], open.Beyond(ScopeSet.Of(["openid"])));
        Assert.Equal(["name"], open.Beyond(ScopeSet.Of(["openid", "email"])));
    }

    [Fact]
    public void The_person_is_whom_both_places_name()
    {
        Assert.Null(Read("""{"userinfo":{"sub":null},"id_token":{"sub":{"essential":true}}}""").Subjects);
        Assert.Equal(["a"], Read("""{"id_token":{"sub":{"value":"a"}}}""").Subjects);
        Assert.Equal(["b"], Read("""{"userinfo":{"sub":{"values":["b","c"]}},"id_token":{"sub":{"values":["a","b"]}}}""").Subjects);
        Assert.Empty(Read("""{"userinfo":{"sub":{"value":"b"}},"id_token":{"sub":{"value":"a"}}}""").Subjects!);
        Assert.Empty(Read("""{"id_token":{"sub":{"value":7}}}""").Subjects!);
    }

    [Fact]
    public void A_value_that_was_named_is_told_where_it_is_so_and_nothing_else_is()
    {
        var request = Read("""{"userinfo":{"email":{"value":"alice@example.com"},"name":{"values":["Bob",7]},"email_verified":{"value":true},"address":{"value":{"country":"NL"}}}}""");
        Assert.True(request.UserInfo[0].Admits(JsonValue.Create("alice@example.com")));
        Assert.False(request.UserInfo[0].Admits(JsonValue.Create("Alice@example.com")));
        Assert.False(request.UserInfo[1].Admits(JsonValue.Create("Alice")));
        Assert.True(request.UserInfo[2].Admits(JsonValue.Create(true)));
        Assert.True(request.UserInfo[3].Admits(new JsonObject { ["country"] = "NL" }));
    }

    [Fact]
    public void It_is_kept_with_the_grant_as_it_was_asked()
    {
        var text = """{"userinfo":{"email":null,"name":{"essential":true}},"id_token":{"locale":{"values":["de",1,{"a":null}]}}}""";
        var terms = new GrantTerms { Claims = Read(text).OfPerson(Everything) };
        var kept = JsonSerializer.Serialize(terms, GrantTermsJson.Default.GrantTerms);
        Assert.Equal($$"""{"claims":{{text}}}""", kept);
        Assert.Equal(kept, JsonSerializer.Serialize(JsonSerializer.Deserialize(kept, GrantTermsJson.Default.GrantTerms)!, GrantTermsJson.Default.GrantTerms));
    }

    private static ClaimsRequest Read(string text) => Given.Allowed(ClaimsRequest.Read(text));
}
