using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Jose;

/// <summary>
/// A private key with its one algorithm. Its <c>kid</c> is the RFC 7638 thumbprint of the public key. Safe for parallel use; after
/// Dispose it signs no more, and signatures under way still end.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>The modulus, in bits, of the RSA keys that <see cref="Generate"/> makes: 112-bit security, and twice as fast as 3072.</summary>
    public const int GeneratedRsaBits = 2048;

    /// <summary>Headers kept encoded; more types than a server signs, and a bound for those who pass others.</summary>
    private const int MaxCachedHeaders = 32;

    private readonly KeyPool<AsymmetricAlgorithm> _pool;
    private readonly ConcurrentDictionary<string, byte[]> _headers = new(StringComparer.Ordinal);

    private SigningKey(SignatureAlgorithm algorithm, AsymmetricAlgorithm first)
    {
        Algorithm = algorithm;
        var parameters = Export(first);
        _pool = new(parameters);
        _pool.Return(first);
        PublicKey key = first is RSA rsa ? RsaPublicKey.From(rsa) : EcPublicKey.From((ECDsa)first);
        PublicKey = new JsonWebKey(key, kid: null, [algorithm]);
        SignatureLength = first is RSA ? first.KeySize / 8 : 64;
    }

    /// <summary>The key's only algorithm.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>The public half, for the JWKS.</summary>
    public JsonWebKey PublicKey { get; }

    /// <summary>The <c>kid</c>, of this key and of <see cref="PublicKey"/>.</summary>
    public string Kid => PublicKey.Kid;

    /// <summary>The length of a signature, in bytes.</summary>
    public int SignatureLength { get; }

    /// <summary>
    /// Imports a private key. Throws <see cref="CryptographicException"/> when the bytes are no such key, the RSA modulus is outside
    /// 2048 to 8192 bits, or the curve is not P-256: it comes from our own store, so that is an outage, not a refusal.
    /// </summary>
    public static SigningKey FromPkcs8(SignatureAlgorithm algorithm, ReadOnlySpan<byte> pkcs8)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        AsymmetricAlgorithm key = algorithm.KeyType is "RSA" ? RSA.Create() : ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out var read);
            if (read != pkcs8.Length) throw new CryptographicException("Bytes follow the private key.");
            RequireStrength(key);
            return new SigningKey(algorithm, key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes a new key. The crypto library draws the randomness itself, from the operating system, inside the generation: a source of
    /// ours could only be worse, and a test has no use for a predictable private key. It is the one place in this project that does.
    /// </summary>
    public static SigningKey Generate(SignatureAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        return new SigningKey(algorithm, algorithm.KeyType is "RSA" ? RSA.Create(GeneratedRsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256));
    }

    /// <summary>The private key as PKCS #8 DER, in clear: the caller encrypts it and clears the array.</summary>
    public byte[] ExportPkcs8()
    {
        var key = _pool.Take();
        try
        {
            return key.ExportPkcs8PrivateKey();
        }
        finally
        {
            _pool.Return(key);
        }
    }

    /// <summary>Signs the data and returns the length written, which is <see cref="SignatureLength"/>.</summary>
    public int Sign(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        var key = _pool.Take();
        try
        {
            return key is RSA rsa
                ? rsa.SignData(data, destination, Algorithm.Hash, Algorithm.Padding)
                : ((ECDsa)key).SignData(data, destination, Algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            _pool.Return(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Close();

    /// <summary>The protected header for this typ, base64url, with the dot after it; made once.</summary>
    internal ReadOnlySpan<byte> EncodedHeader(string typ)
    {
        if (_headers.TryGetValue(typ, out var header)) return header;
        header = EncodeHeader(typ);
        if (_headers.Count < MaxCachedHeaders) _headers.TryAdd(typ, header);
        return header;
    }

    private byte[] EncodeHeader(string typ)
    {
        ArgumentException.ThrowIfNullOrEmpty(typ);
        if (typ.AsSpan().ContainsAnyExceptInRange('!', '~') || typ.AsSpan().ContainsAny('"', '\\'))
            throw new ArgumentException("A typ is a media type: printable ASCII.", nameof(typ));
        var json = Encoding.ASCII.GetBytes($$"""{"alg":"{{Algorithm.Name}}","typ":"{{typ}}","kid":"{{Kid}}"}""");
        return [.. Base64Url.EncodeToUtf8(json), (byte)'.'];
    }

    private static void RequireStrength(AsymmetricAlgorithm key)
    {
        if (key is RSA { KeySize: < RsaPublicKey.MinBits or > RsaPublicKey.MaxBits })
            throw new CryptographicException($"An RSA key of {key.KeySize} bits.");
        if (key is ECDsa ecdsa && ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
            throw new CryptographicException("The curve is not P-256.");
    }

    // Further instances come from the parameters, not from DER: the import is cheaper, and no second encoding of the key lies about.
    private static Func<AsymmetricAlgorithm> Export(AsymmetricAlgorithm key)
    {
        if (key is RSA rsa)
        {
            var parameters = rsa.ExportParameters(includePrivateParameters: true);
            return () => RSA.Create(parameters);
        }
        var ec = ((ECDsa)key).ExportParameters(includePrivateParameters: true);
        return () => ECDsa.Create(ec);
    }
}
