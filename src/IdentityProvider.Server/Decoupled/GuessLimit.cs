namespace IdentityProvider.Server.Decoupled;

/// <summary>
/// Failed guesses of one kind, counted in this node's memory: so many for one key, and then none until its window is over. A guess counts before
/// its outcome is known, so that of guesses that race none goes uncounted.
/// </summary>
internal sealed class GuessLimit(int most, TimeSpan window, TimeProvider clock)
{
    /// <summary>Keys in memory, some MB at the very most; then the oldest window makes room.</summary>
    private const int MostKeys = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Since)> _counts = new(StringComparer.Ordinal);

    /// <summary>Takes one of the key's guesses; false where it has none left.</summary>
    public bool TryTake(string key)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            var (count, since) = _counts.TryGetValue(key, out var standing) && now < standing.Since + window ? standing : (0, now);
            if (count >= most)
                return false;
            if (standing == default && _counts.Count >= MostKeys)
                MakeRoom(now);
            _counts[key] = (count + 1, since);
            return true;
        }
    }

    /// <summary>The guess was right: it doesn't count.</summary>
    public void GiveBack(string key)
    {
        lock (_lock)
        {
            if (!_counts.TryGetValue(key, out var standing))
                return;
            if (standing.Count <= 1)
                _counts.Remove(key);
            else
                _counts[key] = standing with { Count = standing.Count - 1 };
        }
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var key in _counts.Where(c => now >= c.Value.Since + window).Select(c => c.Key).ToList())
            _counts.Remove(key);
        if (_counts.Count >= MostKeys)
            _counts.Remove(_counts.MinBy(c => c.Value.Since).Key);
    }
}
