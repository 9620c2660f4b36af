using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7515, appendix A and E: what the RFC prints is read as the RFC means it, or refused on purpose.</summary>
public sealed class Rfc7515Tests
{
    private static readonly ExpectedTyp NoTyp = ExpectedTyp.AbsentOr("JWT");

    [Fact]
    public void A_1_hs256_is_refused() => Assert.Equal(JoseRefusal.AlgorithmSymmetric, Refusal(Vectors.Hs256Token));

    [Fact]
    public void A_2_rs256_verifies()
    {
        var verified = Jws.Verify(Vectors.Rs256Token, Vectors.Set(Vectors.RsaPublic), NoTyp).ValueOrNull;

        Assert.NotNull(verified);
        Assert.Same(SignatureAlgorithm.RS256, verified.Header.Algorithm);
        Assert.Equal("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}", Encoding.UTF8.GetString(verified.Payload.Span));
    }

    [Fact]
    public void A_2_rs256_is_signed_to_the_same_bytes()
    {
        using var key = SigningKey.FromPkcs8(SignatureAlgorithm.RS256, Vectors.Pkcs8(Vectors.RsaPrivate));

        Assert.Equal(Vectors.Rs256Token, Given.WithSignature(Vectors.Rs256Token, Given.Sign(key, Given.SigningInput(Vectors.Rs256Token))));
    }

    [Fact]
    public void A_3_es256_verifies() => Assert.Null(Refusal(Vectors.Es256Token));

    [Fact]
    public void A_4_es512_is_refused() => Assert.Equal(JoseRefusal.AlgorithmNotAllowed, Refusal(Vectors.Es512Token));

    [Fact]
    public void A_5_an_unsecured_jws_is_refused() => Assert.Equal(JoseRefusal.AlgorithmNone, Refusal(Vectors.UnsecuredToken));

    [Theory]
    [InlineData("""{"payload":"e30","signatures":[{"protected":"eyJhbGciOiJSUzI1NiJ9","signature":"AA"}]}""")]
    [InlineData("""{"payload":"e30","protected":"eyJhbGciOiJSUzI1NiJ9","signature":"AA"}""")]
    public void A_6_and_A_7_the_json_serializations_are_refused(string token) => Assert.Equal(JoseRefusal.NotCompact, Refusal(token));

    [Fact]
    public void Appendix_E_an_unknown_critical_header_is_refused()
    {
        // The RFC's example is unsecured too; this one is signed, so that the extension is all that is wrong with it.
        var header = Given.Header(Given.Rs256, ""","crit":["http://example.com/UNDEFINED"],"http://example.com/UNDEFINED":true""");

        Assert.Equal(JoseRefusal.CriticalHeader, Given.Refusal(Given.Token(header, Given.Claims())));
    }

    [Fact]
    public void Appendix_F_detached_content_is_refused()
    {
        var parts = Vectors.Rs256Token.Split('.');

        Assert.Equal(JoseRefusal.NotCompact, Refusal($"{parts[0]}..{parts[2]}"));
    }

    private static JoseRefusal? Refusal(string token) => Jws.Verify(token, Vectors.Set(Vectors.RsaPublic, Vectors.EcPublic), NoTyp).Refused?.Reason;
}
