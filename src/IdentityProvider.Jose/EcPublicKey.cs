using System.Security.Cryptography;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>A verification key on P-256 (RFC 7518 §6.2.1).</summary>
internal sealed class EcPublicKey : PublicKey
{
    private const int CoordinateLength = 32;
    private const int SignatureLength = 2 * CoordinateLength;

    private readonly ECParameters _parameters;
    private readonly KeyPool<ECDsa> _pool;

    private EcPublicKey(ECParameters parameters)
    {
        _parameters = parameters;
        _pool = new(() => ECDsa.Create(_parameters));
    }

    public override string KeyType => "EC";

    /// <summary>Curve and point.</summary>
    public ECParameters Parameters => _parameters;

    public static EcPublicKey From(ECDsa key) => new(key.ExportParameters(includePrivateParameters: false));

    public static JoseResult<PublicKey> Parse(JsonElement jwk)
    {
        // 1. The curve that ES256 means (RFC 7518 §3.4, §6.2.1.1).
        if (!StrictJson.TryGetString(jwk, "crv", out var curve) || curve is null)
            return new JoseRefused(JoseRefusal.KeyMalformed, "crv is not a string");
        if (curve is not "P-256") return new JoseRefused(JoseRefusal.KeyTypeUnsupported, "crv is not P-256");

        // 2. Both coordinates, at the curve's full width (RFC 7518 §6.2.1.2, §6.2.1.3).
        if (Bytes(jwk, "x") is not { Length: CoordinateLength } x) return new JoseRefused(JoseRefusal.KeyMalformed, "x is not a coordinate");
        if (Bytes(jwk, "y") is not { Length: CoordinateLength } y) return new JoseRefused(JoseRefusal.KeyMalformed, "y is not a coordinate");

        // 3. A point on the curve: the import checks it (RFC 8725 §3.4).
        var key = new EcPublicKey(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        try
        {
            key._pool.Return(key._pool.Take());
        }
        catch (CryptographicException)
        {
            return new JoseRefused(JoseRefusal.KeyMalformed, "no point on P-256");
        }
        return key;
    }

    public override bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        // R ‖ S, 64 bytes, never DER (RFC 7518 §3.4); the library refuses R or S of zero or beyond the order.
        // (R, n − S) verifies too: whoever must know a token again knows it by jti, not by its bytes.
        if (signature.Length != SignatureLength) return false;
        var key = _pool.Take();
        try
        {
            return key.VerifyData(data, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _pool.Return(key);
        }
    }

    public override void Close() => _pool.Close();

    public override void WriteRequiredMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("crv", "P-256");
        writer.WriteString("kty", KeyType);
        writer.WriteString("x", CanonicalBase64Url.Encode(_parameters.Q.X));
        writer.WriteString("y", CanonicalBase64Url.Encode(_parameters.Q.Y));
    }
}
