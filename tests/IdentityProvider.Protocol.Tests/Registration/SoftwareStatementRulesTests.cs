using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Registration;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Registration;

/// <summary>RFC 7591 §2.3, §3.2.2: whose statements count, and what they must be.</summary>
public sealed class SoftwareStatementRulesTests
{
    private const string Trust = "https://trust.example";

    private const string ForUs = $$"""
        "aud":"{{Given.Issuer}}","exp":4102444800
        """;

    private static readonly RegistrationPolicy Policy = RegistrationPolicy.Open with { SoftwareStatementIssuer = Trust, SoftwareStatementJwksUri = "https://trust.example/jwks", RequireSoftwareStatement = true };

    [Fact]
    public void A_statement_of_the_issuer_that_the_policy_names_counts_for_as_long_as_it_says()
    {
        var claims = Claims(Statement($$"""{"iss":"https://trust.example","software_id":"4NRB1","client_name":"Vetted",{{ForUs}}}"""));
        Assert.Equal("Vetted", claims!.Value.GetProperty("client_name").GetString());

        var end = Given.Now.AddMinutes(5).ToUnixTimeSeconds();
        var timed = Statement($$"""{"iss":"https://trust.example","software_id":"4NRB1","aud":["{{Given.Issuer}}","https://other.example"],"nbf":{{Given.Now.ToUnixTimeSeconds()}},"exp":{{end}}}""");
        Assert.NotNull(Claims(timed));
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused(timed, now: Given.Now.AddMinutes(6)));
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused(timed, now: Given.Now.AddMinutes(-1)));
    }

    [Fact]
    public void Without_one_the_policy_decides()
    {
        Assert.Equal(Refusal.SoftwareStatementMissing, Refused(null));
        Assert.Null(Claims(null, Policy with { RequireSoftwareStatement = false }));
    }

    [Fact]
    public void One_of_another_issuer_or_where_nobodys_count_is_unapproved()
    {
        Assert.Equal(Refusal.SoftwareStatementUnapproved, Refused(Statement("""{"iss":"https://other.example","software_id":"4NRB1"}""")));
        Assert.Equal(Refusal.SoftwareStatementUnapproved, Refused(Statement("""{"software_id":"4NRB1"}""")));
        Assert.Equal(Refusal.SoftwareStatementUnapproved, Refused(Statement("""{"iss":"https://trust.example","software_id":"4NRB1"}"""), RegistrationPolicy.Open));
    }

    [Theory]
    [InlineData("""{"iss":"https://trust.example",FOR-US}""")]
    [InlineData("""{"iss":"https://trust.example","sub":"somebody","jti":"1",FOR-US}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"",FOR-US}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","exp":4102444800}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","exp":4102444800,"aud":"https://other.example"}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","exp":4102444800,"aud":7}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","exp":4102444800,"aud":[]}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","aud":"US"}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","aud":"US","exp":"never"}""")]
    [InlineData("""{"iss":"https://trust.example","software_id":"4NRB1","aud":"US","exp":1}""")]
    public void What_is_not_about_software_or_not_for_us_or_without_end_is_invalid(string claims) => Assert.Equal(
        Refusal.SoftwareStatementInvalid,
        Refused(Statement(claims.Replace("FOR-US", ForUs, StringComparison.Ordinal).Replace("\"US\"", $"\"{Given.Issuer}\"", StringComparison.Ordinal))));

    [Fact]
    public void One_that_nobody_trusted_signed_is_invalid()
    {
        const string claims = $$"""{"iss":"https://trust.example","software_id":"4NRB1",{{ForUs}}}""";
        Assert.NotNull(Claims(Statement(claims)));
        using var other = SigningKey.Generate(SignatureAlgorithm.ES256);
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused(Jws.Sign(other, "JWT", Encoding.UTF8.GetBytes(claims))));
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused(Jws.Sign(Given.SigningKey, "at+jwt", Encoding.UTF8.GetBytes(claims))));
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused(Statement(claims)[..^4] + "AAAA"));
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused("not.a.jwt"));
        Assert.Equal(Refusal.SoftwareStatementInvalid, Refused(""));
    }

    private static string Statement(string claims) => Jws.Sign(Given.SigningKey, "JWT", Encoding.UTF8.GetBytes(claims));

    private static System.Text.Json.JsonElement? Claims(string? statement, RegistrationPolicy? policy = null) =>
        Given.Allowed(SoftwareStatementRules.Decide(statement, policy ?? Policy, Given.Jwks, Given.Issuer, Given.Now)).Claims;

    private static Refusal Refused(string? statement, RegistrationPolicy? policy = null, DateTimeOffset? now = null)
    {
        Assert.False(SoftwareStatementRules.Decide(statement, policy ?? Policy, Given.Jwks, Given.Issuer, now ?? Given.Now).Try(out _, out var reason));
        return reason;
    }
}
