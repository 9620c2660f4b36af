namespace IdentityProvider.Verifier;

/// <summary>
/// How a request showed its token, and what it proves to hold: for tokens that are bound to a key (RFC 9449 §7) or to a certificate
/// (RFC 8705 §3). A plain bearer's needs none of it.
/// </summary>
public sealed record SenderProof
{
    /// <summary>Whether the token came after <c>DPoP</c>; else after <c>Bearer</c>.</summary>
    public bool IsDPoP { get; init; }

    /// <summary>Every value of the request's header <c>DPoP</c>.</summary>
    public IReadOnlyList<string?> Proofs { get; init; } = [];

    /// <summary>The request's method.</summary>
    public string Method { get; init; } = "";

    /// <summary>Where the request went, as its client knows it: absolute, and never out of the request's own Host header. The query doesn't count.</summary>
    public string Url { get; init; } = "";

    /// <summary><c>x5t#S256</c> of the connection's certificate: base64url of the SHA-256 of its DER; null where it has none.</summary>
    public string? CertificateThumbprint { get; init; }
}
