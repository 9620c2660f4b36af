using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Users;

/// <summary>OpenID Connect Core §5.1: the claims that an operator may write of a person.</summary>
public sealed class UserClaimsRulesTests
{
    [Fact]
    public void Takes_the_standard_claims_of_their_types_and_leaves_nulls_out()
    {
        var read = UserClaimsRules.Read(
            """
            {"name": "Alice Example", "email": "alice@example.com", "email_verified": true, "picture": "https://example.com/a.png", "nickname": null,
             "updated_at": 1700000000, "address": {"street_address": "1 Road\n2nd floor", "country": "IS"}}
            """u8);

        var claims = Assert.IsType<Validated<JsonObject>.Valid>(read).Value;
        Assert.Equal(["name", "email", "email_verified", "picture", "updated_at", "address"], claims.Select(c => c.Key));
    }

    [Theory]
    [InlineData("""{"sub": "x"}""", "sub")]
    [InlineData("""{"iss": "https://evil.example"}""", "iss")]
    [InlineData("""{"roles": ["admin"]}""", "roles")]
    [InlineData("""{"preferred_username": "root"}""", "preferred_username")]
    [InlineData("""{"name": 1}""", "name")]
    [InlineData("""{"name": "a\u0000b"}""", "name")]
    [InlineData("""{"email_verified": true}""", "email_verified")]
    [InlineData("""{"email": "nobody"}""", "email")]
    [InlineData("""{"email": "a@example.com\r\nBcc: b@example.com"}""", "email")]
    [InlineData("""{"email": "a@example.com", "email_verified": "true"}""", "email_verified")]
    [InlineData("""{"picture": "javascript:alert(1)"}""", "picture")]
    [InlineData("""{"updated_at": -1}""", "updated_at")]
    [InlineData("""{"address": "1 Road"}""", "address")]
    [InlineData("""{"address": {"planet": "Mars"}}""", "address")]
    [InlineData("""{"name": "a", "name": "b"}""", "claims")]
    [InlineData("[]", "claims")]
    [InlineData("{", "claims")]
    public void Names_the_member_to_correct(string json, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<JsonObject>.Invalid>(UserClaimsRules.Read(Encoding.UTF8.GetBytes(json))).Error.Member);
}
