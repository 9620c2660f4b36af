using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Keys;

/// <summary>What an operator does with the signing keys: <c>idp keys list|rotate|revoke</c>. Nodes follow within a second.</summary>
public sealed class KeyOperations(KeyRing ring, SigningKeys rows, KeySchedule schedule, TimeProvider clock, ILogger<KeyOperations> logger)
{
    private const int MostAttempts = 5;

    /// <summary>Every key and what it is now. Decrypts none, so it answers also when the master key is wrong.</summary>
    public async Task<IReadOnlyList<KeyListing>> ListAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var lives = (await rows.ListAsync(cancellation)).Select(SealedKey.Lifetime).ToList();
        return
        [
            .. from algorithm in SignatureAlgorithm.All
               let keys = Ring.Of(algorithm, lives)
               from key in keys.Keys
               select KeyListing.Of(keys, key, now),
        ];
    }

    /// <summary>
    /// Makes a successor in every ring: one that signs after the announce lead, or with <paramref name="atOnce"/> now, before caches have it;
    /// the old key stays published as retired. Returns the keys that will sign, also one that had been announced already.
    /// </summary>
    /// <exception cref="KeyException">A key can't be decrypted; nothing was made.</exception>
    public async Task<IReadOnlyList<KeyListing>> RotateAsync(bool atOnce, CancellationToken cancellation, Actor? actor = null)
    {
        await ring.ReloadAsync(cancellation);
        var coming = new List<KeyListing>();
        foreach (var algorithm in SignatureAlgorithm.All)
        {
            if (algorithm != SignatureAlgorithm.RS256 && ring.Now.Ring(algorithm).Keys.Count == 0)
                continue;
            var made = await ring.MakeAsync(algorithm, atOnce ? NextKey.AtOnce : NextKey.Early, cancellation, actor);
            var now = clock.GetUtcNow();
            var keys = ring.Now.Ring(algorithm);
            if ((made ?? NextKey.Announced(keys, schedule, now)) is { } next)
                coming.Add(KeyListing.Of(keys, keys.Keys.First(key => key.Kid == next.Kid), now));
        }

        return coming;
    }

    /// <summary>
    /// The emergency: the key leaves the JWKS at once, and what it signed is dead. If it was the one that signs, the announced key signs
    /// at once, or else a new one, which is stored in the same transaction.
    /// </summary>
    /// <exception cref="KeyException">Another key can't be decrypted; nothing was changed.</exception>
    public async Task<KeyRevocation> RevokeAsync(string kid, CancellationToken cancellation, Actor? actor = null)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            // 1. There is such a key.
            var lives = (await rows.ListAsync(cancellation)).Select(SealedKey.Lifetime).ToList();
            if (lives.Find(key => key.Kid == kid) is not { } revoked)
                return KeyRevocation.Unknown;
            if (revoked.RevokedAt is not null)
                return KeyRevocation.AlreadyRevoked;

            // 2. The master key is right, as far as the other keys tell.
            await ring.ReadAsync(givenUp: kid, cancellation);

            // 3. Something signs without it.
            var now = clock.GetUtcNow();
            var left = Ring.Of(revoked.Algorithm, lives.Select(key => key.Kid == kid ? key with { RevokedAt = now } : key));
            var successor = left.Signer(now) is null
                ? await ring.GenerateAsync(revoked.Algorithm, NextKey.AtOnce(left, schedule, now), cancellation)
                : null;

            // 4. Both or neither.
            if (!await rows.RevokeAsync(kid, now, successor, successor is null ? null : ring.ToldOf(successor, actor), cancellation))
                continue;
            Log.SigningKeyRevoked(logger, kid);
            await ring.ReloadAsync(cancellation);
            return KeyRevocation.Revoked;
        }

        throw new KeyException($"The keys change while {kid} is to be revoked. Try again.");
    }
}

/// <summary>How <see cref="KeyOperations.RevokeAsync"/> ended.</summary>
public enum KeyRevocation
{
    Revoked,
    AlreadyRevoked,
    Unknown,
}

/// <summary>A key as an operator sees it.</summary>
/// <param name="Kid">The <c>kid</c>.</param>
/// <param name="Algorithm">The <c>alg</c>.</param>
/// <param name="Generation">From 1, in its ring.</param>
/// <param name="State">What it is now.</param>
/// <param name="AnnouncedAt">When it was made.</param>
/// <param name="ActiveAt">When it signs.</param>
/// <param name="RetiredAt">When it stops to sign: when its successor takes over, or where there is none yet, when one is due.</param>
/// <param name="GoneAt">When it leaves the JWKS, by the same.</param>
/// <param name="RevokedAt">When it was revoked.</param>
public sealed record KeyListing(
    string Kid,
    string Algorithm,
    int Generation,
    KeyState State,
    DateTimeOffset AnnouncedAt,
    DateTimeOffset ActiveAt,
    DateTimeOffset RetiredAt,
    DateTimeOffset GoneAt,
    DateTimeOffset? RevokedAt)
{
    internal static KeyListing Of(Ring ring, KeyLifetime key, DateTimeOffset now) => new(
        key.Kid,
        key.Algorithm.Name,
        key.Generation,
        ring.StateOf(key, now),
        key.AnnouncedAt,
        key.ActiveAt,
        ring.RetiredAt(key) ?? key.RetiredAt,
        ring.GoneAt(key) ?? key.GoneAt,
        key.RevokedAt);
}
