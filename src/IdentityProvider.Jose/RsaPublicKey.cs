using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>An RSA verification key (RFC 7518 §6.3.1).</summary>
internal sealed class RsaPublicKey : PublicKey
{
    public const int MinBits = 2048;
    public const int MaxBits = 8192;
    private const ulong MinExponent = 65537;

    private readonly RSAParameters _parameters;
    private readonly KeyPool<RSA> _pool;

    private RsaPublicKey(RSAParameters parameters)
    {
        _parameters = parameters;
        _pool = new(() => RSA.Create(_parameters));
    }

    public override string KeyType => "RSA";

    /// <summary>Modulus and exponent.</summary>
    public RSAParameters Parameters => _parameters;

    public static RsaPublicKey From(RSA key) => new(key.ExportParameters(includePrivateParameters: false));

    public static JoseResult<PublicKey> Parse(JsonElement jwk)
    {
        // 1. n and e are there, in base64url, in as few bytes as they need (RFC 7518 §2, §6.3.1).
        if (Bytes(jwk, "n") is not { } n || n[0] == 0) return new JoseRefused(JoseRefusal.KeyMalformed, "n is not a Base64urlUInt");
        if (Bytes(jwk, "e") is not { } e || e[0] == 0) return new JoseRefused(JoseRefusal.KeyMalformed, "e is not a Base64urlUInt");

        // 2. 2048 bits or more (RFC 7518 §3.3), and no more than verification can afford.
        var bits = (n.Length * 8) - BitOperations.LeadingZeroCount(n[0]) + 24; // the count is of 32 bits; a byte is the last 8
        if (bits < MinBits) return new JoseRefused(JoseRefusal.KeyTooWeak, $"an RSA key of {bits} bits");
        if (bits > MaxBits || e.Length > sizeof(ulong))
            return new JoseRefused(JoseRefusal.KeyTooLarge, $"an RSA key of {bits} bits, exponent of {e.Length} bytes");

        // 3. An odd exponent of 65537 or more, an odd modulus (FIPS 186-5 §5.4).
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        wide.Clear();
        e.CopyTo(wide[^e.Length..]);
        if (BinaryPrimitives.ReadUInt64BigEndian(wide) < MinExponent) return new JoseRefused(JoseRefusal.KeyTooWeak, "an RSA exponent under 65537");
        if (((n[^1] & e[^1]) & 1) == 0) return new JoseRefused(JoseRefusal.KeyMalformed, "an even RSA modulus or exponent");

        // 4. The crypto library takes it.
        var key = new RsaPublicKey(new RSAParameters { Modulus = n, Exponent = e });
        try
        {
            key._pool.Return(key._pool.Take());
        }
        catch (CryptographicException)
        {
            return new JoseRefused(JoseRefusal.KeyMalformed, "no RSA key");
        }
        return key;
    }

    public override bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        // As many bytes as the modulus, no more, no fewer (RFC 8017 §8.1.2 step 1, §8.2.2 step 1).
        if (signature.Length != _parameters.Modulus!.Length) return false;
        var key = _pool.Take();
        try
        {
            return key.VerifyData(data, signature, algorithm.Hash, algorithm.Padding);
        }
        catch (CryptographicException)
        {
            return false; // the representative is out of range on some platforms: not a signature
        }
        finally
        {
            _pool.Return(key);
        }
    }

    public override void Close() => _pool.Close();

    public override void WriteRequiredMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("e", CanonicalBase64Url.Encode(_parameters.Exponent));
        writer.WriteString("kty", KeyType);
        writer.WriteString("n", CanonicalBase64Url.Encode(_parameters.Modulus));
    }
}
