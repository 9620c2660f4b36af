using System.Diagnostics.CodeAnalysis;

namespace IdentityProvider.Jose;

/// <summary>
/// How the key of a JWE is agreed on (RFC 7518 §4.1). The set is closed: no RSA1_5, whose padding is an oracle (RFC 8725 §3.2), and nothing by a
/// password or a shared secret. The content is always A256GCM (<see cref="Jwe.ContentEncryption"/>).
/// </summary>
public sealed class EncryptionAlgorithm
{
    /// <summary>RSAES-OAEP with SHA-256 and MGF1 with SHA-256 (RFC 7518 §4.3).</summary>
    public static EncryptionAlgorithm RsaOaep256 { get; } = new("RSA-OAEP-256", "RSA");

    /// <summary>A key agreed on by an ephemeral key of the same curve, used as it is (RFC 7518 §4.6).</summary>
    public static EncryptionAlgorithm EcdhEs { get; } = new("ECDH-ES", "EC");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EncryptionAlgorithm> All { get; } = [RsaOaep256, EcdhEs];

    private EncryptionAlgorithm(string name, string keyType)
    {
        Name = name;
        KeyType = keyType;
    }

    /// <summary>The <c>alg</c> value, case-sensitive.</summary>
    public string Name { get; }

    /// <summary>The <c>kty</c> that the algorithm needs.</summary>
    public string KeyType { get; }

    /// <summary>Finds the algorithm of exactly this name; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, [NotNullWhen(true)] out EncryptionAlgorithm? algorithm)
    {
        algorithm = name switch { "RSA-OAEP-256" => RsaOaep256, "ECDH-ES" => EcdhEs, _ => null };
        return algorithm is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
