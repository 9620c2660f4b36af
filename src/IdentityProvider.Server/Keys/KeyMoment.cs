using System.Collections.Frozen;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Keys;

/// <summary>
/// What the keys are from one moment until the next at which something changes: who signs, what is published, the JWKS in bytes. Immutable,
/// so that a request reads it without a lock.
/// </summary>
internal sealed class KeyMoment
{
    private readonly FrozenDictionary<string, OpenedKey> _opened;
    private readonly FrozenDictionary<SignatureAlgorithm, SigningKey> _signers;
    private readonly TimeSpan _jwksMaxAge;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    /// <param name="rings">The rows' lives, a ring for each algorithm.</param>
    /// <param name="opened">The keys by kid, at least those that are published now or will be.</param>
    /// <param name="jwksMaxAge">How long the JWKS may be kept.</param>
    /// <param name="now">The moment.</param>
    public KeyMoment(IReadOnlyList<Ring> rings, FrozenDictionary<string, OpenedKey> opened, TimeSpan jwksMaxAge, DateTimeOffset now)
    {
        Rings = rings;
        _opened = opened;
        _jwksMaxAge = jwksMaxAge;
        _from = now;
        _until = rings.Min(ring => ring.NextChange(now)) ?? DateTimeOffset.MaxValue;
        _signers = Opened(rings.Select(ring => ring.Signer(now))).ToFrozenDictionary(key => key.Algorithm);
        Published = new JsonWebKeySet(Opened(rings.SelectMany(ring => ring.Published(now))).Select(key => key.PublicKey));
        Jwks = new PublicDocument(Published.ToUtf8Bytes(), "application/json", jwksMaxAge);
    }

    public IReadOnlyList<Ring> Rings { get; }

    public JsonWebKeySet Published { get; }

    public PublicDocument Jwks { get; }

    /// <summary>The key itself, where this node has opened it.</summary>
    public OpenedKey? Opened(string kid) => _opened.GetValueOrDefault(kid);

    public SigningKey? Signer(SignatureAlgorithm algorithm) => _signers.GetValueOrDefault(algorithm);

    public Ring Ring(SignatureAlgorithm algorithm) => Rings.First(ring => ring.Algorithm == algorithm);

    /// <summary>Whether this is still what the keys are. A clock may also be set back.</summary>
    public bool Holds(DateTimeOffset now) => _from <= now && now < _until;

    /// <summary>What the same rows say at another moment.</summary>
    public KeyMoment At(DateTimeOffset now) => new(Rings, _opened, _jwksMaxAge, now);

    // A clock that was set back by months brings back keys that were gone when the rows were read: those wait for the next reading.
    private IEnumerable<SigningKey> Opened(IEnumerable<KeyLifetime?> keys) =>
        from key in keys
        let known = key is null ? null : Opened(key.Kid)
        where known is not null
        select known.Key;
}

/// <summary>A row and the key that was decrypted from it.</summary>
internal sealed record OpenedKey(StoredSigningKey Row, SigningKey Key);
