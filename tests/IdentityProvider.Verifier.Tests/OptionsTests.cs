namespace IdentityProvider.Verifier.Tests;

/// <summary>Options that can't be meant are refused when the verifier is made, not when a request comes.</summary>
public sealed class OptionsTests
{
    public static TheoryData<VerifierOptions> Wrong =>
    [
        Given.Options with { Issuer = "http://issuer.example" },
        Given.Options with { Issuer = "https://issuer.example/" },
        Given.Options with { Issuer = "https://issuer.example?x" },
        Given.Options with { Issuer = "issuer" },
        Given.Options with { Audience = "" },
        Given.Options with { Algorithms = [] },
        Given.Options with { ClockSkew = TimeSpan.FromSeconds(61) },
        Given.Options with { ClockSkew = TimeSpan.FromSeconds(-1) },
        Given.Options with { JwksMaxAge = TimeSpan.Zero },
        Given.Options with { JwksLastKnownGood = TimeSpan.FromDays(8) },
        Given.Options with { FetchTimeout = Timeout.InfiniteTimeSpan },
        Given.Options with { JwksUri = "http://elsewhere.example/jwks" },
        Given.Options with { StatusEventsUri = "ftp://elsewhere.example/events" },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Refuses_options_that_can_not_be_meant(VerifierOptions options) =>
        Assert.Throws<ArgumentException>(() => new AccessTokenVerifier(options, () => throw new InvalidOperationException()));

    [Fact]
    public void Loopback_may_be_http() => Assert.NotNull(new AccessTokenVerifier(Given.Options with { Issuer = "http://localhost:8080" }, () => throw new InvalidOperationException()));
}
