namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7519 §4.1 and §7.2: the claims, at a given moment.</summary>
public sealed class JwtTests
{
    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void A_good_token_is_verified(string algorithm)
    {
        var key = Given.Key(algorithm);

        var verified = Assert.IsType<JwtVerification.Verified>(Jwt.Verify(Given.Token(Given.Header(key), Given.Claims("\"sub\":\"alice\","), key), Given.Keys, Given.Expectations, Given.Now));

        Assert.Equal((key.Kid, "at+jwt", key.Algorithm), (verified.Header.Kid, verified.Header.Typ, verified.Header.Algorithm));
        Assert.Equal("alice", verified.StringOrNull("sub"));
        Assert.Null(verified.StringOrNull("absent"));
        Assert.Null(verified.StringOrNull("exp"));
        Assert.Equal(Given.At(60), verified.Claims.GetProperty("exp").GetInt64());
    }

    [Theory]
    [InlineData("\"https://issuer.example\"", null)]
    [InlineData("\"https:\\/\\/issuer.example\"", null)]
    [InlineData("\"https://issuer.example/\"", JoseRefusal.IssuerUnexpected)]
    [InlineData("\"https://ISSUER.example\"", JoseRefusal.IssuerUnexpected)]
    [InlineData("\"https://issuer.example\\u0000\"", JoseRefusal.IssuerUnexpected)]
    [InlineData("\"https://іssuer.example\"", JoseRefusal.IssuerUnexpected)] // a Cyrillic і
    [InlineData("\"\"", JoseRefusal.IssuerUnexpected)]
    [InlineData("null", JoseRefusal.ClaimMalformed)]
    [InlineData("1", JoseRefusal.ClaimMalformed)]
    [InlineData("[\"https://issuer.example\"]", JoseRefusal.ClaimMalformed)]
    public void Iss_is_the_expected_text(string iss, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.Refusal(Given.TokenWith($$"""{"iss":{{iss}},"aud":"{{Given.Audience}}","exp":{{Given.At(60)}}}""")));

    [Theory]
    [InlineData("\"https://api.example\"", null)]
    [InlineData("[\"https://api.example\"]", null)]
    [InlineData("[\"other\",\"https://api.example\"]", null)]
    [InlineData("\"https://api.example/\"", JoseRefusal.AudienceUnexpected)]
    [InlineData("\"other https://api.example\"", JoseRefusal.AudienceUnexpected)]
    [InlineData("\"\"", JoseRefusal.AudienceUnexpected)]
    [InlineData("[]", JoseRefusal.AudienceUnexpected)]
    [InlineData("[\"other\"]", JoseRefusal.AudienceUnexpected)]
    [InlineData("[[\"https://api.example\"]]", JoseRefusal.ClaimMalformed)]
    [InlineData("[\"https://api.example\",1]", JoseRefusal.ClaimMalformed)]
    [InlineData("{\"https://api.example\":1}", JoseRefusal.ClaimMalformed)]
    [InlineData("null", JoseRefusal.ClaimMalformed)]
    [InlineData("1", JoseRefusal.ClaimMalformed)]
    public void Aud_is_a_string_or_strings_and_names_us(string aud, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.Refusal(Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":{{aud}},"exp":{{Given.At(60)}}}""")));

    [Fact]
    public void One_audience_of_several_is_enough()
    {
        var token = Given.TokenWith(Given.Claims());

        Assert.Null(Given.Refusal(token, Given.Expectations with { Audience = ExpectedAudience.OneOf("other", Given.Audience) }));
        Assert.Equal(JoseRefusal.AudienceUnexpected, Given.Refusal(token, Given.Expectations with { Audience = ExpectedAudience.OneOf("other", "another") }));
    }

    [Fact]
    public void An_audience_left_to_the_caller_must_still_be_there_and_well_formed()
    {
        var expectations = Given.Expectations with { Audience = ExpectedAudience.CheckedByTheCaller };

        Assert.Null(Given.Refusal(Given.TokenWith(Given.Claims()), expectations));
        Assert.Equal(JoseRefusal.ClaimMissing, Given.Refusal(Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","exp":{{Given.At(60)}}}"""), expectations));
        Assert.Equal(JoseRefusal.ClaimMalformed, Given.Refusal(Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":7,"exp":{{Given.At(60)}}}"""), expectations));
    }

    [Fact]
    public void An_expectation_of_nobody_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => ExpectedAudience.OneOf());
        Assert.Throws<ArgumentException>(() => ExpectedAudience.OneOf(""));
        Assert.Throws<ArgumentException>(() => ExpectedTyp.Exactly(""));
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("jti")]
    public void Sub_and_jti_are_strings_where_they_are_there(string claim)
    {
        Assert.Null(Given.Refusal(Given.TokenWith(Given.Claims($"\"{claim}\":\"x\","))));
        Assert.Equal(JoseRefusal.ClaimMalformed, Given.Refusal(Given.TokenWith(Given.Claims($"\"{claim}\":1,"))));
        Assert.Equal(JoseRefusal.ClaimMalformed, Given.Refusal(Given.TokenWith(Given.Claims($"\"{claim}\":null,"))));
    }

    [Theory]
    [InlineData(1, 0, null)]
    [InlineData(0, 0, JoseRefusal.Expired)] // on or after: RFC 7519 §4.1.4
    [InlineData(-1, 0, JoseRefusal.Expired)]
    [InlineData(-4, 5, null)]
    [InlineData(-5, 5, JoseRefusal.Expired)]
    public void Exp_lies_ahead_of_now_or_within_the_skew(int seconds, int skew, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.Refusal(At("exp", Given.At(seconds)), Given.Expectations with { ClockSkew = TimeSpan.FromSeconds(skew) }));

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 0, JoseRefusal.NotYetValid)]
    [InlineData(5, 5, null)]
    [InlineData(6, 5, JoseRefusal.NotYetValid)]
    public void Nbf_does_not_lie_ahead(int seconds, int skew, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.Refusal(With("nbf", Given.At(seconds)), Given.Expectations with { ClockSkew = TimeSpan.FromSeconds(skew) }));

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 0, JoseRefusal.IssuedInTheFuture)]
    [InlineData(5, 5, null)]
    [InlineData(6, 5, JoseRefusal.IssuedInTheFuture)]
    public void Iat_does_not_lie_ahead(int seconds, int skew, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.Refusal(With("iat", Given.At(seconds)), Given.Expectations with { ClockSkew = TimeSpan.FromSeconds(skew) }));

    [Theory]
    [InlineData("1767225600.5", null)] // half a second ahead
    [InlineData("1767225599.5", JoseRefusal.Expired)]
    [InlineData("1.7672256005e9", null)]
    [InlineData("1e300", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("-1", JoseRefusal.Expired)]
    [InlineData("-0", JoseRefusal.Expired)]
    [InlineData("-1e300", JoseRefusal.Expired)]
    [InlineData("1e400", JoseRefusal.ClaimMalformed)]
    [InlineData("-1e400", JoseRefusal.ClaimMalformed)]
    [InlineData("\"1767225660\"", JoseRefusal.ClaimMalformed)]
    [InlineData("null", JoseRefusal.ClaimMalformed)]
    [InlineData("true", JoseRefusal.ClaimMalformed)]
    [InlineData("[1767225660]", JoseRefusal.ClaimMalformed)]
    [InlineData("NaN", JoseRefusal.Malformed)]
    [InlineData("01767225660", JoseRefusal.Malformed)]
    public void A_numeric_date_is_any_finite_number(string exp, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.Refusal(Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":"{{Given.Audience}}","exp":{{exp}}}""")));

    [Fact]
    public void Extreme_moments_and_skews_do_not_overflow()
    {
        var token = Given.TokenWith(Given.Claims());

        Assert.IsType<JwtVerification.Refused>(Jwt.Verify(token, Given.Keys, Given.Expectations with { ClockSkew = TimeSpan.FromDays(1) }, DateTimeOffset.MaxValue));
        Assert.IsType<JwtVerification.Verified>(Jwt.Verify(token, Given.Keys, Given.Expectations with { ClockSkew = TimeSpan.MaxValue }, DateTimeOffset.MinValue));
    }

    [Theory]
    [InlineData("iss", "aud", "exp")]
    [InlineData("aud", "iss", "exp")]
    [InlineData("exp", "iss", "aud")]
    public void Iss_aud_and_exp_are_always_required(string missing, string other, string another)
    {
        string Member(string name) => name switch { "iss" => $"\"iss\":\"{Given.Issuer}\"", "aud" => $"\"aud\":\"{Given.Audience}\"", _ => $"\"exp\":{Given.At(60)}" };

        Assert.NotEqual(missing, other);
        Assert.Equal(JoseRefusal.ClaimMissing, Given.Refusal(Given.TokenWith($"{{{Member(other)},{Member(another)}}}")));
    }

    [Fact]
    public void A_required_claim_must_be_there_and_not_null()
    {
        var expectations = Given.Expectations with { RequiredClaims = ["jti"] };

        Assert.Null(Given.Refusal(Given.TokenWith(Given.Claims("\"jti\":\"1\",")), expectations));
        Assert.Equal(JoseRefusal.ClaimMissing, Given.Refusal(Given.TokenWith(Given.Claims()), expectations));
        Assert.Equal(JoseRefusal.ClaimMissing, Given.Refusal(Given.TokenWith(Given.Claims("\"events\":null,")), Given.Expectations with { RequiredClaims = ["events"] }));
    }

    [Fact]
    public void A_bound_on_the_lifetime_counts_from_iat_which_must_be_there()
    {
        var expectations = Given.Expectations with { MaxLifetime = TimeSpan.FromSeconds(60) };

        Assert.Null(Given.Refusal(With("iat", Given.At(0)), expectations));
        Assert.Equal(JoseRefusal.LifetimeTooLong, Given.Refusal(With("iat", Given.At(-1)), expectations));
        Assert.Equal(JoseRefusal.ClaimMissing, Given.Refusal(Given.TokenWith(Given.Claims()), expectations));
    }

    [Fact]
    public void A_bound_on_the_age_counts_from_iat_which_must_be_there()
    {
        var expectations = Given.Expectations with { MaxAge = TimeSpan.FromSeconds(60), ClockSkew = TimeSpan.FromSeconds(5) };

        Assert.Null(Given.Refusal(With("iat", Given.At(-65)), expectations));
        Assert.Equal(JoseRefusal.TooOld, Given.Refusal(With("iat", Given.At(-66)), expectations));
        Assert.Equal(JoseRefusal.ClaimMissing, Given.Refusal(Given.TokenWith(Given.Claims()), expectations));
    }

    [Fact]
    public void Only_the_member_that_says_so_forgives_an_expired_token_and_nothing_else()
    {
        JoseRefusal? Forgiving(string token) => (Jwt.VerifyEvenIfExpired(token, Given.Keys, Given.Expectations, Given.Now) as JwtVerification.Refused)?.Reason;

        Assert.Equal(JoseRefusal.Expired, Given.Refusal(At("exp", Given.At(-1_000_000))));
        Assert.Null(Forgiving(At("exp", Given.At(-1_000_000))));
        Assert.Equal(JoseRefusal.ClaimMissing, Forgiving(Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":"{{Given.Audience}}"}""")));
        Assert.Equal(JoseRefusal.ClaimMalformed, Forgiving(At("exp", "\"x\"")));
        Assert.Equal(JoseRefusal.NotYetValid, Forgiving(With("nbf", Given.At(1))));
        Assert.Equal(JoseRefusal.TypUnexpected, Forgiving(Given.Token(Given.Header(Given.Rs256).Replace("at+jwt", "JWT", StringComparison.Ordinal), Given.Claims())));
        Assert.Equal(JoseRefusal.SignatureInvalid, Forgiving(Given.Token(Given.Header(Given.Rs256), Given.Claims(), Given.Stranger)));
    }

    [Theory]
    [InlineData("[]", JoseRefusal.Malformed)]
    [InlineData("\"iss\"", JoseRefusal.Malformed)]
    [InlineData("not json", JoseRefusal.Malformed)]
    [InlineData("""{"iss":"https://issuer.example","iss":"https://issuer.example"}""", JoseRefusal.DuplicateMember)]
    [InlineData("""{"iss":"https://issuer.example","\u0069ss":"x"}""", JoseRefusal.DuplicateMember)]
    [InlineData("""{"cnf":{"jkt":"a","jkt":"b"}}""", JoseRefusal.DuplicateMember)]
    [InlineData("""{"sub":"\ud800"}""", JoseRefusal.Malformed)]
    public void The_payload_is_one_strict_object(string payload, JoseRefusal reason) => Assert.Equal(reason, Given.Refusal(Given.TokenWith(payload)));

    private static string At(string claim, object value) => Given.TokenWith($$"""{"iss":"{{Given.Issuer}}","aud":"{{Given.Audience}}","{{claim}}":{{value}}}""");

    private static string With(string claim, long value) => Given.TokenWith(Given.Claims($"\"{claim}\":{value},"));
}
