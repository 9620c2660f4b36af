namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7515 §4.1.9 and RFC 8725 §3.11.</summary>
public sealed class ExpectedTypTests
{
    [Theory]
    [InlineData("at+jwt")]
    [InlineData("AT+JWT")]
    [InlineData("application/at+jwt")]
    [InlineData("Application/At+Jwt")]
    public void Accepts_the_typ_in_any_case_with_or_without_application(string typ) => Assert.Null(RefusalOf($"\"typ\":\"{typ}\""));

    [Theory]
    [InlineData("\"typ\":\"JWT\"")]
    [InlineData("\"typ\":\"\"")]
    [InlineData("\"typ\":\"at+jwt \"")]
    [InlineData("\"typ\":\"xapplication/at+jwt\"")]
    [InlineData("\"typ\":\"application/application/at+jwt\"")]
    [InlineData("\"typ\":\"application/\"")]
    [InlineData("\"typ\":\"text/at+jwt\"")]
    [InlineData("\"typ\":\"at\\u002bjwt\\u0000\"")]
    [InlineData("\"x\":1")]
    [InlineData("\"typ\":null", JoseRefusal.HeaderMalformed)]
    [InlineData("\"typ\":[\"at+jwt\"]", JoseRefusal.HeaderMalformed)]
    public void Refuses_any_other_typ_and_none(string member, JoseRefusal reason = JoseRefusal.TypUnexpected) => Assert.Equal(reason, RefusalOf(member));

    [Fact]
    public void Compares_ascii_case_alone()
    {
        // U+212A, the Kelvin sign, is a k to those who fold Unicode.
        var token = Given.Token(Given.Header(Given.Rs256).Replace("at+jwt", "to\u212Aen+jwt", StringComparison.Ordinal), Given.Claims());

        Assert.Equal(JoseRefusal.TypUnexpected, Given.Refusal(token, Given.Expectations with { Typ = "token+jwt" }));
    }

    [Fact]
    public void The_expectation_may_carry_application_too() =>
        Assert.Null(Given.Refusal(Given.TokenWith(Given.Claims()), Given.Expectations with { Typ = "application/at+jwt" }));

    [Fact]
    public void A_token_without_typ_passes_only_where_that_was_said()
    {
        var without = Given.Token($$"""{"alg":"RS256","kid":"{{Given.Rs256.Kid}}"}""", Given.Claims());

        Assert.Equal(JoseRefusal.TypUnexpected, Given.Refusal(without, Given.Expectations with { Typ = "JWT" }));
        Assert.Null(Given.Refusal(without, Given.Expectations with { Typ = ExpectedTyp.AbsentOr("JWT") }));
        Assert.Null(Given.Refusal(Given.TokenWith(Given.Claims()), Given.Expectations with { Typ = ExpectedTyp.AbsentOr("JWT", "at+jwt") }));
        Assert.Equal(JoseRefusal.TypUnexpected, Given.Refusal(Given.TokenWith(Given.Claims()), Given.Expectations with { Typ = ExpectedTyp.AbsentOr("JWT") }));
    }

    private static JoseRefusal? RefusalOf(string member) =>
        Given.Refusal(Given.Token($$"""{"alg":"RS256","kid":"{{Given.Rs256.Kid}}",{{member}}}""", Given.Claims()));
}
