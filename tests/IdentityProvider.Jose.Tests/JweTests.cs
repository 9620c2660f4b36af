using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 7516 and RFC 7518 §4.3, §4.6, §5.3: what is encrypted here, and that only the key's owner reads it.</summary>
public sealed class JweTests
{
    private const string Jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln";

    private static readonly byte[] Random = [.. Enumerable.Range(1, Jwe.RandomLength).Select(n => (byte)n)];

    [Fact]
    public void The_owner_of_an_RSA_key_reads_what_was_encrypted_for_it()
    {
        using var rsa = RSA.Create(2048);
        var parts = Jwe.Encrypt(Jwt, Parse(Jwk(rsa, "\"kid\":\"k1\",")), Random).Split('.');

        var header = Header(parts);
        Assert.Equal(("RSA-OAEP-256", "A256GCM", "JWT", "k1"), (Text(header, "alg"), Text(header, "enc"), Text(header, "cty"), Text(header, "kid")));
        Assert.Equal(Jwt, Open(parts, rsa.Decrypt(Bytes(parts[1]), RSAEncryptionPadding.OaepSHA256)));
    }

    [Fact]
    public void The_owner_of_an_EC_key_reads_what_was_encrypted_for_it()
    {
        using var mine = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var parts = Jwe.Encrypt(Jwt, Parse(Jwk(mine)), Random).Split('.');

        var header = Header(parts);
        Assert.Equal(("ECDH-ES", "A256GCM", "JWT", ""), (Text(header, "alg"), Text(header, "enc"), Text(header, "cty"), parts[1]));
        Assert.False(header.TryGetProperty("kid", out _));
        var ephemeral = header.GetProperty("epk");
        Assert.Equal(["kty", "crv", "x", "y"], ephemeral.EnumerateObject().Select(member => member.Name));
        using var theirs = Ec(Text(ephemeral, "x")!, Text(ephemeral, "y")!);
        Assert.Equal(Jwt, Open(parts, Jwe.ConcatKdf(mine.DeriveRawSecretAgreement(theirs.PublicKey), "A256GCM", [], [], 32)));
    }

    [Fact]
    public void Each_encryption_has_a_key_and_a_nonce_of_its_own()
    {
        using var mine = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var key = Parse(Jwk(mine));
        Assert.NotEqual(Jwe.Encrypt(Jwt, key, Random).Split('.')[0], Jwe.Encrypt(Jwt, key, Random).Split('.')[0]);
        using var rsa = RSA.Create(2048);
        var parts = Jwe.Encrypt(Jwt, Parse(Jwk(rsa)), Random).Split('.');
        byte[] used = [.. rsa.Decrypt(Bytes(parts[1]), RSAEncryptionPadding.OaepSHA256), .. Bytes(parts[2])];
        Assert.Equal(Random, used);
        Assert.Throws<ArgumentOutOfRangeException>(() => Jwe.Encrypt(Jwt, key, Random.AsSpan(1)));
    }

    [Fact]
    public void A_changed_header_or_a_changed_byte_opens_nothing()
    {
        using var rsa = RSA.Create(2048);
        var parts = Jwe.Encrypt(Jwt, Parse(Jwk(rsa)), Random).Split('.');
        var contentKey = rsa.Decrypt(Bytes(parts[1]), RSAEncryptionPadding.OaepSHA256);
        foreach (var part in new[] { 0, 3, 4 })
        {
            var changed = parts.ToArray();
            changed[part] = (changed[part][0] == 'A' ? 'B' : 'A') + changed[part][1..];
            Assert.ThrowsAny<CryptographicException>(() => Open(changed, contentKey));
        }
    }

    [Fact]
    public void Content_is_encrypted_as_in_RFC_7516_appendix_A_1()
    {
        byte[] contentKey =
        [
            177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
        ];
        byte[] nonce = [227, 197, 117, 252, 2, 219, 233, 68, 180, 225, 77, 219];
        var (ciphertext, tag) = Jwe.Seal(
            contentKey, nonce, "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ", "The true sign of intelligence is not knowledge but imagination."u8);
        Assert.Equal("5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A", CanonicalBase64Url.Encode(ciphertext));
        Assert.Equal("XFBoMYUZodetZdvTiFvSkQ", CanonicalBase64Url.Encode(tag));
    }

    [Fact]
    public void The_agreed_key_is_derived_as_in_RFC_7518_appendix_C()
    {
        using var alice = Ec("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        var bob = Parse("""{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"}""");
        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", CanonicalBase64Url.Encode(Jwe.ConcatKdf(bob.Agree(alice), "A128GCM", "Alice"u8, "Bob"u8, 16)));
    }

    [Theory]
    [InlineData("\"use\":\"sig\",", JoseRefusal.KeyUseUnexpected)]
    [InlineData("\"key_ops\":[\"verify\"],", JoseRefusal.KeyUseUnexpected)]
    [InlineData("\"use\":7,", JoseRefusal.KeyMalformed)]
    [InlineData("\"alg\":\"ECDH-ES+A256KW\",", JoseRefusal.AlgorithmNotAllowed)]
    [InlineData("\"alg\":\"RSA-OAEP-256\",", JoseRefusal.AlgorithmNotAllowed)]
    [InlineData("\"alg\":\"ES256\",", JoseRefusal.AlgorithmNotAllowed)]
    [InlineData("\"d\":\"AAAA\",", JoseRefusal.KeyPrivate)]
    [InlineData("\"kid\":\"\",", JoseRefusal.KeyMalformed)]
    public void Refuses_a_key_that_is_not_one_to_encrypt_for(string more, JoseRefusal reason)
    {
        using var ec = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(reason, EncryptionKey.Parse(JsonElement.Parse(Jwk(ec, more))).Refused?.Reason);
    }

    [Fact]
    public void Refuses_keys_of_other_kinds_and_weak_ones()
    {
        Assert.Equal(JoseRefusal.KeyTypeUnsupported, EncryptionKey.Parse(JsonElement.Parse("""{"kty":"oct","k":"AAAA"}""")).Refused?.Reason);
        Assert.Equal(JoseRefusal.KeyTypeUnsupported, EncryptionKey.Parse(JsonElement.Parse("""{"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"}""")).Refused?.Reason);
        Assert.Equal(JoseRefusal.DuplicateMember, EncryptionKey.Parse(JsonElement.Parse("""{"kty":"EC","kty":"RSA"}""")).Refused?.Reason);
        using var weak = RSA.Create(1024);
        Assert.Equal(JoseRefusal.KeyTooWeak, EncryptionKey.Parse(JsonElement.Parse(Jwk(weak))).Refused?.Reason);
    }

    [Fact]
    public void A_key_that_says_that_it_is_for_encryption_goes_before_one_that_does_not_say()
    {
        using var first = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        EncryptionKey[] keys = [Parse(Jwk(first, "\"kid\":\"any\",")), Parse(Jwk(second, "\"kid\":\"enc\",\"use\":\"enc\",\"alg\":\"ECDH-ES\",")), Parse(Jwk(rsa, "\"kid\":\"rsa\","))];
        Assert.Equal("enc", EncryptionKey.Select(keys, EncryptionAlgorithm.EcdhEs)?.Kid);
        Assert.Equal("any", EncryptionKey.Select(keys[..1], EncryptionAlgorithm.EcdhEs)?.Kid);
        Assert.Equal("rsa", EncryptionKey.Select(keys, EncryptionAlgorithm.RsaOaep256)?.Kid);
        Assert.Null(EncryptionKey.Select(keys[..2], EncryptionAlgorithm.RsaOaep256));
    }

    [Fact]
    public void An_algorithm_has_one_spelling()
    {
        Assert.All(EncryptionAlgorithm.All, algorithm => Assert.True(EncryptionAlgorithm.TryParse(algorithm.Name, out var same) && same == algorithm));
        Assert.All(["RSA1_5", "RSA-OAEP", "rsa-oaep-256", "dir", "ECDH-ES+A128KW", "", null], name => Assert.False(EncryptionAlgorithm.TryParse(name, out _)));
    }

    private static EncryptionKey Parse(string jwk)
    {
        Assert.True(EncryptionKey.Parse(JsonElement.Parse(jwk)).Accepted(out var key, out var refused), refused?.ToString());
        return key;
    }

    private static string Open(string[] parts, byte[] contentKey)
    {
        var ciphertext = Bytes(parts[3]);
        var plaintext = new byte[ciphertext.Length];
        using var aes = new AesGcm(contentKey, 16);
        aes.Decrypt(Bytes(parts[2]), ciphertext, Bytes(parts[4]), plaintext, Encoding.ASCII.GetBytes(parts[0]));
        return Encoding.ASCII.GetString(plaintext);
    }

    private static ECDiffieHellman Ec(string x, string y, string? d = null) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Bytes(x), Y = Bytes(y) },
        D = d is null ? null : Bytes(d),
    });

    private static string Jwk(RSA rsa, string more = "")
    {
        var key = rsa.ExportParameters(includePrivateParameters: false);
        return $$"""{{{more}}"kty":"RSA","n":"{{CanonicalBase64Url.Encode(key.Modulus)}}","e":"AQAB"}""";
    }

    private static string Jwk(ECDiffieHellman ec, string more = "")
    {
        var key = ec.ExportParameters(includePrivateParameters: false);
        return $$"""{{{more}}"kty":"EC","crv":"P-256","x":"{{CanonicalBase64Url.Encode(key.Q.X)}}","y":"{{CanonicalBase64Url.Encode(key.Q.Y)}}"}""";
    }

    private static JsonElement Header(string[] parts) => JsonElement.Parse(Bytes(parts[0]));

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static byte[] Bytes(string text) => CanonicalBase64Url.DecodeOrNull(text)!;
}
