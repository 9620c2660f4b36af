using System.Diagnostics.CodeAnalysis;

namespace IdentityProvider.Jose;

/// <summary>
/// The signature algorithms that exist here (RFC 7518 §3.1). The set is closed: <c>none</c> and the symmetric ones can't be named, so no
/// setting, key or token can bring them back.
/// </summary>
public sealed class SignatureAlgorithm
{
    private SignatureAlgorithm(string name, string keyType)
    {
        Name = name;
        KeyType = keyType;
    }

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    public static SignatureAlgorithm RS256 { get; } = new("RS256", "RSA");

    /// <summary>RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.</summary>
    public static SignatureAlgorithm PS256 { get; } = new("PS256", "RSA");

    /// <summary>ECDSA on P-256 with SHA-256; the signature is R ‖ S.</summary>
    public static SignatureAlgorithm ES256 { get; } = new("ES256", "EC");

    public static IReadOnlyList<SignatureAlgorithm> All { get; } = [RS256, PS256, ES256];

    /// <summary>The <c>alg</c> of the wire.</summary>
    public string Name { get; }

    /// <summary>The <c>kty</c> of its keys.</summary>
    public string KeyType { get; }

    /// <summary>The algorithm of that exact name; false for any other text.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out SignatureAlgorithm? algorithm)
    {
        algorithm = All.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.Ordinal));
        return algorithm is not null;
    }

    public override string ToString() => Name;
}
