using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7517 §4 and RFC 7518 §6: which keys may verify, and for which algorithm.</summary>
public sealed class JsonWebKeyTests
{
    private static readonly byte[] E = [1, 0, 1];
    private static readonly byte[] N = new byte[256].Select(_ => (byte)0xFF).ToArray();

    [Fact]
    public void A_key_with_alg_allows_that_alone()
    {
        var key = Given.PublicJwk(Vectors.ThumbprintKey);

        Assert.Equal([SignatureAlgorithm.RS256], key.Algorithms);
        Assert.True(key.Allows(SignatureAlgorithm.RS256));
        Assert.False(key.Allows(SignatureAlgorithm.PS256));
    }

    [Fact]
    public void A_key_without_alg_allows_what_its_kty_can()
    {
        Assert.Equal([SignatureAlgorithm.RS256, SignatureAlgorithm.PS256], Given.PublicJwk(Vectors.RsaPublic).Algorithms);
        Assert.Equal([SignatureAlgorithm.ES256], Given.PublicJwk(Vectors.EcPublic).Algorithms);
    }

    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void What_is_written_is_read_back_the_same(string algorithm)
    {
        var key = Given.Key(algorithm).PublicKey;
        var json = Write(key);

        var read = Given.PublicJwk(json);

        Assert.Equal((key.Kid, key.Algorithm, key.KeyType, key.Thumbprint()), (read.Kid, read.Algorithm, read.KeyType, read.Thumbprint()));
        Assert.Equal(json, Write(read));
        Assert.Equal("sig", JsonElement.Parse(json).GetProperty("use").GetString());
        Assert.Equal(algorithm, JsonElement.Parse(json).GetProperty("alg").GetString());
    }

    [Fact]
    public void A_key_that_names_no_algorithm_is_written_without_one() => Assert.DoesNotContain("alg", Write(Given.PublicJwk(Vectors.RsaPublic)), StringComparison.Ordinal);

    [Fact]
    public void Reads_an_element_that_a_laxer_parser_read_as_strictly()
    {
        var lax = JsonElement.Parse($$"""{"jwks":{{Vectors.EcPublic}},"twice":{{Given.EcJwk("\"kty\":\"RSA\",")}}}""");

        Assert.NotNull(JsonWebKey.Parse(lax.GetProperty("jwks")).ValueOrNull);
        Assert.Equal(JoseRefusal.DuplicateMember, JsonWebKey.Parse(lax.GetProperty("twice")).Refused?.Reason);
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("q")]
    [InlineData("dp")]
    [InlineData("dq")]
    [InlineData("qi")]
    [InlineData("oth")]
    [InlineData("k")]
    public void Refuses_every_private_member(string name)
    {
        Assert.Equal(JoseRefusal.KeyPrivate, Given.JwkRefusal(Given.EcJwk($"\"{name}\":\"AAAA\",")));
        Assert.Equal(JoseRefusal.KeyPrivate, Given.JwkRefusal(Given.RsaJwk(N, E, $",\"{name}\":null")));
    }

    [Theory]
    [InlineData("\"use\":\"enc\",", JoseRefusal.KeyUseUnexpected)]
    [InlineData("\"use\":\"SIG\",", JoseRefusal.KeyUseUnexpected)]
    [InlineData("\"use\":1,", JoseRefusal.KeyMalformed)]
    [InlineData("\"key_ops\":[\"sign\"],", JoseRefusal.KeyUseUnexpected)]
    [InlineData("\"key_ops\":[],", JoseRefusal.KeyUseUnexpected)]
    [InlineData("\"key_ops\":\"verify\",", JoseRefusal.KeyMalformed)]
    [InlineData("\"key_ops\":[\"verify\",1],", JoseRefusal.KeyMalformed)]
    [InlineData("\"alg\":\"none\",", JoseRefusal.AlgorithmNone)]
    [InlineData("\"alg\":\"HS256\",", JoseRefusal.AlgorithmSymmetric)]
    [InlineData("\"alg\":\"ES384\",", JoseRefusal.AlgorithmNotAllowed)]
    [InlineData("\"alg\":\"ECDH-ES\",", JoseRefusal.AlgorithmNotAllowed)]
    [InlineData("\"alg\":\"RS256\",", JoseRefusal.KeyAlgorithmMismatch)]
    [InlineData("\"alg\":256,", JoseRefusal.KeyMalformed)]
    [InlineData("\"kid\":\"\",", JoseRefusal.KeyMalformed)]
    [InlineData("\"kid\":7,", JoseRefusal.KeyMalformed)]
    [InlineData("\"use\":\"sig\",\"key_ops\":[\"verify\"],\"alg\":\"ES256\",\"kid\":\"1\",\"x5t\":\"AA\",", null)]
    public void Takes_only_keys_for_verifying_with_an_algorithm_of_ours(string members, JoseRefusal? reason) =>
        Assert.Equal(reason, Given.JwkRefusal(Given.EcJwk(members)));

    [Theory]
    [InlineData("{}", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":1}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"rsa"}""", JoseRefusal.KeyTypeUnsupported)]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", JoseRefusal.KeyTypeUnsupported)]
    [InlineData("""{"kty":"oct","k":"AAAA"}""", JoseRefusal.KeySymmetric)]
    [InlineData("""{"kty":"RSA"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"RSA","n":"AQ"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"RSA","n":"AQ=","e":"AQAB"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"RSA","n":["AQ"],"e":"AQAB"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"RSA","n":"","e":"AQAB"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"EC"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"EC","crv":"P-256"}""", JoseRefusal.KeyMalformed)]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}""", JoseRefusal.KeyTypeUnsupported)]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}""", JoseRefusal.KeyTypeUnsupported)]
    [InlineData("[]", JoseRefusal.Malformed)]
    [InlineData("", JoseRefusal.Malformed)]
    public void Refuses_what_is_no_key(string json, JoseRefusal reason) => Assert.Equal(reason, Given.JwkRefusal(json));

    [Theory]
    [InlineData(1024, JoseRefusal.KeyTooWeak)]
    [InlineData(2040, JoseRefusal.KeyTooWeak)]
    [InlineData(2048, null)]
    [InlineData(3072, null)]
    public void Rfc7518_3_3_wants_rsa_of_2048_bits_or_more(int bits, JoseRefusal? reason) => Assert.Equal(reason, Given.JwkRefusal(Given.RsaJwk(bits)));

    [Fact]
    public void Counts_the_bits_of_the_modulus_and_not_its_bytes()
    {
        var n = (byte[])N.Clone();
        n[0] = 0x7F;

        Assert.Equal(JoseRefusal.KeyTooWeak, Given.JwkRefusal(Given.RsaJwk(n, E)));
    }

    [Theory]
    [InlineData(1024, null)]
    [InlineData(1025, JoseRefusal.KeyTooLarge)]
    [InlineData(2048, JoseRefusal.KeyTooLarge)]
    public void Refuses_rsa_so_large_that_verifying_it_is_an_attack(int modulusBytes, JoseRefusal? reason)
    {
        var n = new byte[modulusBytes];
        Array.Fill(n, (byte)0xFF);

        Assert.Equal(reason, Given.JwkRefusal(Given.RsaJwk(n, E)));
    }

    [Theory]
    [InlineData(new byte[] { 1 }, JoseRefusal.KeyTooWeak)] // every message is its own signature
    [InlineData(new byte[] { 3 }, JoseRefusal.KeyTooWeak)]
    [InlineData(new byte[] { 1, 0, 2 }, JoseRefusal.KeyMalformed)] // even
    [InlineData(new byte[] { 0, 1, 0, 1 }, JoseRefusal.KeyMalformed)] // a byte too many
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1 }, JoseRefusal.KeyTooLarge)]
    public void Refuses_a_strange_rsa_exponent(byte[] e, JoseRefusal reason) => Assert.Equal(reason, Given.JwkRefusal(Given.RsaJwk(N, e)));

    [Fact]
    public void Refuses_a_modulus_that_is_even_or_has_a_byte_too_many()
    {
        var even = (byte[])N.Clone();
        even[^1] = 0xFE;

        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Given.RsaJwk(even, E)));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Given.RsaJwk([0, .. N], E)));
    }

    [Fact]
    public void Rfc8725_3_4_refuses_points_that_are_not_on_the_curve()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (x, y) = (ec.ExportParameters(false).Q.X!, ec.ExportParameters(false).Q.Y!);
        byte[] beside = [.. y[..^1], (byte)(y[^1] ^ 1)];

        Assert.Null(Given.JwkRefusal(Ec(x, y)));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Ec(x, beside)));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Ec(new byte[32], new byte[32])));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Ec(N[..32], N[..32]))); // beyond the field
    }

    [Fact]
    public void Rfc7518_6_2_1_2_wants_coordinates_of_full_width()
    {
        var x = Vectors.Bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        var y = Vectors.Bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");

        Assert.Null(Given.JwkRefusal(Ec(x, y)));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Ec([0, .. x], y)));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Ec(x, [.. y, 0])));
        Assert.Equal(JoseRefusal.KeyMalformed, Given.JwkRefusal(Ec(new byte[31], new byte[32])));
    }

    [Fact]
    public void Refuses_a_key_of_unbounded_length() =>
        Assert.Equal(JoseRefusal.TooLarge, Given.JwkRefusal(Given.EcJwk($"\"x5c\":[\"{new string('A', JsonWebKey.MaxLength)}\"],")));

    [Fact]
    public void Does_not_verify_by_an_algorithm_that_it_does_not_allow()
    {
        var signature = new byte[Given.Rs256.SignatureLength];
        Given.Rs256.Sign("data"u8, signature);

        Assert.True(Given.Rs256.PublicKey.Verify(SignatureAlgorithm.RS256, "data"u8, signature));
        Assert.False(Given.Rs256.PublicKey.Verify(SignatureAlgorithm.PS256, "data"u8, signature));
        Assert.False(Given.Rs256.PublicKey.Verify(SignatureAlgorithm.ES256, "data"u8, signature));
    }

    private static string Ec(byte[] x, byte[] y) => $$"""{"kty":"EC","crv":"P-256","x":"{{CanonicalBase64Url.Encode(x)}}","y":"{{CanonicalBase64Url.Encode(y)}}"}""";

    private static string Write(JsonWebKey key)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) key.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
