using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7520, the JOSE cookbook, §4.1 to §4.4.</summary>
public sealed class Rfc7520Tests
{
    private const string Kid = "bilbo.baggins@hobbiton.example";
    private const string Payload = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBk"
        + "b24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

    private const string Rs256Token = $"eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.{Payload}."
        + "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4J"
        + "IwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluP"
        + "xUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";

    private const string Modulus = "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqV"
        + "wGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde"
        + "3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw";

    private const string PublicKey = $$"""{"kty":"RSA","kid":"{{Kid}}","use":"sig","n":"{{Modulus}}","e":"AQAB"}""";

    [Fact]
    public void Section_4_1_rs256_verifies()
    {
        var verified = Jws.Verify(Rs256Token, Vectors.Set(PublicKey), ExpectedTyp.AbsentOr("JWT")).ValueOrNull;

        Assert.NotNull(verified);
        Assert.Equal(Kid, verified.Header.Kid);
        Assert.StartsWith("It’s a dangerous business, Frodo", Encoding.UTF8.GetString(verified.Payload.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PS384", JoseRefusal.AlgorithmNotAllowed)] // §4.2
    [InlineData("ES512", JoseRefusal.AlgorithmNotAllowed)] // §4.3
    [InlineData("HS256", JoseRefusal.AlgorithmSymmetric)] // §4.4
    public void Sections_4_2_to_4_4_the_algorithms_that_we_do_not_have_are_refused(string algorithm, JoseRefusal reason)
    {
        var header = CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","kid":"{{Kid}}"}"""));

        Assert.Equal(reason, Jws.Verify($"{header}.{Payload}.AAAA", Vectors.Set(PublicKey), ExpectedTyp.AbsentOr("JWT")).Refused?.Reason);
    }

    [Fact]
    public void Section_3_1_a_key_on_p_521_is_left_out()
    {
        var set = Vectors.Set($$"""
            {"kty":"EC","kid":"{{Kid}}","use":"sig","crv":"P-521",
             "x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
             "y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}
            """);

        Assert.Empty(set.Keys);
        Assert.Equal(JoseRefusal.KeyTypeUnsupported, Assert.Single(set.LeftOut).Reason);
    }
}
