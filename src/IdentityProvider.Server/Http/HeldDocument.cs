namespace IdentityProvider.Server.Http;

/// <summary>What one address gave last, and the fetch under way: whoever needs it joins.</summary>
internal sealed class HeldDocument<T>(Func<Task<T?>> fetch, HoldingTimes times)
    where T : class
{
    private readonly Lock _gate = new();
    private Task? _fetching;
    private DateTimeOffset _soughtAt = DateTimeOffset.MinValue;
    private bool _failed;
    private (T Document, DateTimeOffset At)? _good;

    /// <summary>When somebody last asked for it.</summary>
    public DateTimeOffset UsedAt { get; set; }

    /// <summary>The document, after a fetch where one is worth it; null where there is none to go on with.</summary>
    /// <param name="isEnough">Whether what is held has what is looked for; if not, it is worth a fetch.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellation">Stops waiting; a fetch under way goes on for others.</param>
    public async ValueTask<T?> FindAsync(Func<T, bool> isEnough, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        Task? fetching;
        lock (_gate)
        {
            var hasEnough = Usable(now) is { } held && isEnough(held);
            if (hasEnough && now < _good!.Value.At + times.FreshFor)
                return _good.Value.Document;
            fetching = Seek(clock, now);

            // While the other server fails, nobody waits for it who has something to go on with.
            if (hasEnough && _failed)
                return _good!.Value.Document;
        }

        if (fetching is not null)
            await fetching.WaitAsync(cancellation);
        lock (_gate)
            return Usable(now);
    }

    // The fetch under way, or a new one where the last is long enough ago.
    private Task? Seek(TimeProvider clock, DateTimeOffset now)
    {
        if (_fetching is { IsCompleted: false })
            return _fetching;
        if (now < _soughtAt + times.FetchInterval)
            return null;
        _soughtAt = now;
        return _fetching = Task.Run(() => FetchAsync(clock));
    }

    private async Task FetchAsync(TimeProvider clock)
    {
        // What it says is as old as the question.
        var askedAt = clock.GetUtcNow();
        var document = await fetch();
        lock (_gate)
        {
            _failed = document is null;
            if (document is not null)
                _good = (document, askedAt);
        }
    }

    private T? Usable(DateTimeOffset now) => _good is { } good && now < good.At + times.LastGoodFor ? good.Document : null;
}

/// <summary>How long what was fetched is held.</summary>
/// <param name="FreshFor">How long it is used without asking again.</param>
/// <param name="LastGoodFor">How long the last good one stands in while the other server fails.</param>
/// <param name="FetchInterval">The shortest time from one fetch to the next.</param>
internal sealed record HoldingTimes(TimeSpan FreshFor, TimeSpan LastGoodFor, TimeSpan FetchInterval);
