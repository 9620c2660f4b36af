using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Keys;

/// <summary>
/// A signing key's row, as far as the rules of its life ask. The moments were fixed when it was made and nothing but <see cref="RevokedAt"/>
/// ever changes, so every node that has the row knows the same instants.
/// </summary>
public sealed record KeyLifetime
{
    /// <summary>The <c>kid</c>: the RFC 7638 thumbprint of the public key.</summary>
    public required string Kid { get; init; }

    /// <summary>The ring it belongs to: each algorithm has its own.</summary>
    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>From 1, unique in the ring: of all nodes that make the next key at once, one wins.</summary>
    public required int Generation { get; init; }

    /// <summary>When it was made. It is in the JWKS from then on.</summary>
    public required DateTimeOffset AnnouncedAt { get; init; }

    /// <summary>When it takes over from its predecessor.</summary>
    public required DateTimeOffset ActiveAt { get; init; }

    /// <summary>When its successor is due. It signs until one takes over, sooner or later than this.</summary>
    public required DateTimeOffset RetiredAt { get; init; }

    /// <summary>When it leaves the JWKS, if its successor is on time; otherwise as long after the successor as this is after <see cref="RetiredAt"/>.</summary>
    public required DateTimeOffset GoneAt { get; init; }

    /// <summary>When an operator revoked it. It is dead as soon as a node reads this, whatever that node's clock says.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether it ever signed by the plan: it was not revoked before its turn.</summary>
    internal bool TookOver => RevokedAt is null || RevokedAt > ActiveAt;
}

/// <summary>What a key is at a moment.</summary>
public enum KeyState
{
    /// <summary>In the JWKS, so that every verifier has it before it signs.</summary>
    Announced,

    /// <summary>The one of its ring that signs.</summary>
    Active,

    /// <summary>In the JWKS, because tokens that it signed still live.</summary>
    Retired,

    /// <summary>Out of the JWKS: nothing that it signed still lives.</summary>
    Gone,

    /// <summary>Out of the JWKS at once, and with it everything that it signed.</summary>
    Revoked,
}
