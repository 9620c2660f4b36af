namespace IdentityProvider.Storage;

/// <summary>A signing key as it is kept: its private part encrypted, its moments fixed when it was made, so that all nodes switch at once.</summary>
public sealed record StoredSigningKey
{
    public required string Kid { get; init; }

    /// <summary>The <c>alg</c> it signs with.</summary>
    public required string Algorithm { get; init; }

    /// <summary>1 for the first of its algorithm; unique for it, so that many nodes make the next one once.</summary>
    public required int Generation { get; init; }

    /// <summary>The public key as a JWK.</summary>
    public required string PublicJwk { get; init; }

    /// <summary>AES-256-GCM under the master key, bound to the kid.</summary>
    public required byte[] EncryptedPrivateKey { get; init; }

    /// <summary>From here on it is in JWKS.</summary>
    public required DateTimeOffset AnnouncedAt { get; init; }

    /// <summary>From here on it signs.</summary>
    public required DateTimeOffset ActiveAt { get; init; }

    /// <summary>From here on it verifies only.</summary>
    public required DateTimeOffset RetiredAt { get; init; }

    /// <summary>From here on it is out of JWKS.</summary>
    public required DateTimeOffset GoneAt { get; init; }

    /// <summary>When it was revoked in an emergency: out of JWKS at once.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}
