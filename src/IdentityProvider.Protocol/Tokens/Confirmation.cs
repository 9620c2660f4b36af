namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// The key that whoever shows a code or a token must prove to hold (RFC 7800 §3.1): by a proof (RFC 9449) or by the certificate of the
/// connection (RFC 8705). One of the two.
/// </summary>
public sealed record Confirmation
{
    /// <summary><c>jkt</c>: the RFC 7638 thumbprint of the key that signs DPoP proofs (RFC 9449 §6.1).</summary>
    public string? JwkThumbprint { get; init; }

    /// <summary><c>x5t#S256</c>: the certificate's SHA-256 in base64url (RFC 8705 §3.1).</summary>
    public string? CertificateThumbprint { get; init; }
}
