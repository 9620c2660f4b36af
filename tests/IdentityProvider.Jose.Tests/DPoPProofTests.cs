using System.Globalization;
using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 9449 §4: what a proof is, and each of its checks.</summary>
public sealed class DPoPProofTests
{
    private const string Target = "https://issuer.example/token";
    private const string AccessToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

    private static readonly DPoPExpectations Expectations = new() { Method = "POST", TargetUri = Target };

    public static TheoryData<string> Algorithms => Given.Algorithms;

    /// <summary>The proofs of RFC 9449 §4.1 and §7.1, which its author signed.</summary>
    [Fact]
    public void The_proofs_of_the_specification_verify()
    {
        const string key = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.";
        const string forToken = key + "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        const string forResource = key + "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

        var proof = Accepted(DPoPProof.Verify(forToken, new() { Method = "POST", TargetUri = "https://server.example.com/token" }, DateTimeOffset.FromUnixTimeSeconds(1562262616)));
        Assert.Equal("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", proof.Thumbprint); // §6.1's jkt
        Assert.Equal("-BwC3ESc6acc2lTc", proof.Jti);
        Assert.Null(proof.Nonce);

        var request = new DPoPExpectations { Method = "GET", TargetUri = "https://resource.example.org/protectedresource", AccessToken = AccessToken };
        Assert.Equal(proof.Thumbprint, Accepted(DPoPProof.Verify(forResource, request, DateTimeOffset.FromUnixTimeSeconds(1562262618))).Thumbprint);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Accepts_each_algorithm_with_its_public_key(string algorithm)
    {
        var key = Given.Key(algorithm);
        var proof = Accepted(Verify(Proof(key, Claims("\"nonce\":\"n\","))));
        Assert.Equal(key.PublicKey.Thumbprint(), proof.Thumbprint);
        Assert.Equal("n", proof.Nonce);
    }

    [Fact]
    public void Refuses_an_algorithm_that_the_caller_does_not_allow() =>
        Assert.Equal(JoseRefusal.AlgorithmNotAllowed, Refusal(Proof(Given.Rs256, Claims()), Expectations with { Algorithms = [SignatureAlgorithm.PS256, SignatureAlgorithm.ES256] }));

    [Theory]
    [InlineData("JWT")]
    [InlineData("at+jwt")]
    [InlineData("dpop")]
    public void Refuses_another_type(string typ) => Assert.Equal(JoseRefusal.TypUnexpected, Refusal(Proof(Given.Es256, Claims(), Header(Given.Es256, typ))));

    [Fact]
    public void Refuses_a_proof_without_a_type() =>
        Assert.Equal(JoseRefusal.TypUnexpected, Refusal(Proof(Given.Es256, Claims(), $$"""{"alg":"ES256","jwk":{{Jwk(Given.Es256)}}}""")));

    [Theory]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256"}""", JoseRefusal.HeaderMalformed)]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256","jwk":"x"}""", JoseRefusal.HeaderMalformed)]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256","jwk":{}}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"oct","k":"AAAA"}}""", JoseRefusal.KeySymmetric)]
    [InlineData("""{"typ":"dpop+jwt","alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}""", JoseRefusal.AlgorithmSymmetric)]
    [InlineData("""{"typ":"dpop+jwt","alg":"none","jwk":{}}""", JoseRefusal.AlgorithmNone)]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256","jku":"https://attacker.example/jwks","jwk":{}}""", JoseRefusal.EmbeddedKey)]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256","x5c":[],"jwk":{}}""", JoseRefusal.EmbeddedKey)]
    [InlineData("""{"typ":"dpop+jwt","alg":"ES256","crit":["exp"],"jwk":{}}""", JoseRefusal.CriticalHeader)]
    public void Refuses_a_header_without_one_public_key(string header, JoseRefusal expected) => Assert.Equal(expected, Refusal(Proof(Given.Es256, Claims(), header)));

    [Fact]
    public void Refuses_a_private_key_in_the_header() =>
        Assert.Equal(JoseRefusal.KeyPrivate, Refusal(Proof(Given.Es256, Claims(), Header(Given.Es256, jwk: Jwk(Given.Es256).Replace("{", "{\"d\":\"AAAA\",", StringComparison.Ordinal)))));

    [Fact]
    public void Refuses_a_key_that_is_not_the_signatures()
    {
        Assert.Equal(JoseRefusal.SignatureInvalid, Refusal(Proof(Given.Stranger, Claims(), Header(Given.Rs256))));
        Assert.Equal(JoseRefusal.AlgorithmNotAllowed, Refusal(Proof(Given.Es256, Claims(), $$"""{"typ":"dpop+jwt","alg":"ES256","jwk":{{Jwk(Given.Rs256)}}}""")));
    }

    [Theory]
    [InlineData("jti")]
    [InlineData("htm")]
    [InlineData("htu")]
    [InlineData("iat")]
    public void Refuses_a_proof_without(string claim)
    {
        Assert.Equal(JoseRefusal.ClaimMissing, Refusal(Proof(Given.Es256, Claims().Replace($"\"{claim}\"", "\"x\"", StringComparison.Ordinal))));
        Assert.Equal(JoseRefusal.ClaimMalformed, Refusal(Proof(Given.Es256, Claims($"\"{claim}\":[],").Replace($",\"{claim}\":", ",\"x\":", StringComparison.Ordinal))));
    }

    [Fact]
    public void Refuses_a_nonce_that_is_no_text_and_a_jti_beyond_bounds()
    {
        Assert.Equal(JoseRefusal.ClaimMalformed, Refusal(Proof(Given.Es256, Claims("\"nonce\":1,"))));
        Assert.Equal(JoseRefusal.TooLarge, Refusal(Proof(Given.Es256, Claims(jti: new string('j', DPoPProof.MaxJtiLength + 1)))));
        Assert.Equal(JoseRefusal.ClaimMalformed, Refusal(Proof(Given.Es256, Claims(jti: ""))));
        Accepted(Verify(Proof(Given.Es256, Claims(jti: new string('j', DPoPProof.MaxJtiLength)))));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("post")]
    public void Refuses_a_proof_for_another_method(string method) => Assert.Equal(JoseRefusal.MethodUnexpected, Refusal(Proof(Given.Es256, Claims(method: method))));

    [Theory]
    [InlineData("https://issuer.example/par")]
    [InlineData("http://issuer.example/token")]
    [InlineData("https://attacker.example/token")]
    [InlineData("/token")]
    public void Refuses_a_proof_for_another_place(string target) => Assert.Equal(JoseRefusal.TargetUnexpected, Refusal(Proof(Given.Es256, Claims(target: target))));

    [Theory]
    [InlineData("https://issuer.example/token?code=a")]
    [InlineData("HTTPS://Issuer.Example:443/token#x")]
    public void Accepts_the_place_in_other_words(string target) => Accepted(Verify(Proof(Given.Es256, Claims(target: target))));

    [Theory]
    [InlineData(-60, null)]
    [InlineData(-61, JoseRefusal.TooOld)]
    [InlineData(-10, null)]
    [InlineData(10, null)]
    [InlineData(15, null)]
    [InlineData(16, JoseRefusal.IssuedInTheFuture)]
    public void Accepts_proofs_made_about_now(int seconds, JoseRefusal? expected) => Assert.Equal(expected, Refusal(Proof(Given.Es256, Claims(issuedAt: Given.At(seconds)))));

    [Fact]
    public void Remembers_a_jti_for_as_long_as_the_proof_is_accepted()
    {
        var text = Proof(Given.Es256, Claims(issuedAt: Given.At(10)));
        var end = Accepted(Verify(text)).ExpiresAt;
        Assert.Null(DPoPProof.Verify(text, Expectations, end - TimeSpan.FromSeconds(2)).Refused);
        Assert.Equal(JoseRefusal.TooOld, DPoPProof.Verify(text, Expectations, end).Refused!.Reason);
    }

    [Theory]
    [InlineData("\"nbf\":0,\"exp\":9999999999,")]
    [InlineData("\"nbf\":9999999999,\"exp\":0,")]
    public void What_exp_and_nbf_say_is_nothing_that_a_proof_is_asked(string more) => Accepted(Verify(Proof(Given.Es256, Claims(more))));

    [Fact]
    public void Refuses_a_proof_for_another_access_token()
    {
        var request = Expectations with { AccessToken = AccessToken };
        Assert.Equal(JoseRefusal.ClaimMissing, Refusal(Proof(Given.Es256, Claims()), request));
        Assert.Equal(JoseRefusal.AccessTokenUnexpected, Refusal(Proof(Given.Es256, Claims($"\"ath\":\"{DPoPProof.HashOf("another")}\",")), request));
        Assert.Null(Refusal(Proof(Given.Es256, Claims($"\"ath\":\"{DPoPProof.HashOf(AccessToken)}\",")), request));
    }

    [Fact]
    public void Refuses_what_is_no_proof_at_all()
    {
        Assert.Equal(JoseRefusal.NotCompact, Refusal("x"));
        Assert.Equal(JoseRefusal.TooLarge, Refusal(new string('x', DPoPProof.MaxLength + 1)));
        Assert.Equal(JoseRefusal.Malformed, Refusal(Proof(Given.Es256, "[]")));
        Assert.Equal(JoseRefusal.DuplicateMember, Refusal(Proof(Given.Es256, Claims("\"jti\":\"a\","))));
        Assert.Equal(JoseRefusal.NotCompact, Refusal($"{Proof(Given.Es256, Claims())}, {Proof(Given.Es256, Claims())}"));
    }

    internal static JoseRefusal? Refusal(string proof, DPoPExpectations? expectations = null) => DPoPProof.Verify(proof, expectations ?? Expectations, Given.Now).Refused?.Reason;

    internal static string Claims(string more = "", string jti = "j", string method = "POST", string target = Target, long? issuedAt = null) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{{{more}}"jti":"{{jti}}","htm":"{{method}}","htu":"{{target}}","iat":{{issuedAt ?? Given.At(0)}}}""");

    internal static string Proof(SigningKey key, string claims, string? header = null) => Given.Token(header ?? Header(key), claims, key);

    private static string Header(SigningKey key, string typ = "dpop+jwt", string? jwk = null) => $$"""{"typ":"{{typ}}","alg":"{{key.Algorithm.Name}}","jwk":{{jwk ?? Jwk(key)}}}""";

    private static string Jwk(SigningKey key)
    {
        using var json = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(json)) key.PublicKey.WriteTo(writer);
        return Encoding.UTF8.GetString(json.ToArray());
    }

    private static JoseResult<DPoPProof> Verify(string proof) => DPoPProof.Verify(proof, Expectations, Given.Now);

    private static DPoPProof Accepted(JoseResult<DPoPProof> result) => result.Accepted(out var proof, out var refused) ? proof : throw new InvalidOperationException(refused.ToString());
}
