using System.Collections.Concurrent;

namespace IdentityProvider.Verifier.Shell;

/// <summary>The proofs that this process has seen, for as long as they would be accepted: a bounded number of them.</summary>
internal sealed class SpentProofs(TimeProvider clock)
{
    /// <summary>More than an honest API sees within a proof's life; beyond it proofs are refused, as an outage.</summary>
    public const int Most = 100_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private long _swept;

    /// <summary>True for the first; null where there is no room.</summary>
    public bool? Spend(string proof, DateTimeOffset expiresAt)
    {
        Sweep();
        if (_seen.Count >= Most) return null;
        return _seen.TryAdd(proof, expiresAt);
    }

    // Each second at most one call looks at all of them.
    private void Sweep()
    {
        var now = clock.GetUtcNow();
        var second = now.ToUnixTimeSeconds();
        if (Interlocked.Exchange(ref _swept, second) == second) return;
        foreach (var (proof, expiresAt) in _seen)
            if (expiresAt <= now) _seen.TryRemove(proof, out _);
    }
}
