using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>What one address gave last, and the fetch under way: whoever needs it joins.</summary>
internal sealed class HeldKeySet(Func<Task<ClientKeySet?>> fetch)
{
    private readonly Lock _gate = new();
    private Task? _fetching;
    private DateTimeOffset _soughtAt = DateTimeOffset.MinValue;
    private bool _failed;
    private (ClientKeySet Set, DateTimeOffset At)? _good;

    /// <summary>When somebody last asked for it.</summary>
    public DateTimeOffset UsedAt { get; set; }

    /// <summary>The set, after a fetch where one is worth it; null where there is none to go on with.</summary>
    public async ValueTask<ClientKeySet?> FindAsync(Func<ClientKeySet, bool> isEnough, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        Task? fetching;
        lock (_gate)
        {
            var hasEnough = Usable(now) is { } set && isEnough(set);
            if (hasEnough && now < _good!.Value.At + ClientKeys.FreshFor)
                return _good.Value.Set;
            fetching = Seek(clock, now);

            // While the client's server fails, nobody waits for it who has something to go on with.
            if (hasEnough && _failed)
                return _good!.Value.Set;
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
        if (now < _soughtAt + ClientKeys.FetchInterval)
            return null;
        _soughtAt = now;
        return _fetching = Task.Run(() => FetchAsync(clock));
    }

    private async Task FetchAsync(TimeProvider clock)
    {
        // What it says is as old as the question.
        var askedAt = clock.GetUtcNow();
        var set = await fetch();
        lock (_gate)
        {
            _failed = set is null;
            if (set is not null)
                _good = (set, askedAt);
        }
    }

    private ClientKeySet? Usable(DateTimeOffset now) => _good is { } good && now < good.At + ClientKeys.LastGoodFor ? good.Set : null;
}
