using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Keys;

/// <summary>
/// The keys of one algorithm and the rules of their life (DESIGN.md §5): each answer is a function of the rows and of <c>now</c>. Keys take
/// over in the order of their <see cref="KeyLifetime.ActiveAt"/>, and a key signs until the next one does, however late that is.
/// </summary>
public sealed class Ring
{
    private readonly KeyLifetime[] _keys;
    private readonly Dictionary<string, DateTimeOffset?> _retiredAt;

    private Ring(SignatureAlgorithm algorithm, IEnumerable<KeyLifetime> keys)
    {
        Algorithm = algorithm;
        _keys = [.. keys.OrderBy(key => key.ActiveAt).ThenBy(key => key.Generation)];
        _retiredAt = new(_keys.Length, StringComparer.Ordinal);
        DateTimeOffset? next = null;
        foreach (var key in _keys.Reverse())
        {
            _retiredAt[key.Kid] = next;
            next = key.TookOver ? key.ActiveAt : next;
        }
    }

    public SignatureAlgorithm Algorithm { get; }

    /// <summary>Every key, in the order in which they take over.</summary>
    public IReadOnlyList<KeyLifetime> Keys => _keys;

    /// <summary>The generation that the next key has.</summary>
    public int NextGeneration => _keys.Length == 0 ? 1 : _keys.Max(key => key.Generation) + 1;

    /// <summary>The ring of this algorithm out of all rows.</summary>
    public static Ring Of(SignatureAlgorithm algorithm, IEnumerable<KeyLifetime> rows) =>
        new(algorithm, rows.Where(row => row.Algorithm == algorithm));

    /// <summary>The key that signs; null when the ring is empty or each of its keys is revoked or retired.</summary>
    public KeyLifetime? Signer(DateTimeOffset now)
    {
        // 1. The last that took over, unless it was revoked. Its predecessor is retired for good and never signs again.
        var last = _keys.LastOrDefault(key => key.ActiveAt <= now && key.TookOver);
        if (last is { RevokedAt: null })
            return last;

        // 2. Else the next in line, at once: after an emergency, verifiers may have it already; in a young ring, it is the first key as
        // seen by a node whose clock is behind its maker's.
        return _keys.FirstOrDefault(key => key.ActiveAt > now && key.RevokedAt is null);
    }

    /// <summary>What a key of this ring is.</summary>
    public KeyState StateOf(KeyLifetime key, DateTimeOffset now) => StateOf(key, Signer(now), now);

    /// <summary>When the key stops to sign: when another takes over. Null while no other is there.</summary>
    public DateTimeOffset? RetiredAt(KeyLifetime key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _retiredAt[key.Kid];
    }

    /// <summary>When the key leaves the JWKS. Null while no other is there to take over: it may sign for ever.</summary>
    public DateTimeOffset? GoneAt(KeyLifetime key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RetiredAt(key) + (key.GoneAt - key.RetiredAt);
    }

    /// <summary>What the JWKS holds: the key that signs first, then those to come, then the retired, the newest first.</summary>
    public IEnumerable<KeyLifetime> Published(DateTimeOffset now)
    {
        var signer = Signer(now);
        return from key in _keys
               let state = StateOf(key, signer, now)
               where state is KeyState.Active or KeyState.Announced or KeyState.Retired
               orderby state is KeyState.Active descending, key.ActiveAt descending, key.Generation descending
               select key;
    }

    /// <summary>
    /// Keys that nothing will ever ask about again: gone or revoked for a whole rotation interval, as are all before them, for a row also says
    /// when its predecessor retired. Never the last, whose generation the next one follows.
    /// </summary>
    public IEnumerable<KeyLifetime> Forgettable(KeySchedule schedule, DateTimeOffset now) =>
        _keys.SkipLast(1).TakeWhile(key => (key.RevokedAt ?? GoneAt(key)) + schedule.RotationInterval <= now);

    /// <summary>The first moment after <c>now</c> at which an answer of this ring can change; null when none will without a new row.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset now) =>
        _keys.SelectMany(key => new[] { key.ActiveAt, GoneAt(key) }).Where(moment => moment > now).Min();

    private KeyState StateOf(KeyLifetime key, KeyLifetime? signer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);

        // 1. Revoked counts from when it is read, not from a moment of some other clock.
        if (key.RevokedAt is not null)
            return KeyState.Revoked;

        // 2. One key signs.
        if (key.Kid == signer?.Kid)
            return KeyState.Active;

        // 3. A row that exists is published: its maker's clock may be ahead of this one.
        if (key.ActiveAt > now)
            return KeyState.Announced;

        // 4. It was taken over from, and verifies until nothing that it signed lives.
        return now < GoneAt(key) ? KeyState.Retired : KeyState.Gone;
    }
}
