using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace IdentityProvider.Jose;

/// <summary>
/// A signature algorithm of RFC 7518 §3.1. The set is closed: RS256, PS256 and ES256 exist, and nothing else can be made, so neither
/// <c>none</c> nor an HMAC can be named by accident.
/// </summary>
public sealed class SignatureAlgorithm
{
    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3): what every relying party understands.</summary>
    public static SignatureAlgorithm RS256 { get; } = new("RS256", "RSA", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 7518 §3.5).</summary>
    public static SignatureAlgorithm PS256 { get; } = new("PS256", "RSA", HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    /// <summary>ECDSA on P-256 with SHA-256; the signature is R ‖ S, 64 bytes (RFC 7518 §3.4).</summary>
    public static SignatureAlgorithm ES256 { get; } = new("ES256", "EC", HashAlgorithmName.SHA256, null);

    /// <summary>All of them, the one that every client understands first.</summary>
    public static IReadOnlyList<SignatureAlgorithm> All { get; } = [RS256, PS256, ES256];

    private readonly RSASignaturePadding? _padding;

    private SignatureAlgorithm(string name, string keyType, HashAlgorithmName hash, RSASignaturePadding? padding)
    {
        Name = name;
        KeyType = keyType;
        Hash = hash;
        _padding = padding;
    }

    /// <summary>The <c>alg</c> value, case-sensitive.</summary>
    public string Name { get; }

    /// <summary>The <c>kty</c> that the algorithm needs: <c>RSA</c> or <c>EC</c> (RFC 7518 §6.1).</summary>
    public string KeyType { get; }

    /// <summary>The digest; also what OIDC's <c>at_hash</c> and <c>c_hash</c> use (OIDC Core §3.1.3.6).</summary>
    public HashAlgorithmName Hash { get; }

    internal RSASignaturePadding Padding => _padding ?? throw new InvalidOperationException($"{Name} has no RSA padding.");

    /// <summary>Finds the algorithm of exactly this name; false for anything else, in any other case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, [NotNullWhen(true)] out SignatureAlgorithm? algorithm)
    {
        algorithm = name switch { "RS256" => RS256, "PS256" => PS256, "ES256" => ES256, _ => null };
        return algorithm is not null;
    }

    /// <summary>As <see cref="TryParse"/>, but says which refusal an unknown name earns (RFC 8725 §2.1, §3.1, §3.2).</summary>
    internal static JoseRefusal? Refuse(string name, out SignatureAlgorithm? algorithm)
    {
        if (TryParse(name, out algorithm)) return null;
        if (name.Equals("none", StringComparison.OrdinalIgnoreCase)) return JoseRefusal.AlgorithmNone;
        if (name.StartsWith("HS", StringComparison.OrdinalIgnoreCase)) return JoseRefusal.AlgorithmSymmetric;
        return JoseRefusal.AlgorithmNotAllowed;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
