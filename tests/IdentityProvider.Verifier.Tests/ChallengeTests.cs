using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Requirements beyond a valid token, and how their refusal is put into a header.</summary>
public sealed class ChallengeTests
{
    [Theory]
    [InlineData(0, null, null)]
    [InlineData(305, null, null)]
    [InlineData(306, null, VerifierRefusal.InsufficientAuthentication)]
    [InlineData(0, "urn:strong", null)]
    [InlineData(0, "urn:other", VerifierRefusal.InsufficientAuthentication)]
    public void A_sign_in_is_fresh_and_strong_enough_or_not(int secondsAgo, string? acr, VerifierRefusal? expected)
    {
        var token = Token(new() { ["auth_time"] = Given.Seconds(Given.Now) - secondsAgo, ["acr"] = "urn:strong" });
        var requirement = AuthenticationRequirement.RequireFresh(TimeSpan.FromMinutes(5), acr is null ? [] : ["urn:first", acr]);
        Assert.Equal(expected, requirement.Refuse(token, Given.Now));
    }

    [Fact]
    public void A_token_without_a_sign_in_is_never_fresh() =>
        Assert.Equal(VerifierRefusal.InsufficientAuthentication, AuthenticationRequirement.RequireFresh(TimeSpan.FromDays(1)).Refuse(Token(), Given.Now));

    [Theory]
    [InlineData("""urn:a", error="x""")]
    [InlineData("urn:a urn:b")]
    [InlineData("urn:a\r\nX: y")]
    [InlineData("")]
    public void A_class_that_would_break_the_header_is_refused(string acr) => Assert.Throws<ArgumentException>(() => AuthenticationRequirement.RequireAcr(acr));

    [Fact]
    public void Each_scope_is_needed()
    {
        Assert.Null(Token().RequireScope("orders.read", "profile"));
        Assert.Equal(VerifierRefusal.InsufficientScope, Token().RequireScope("orders.read", "orders"));
        Assert.Equal(VerifierRefusal.InsufficientScope, Token(new() { ["scope"] = 7 }).RequireScope("7"));
    }

    [Fact]
    public void Every_refusal_has_an_answer()
    {
        foreach (var refusal in Enum.GetValues<VerifierRefusal>())
        {
            var isOutage = refusal is VerifierRefusal.KeysUnavailable or VerifierRefusal.StatusUnavailable or VerifierRefusal.StatusListUntrusted
                or VerifierRefusal.StatusListMalformed or VerifierRefusal.StatusListTooLarge or VerifierRefusal.StatusListExpired or VerifierRefusal.ProofsTooMany;
            Assert.Equal(isOutage ? 503 : refusal is VerifierRefusal.InsufficientScope ? 403 : 401, BearerChallenge.StatusCode(refusal));
            Assert.Equal(!isOutage, BearerChallenge.For(refusal)?.StartsWith("Bearer error=", StringComparison.Ordinal) == true);
            Assert.Equal(!isOutage, DPoPChallenge.For(refusal)?.StartsWith("DPoP algs=\"RS256 PS256 ES256\", error=", StringComparison.Ordinal) == true);
        }
    }

    private static VerifiedToken Token(System.Text.Json.Nodes.JsonObject? more = null) =>
        Assert.IsType<TokenVerification.Accepted>(TokenRules.Decide(Given.Token(more), Given.Held(), Given.Lists(), Given.Expected, Given.Now).Outcome).Token;
}
