using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Status;

/// <summary>
/// The status lists as this node knows them: their bits in memory, their signed form when somebody asks, and an event for each change. It
/// follows the database's numbers one by one, so every node says the same, whoever made the change.
/// </summary>
public sealed class PublishedStatusLists(
    StatusLists rows, StatusIndexes indexes, StatusEvents events, KeyRing keys, Settings settings, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _oneReader = new(1);
    private volatile IReadOnlyDictionary<int, PublishedStatusList> _lists = new Dictionary<int, PublishedStatusList>();
    private long _sequence;
    private ReadOnlyMemory<byte> _jwksHash;
    private bool _isLoaded;

    /// <summary>The numbers of the lists that are published.</summary>
    public IReadOnlyCollection<int> Numbers => [.. _lists.Keys.Order()];

    /// <summary>A list's signed form; null where there is none of this number, or none any more.</summary>
    public async Task<PublicDocument?> FindAsync(int list, CancellationToken cancellation)
    {
        // A token may name a list that another node began a moment ago.
        if (!_lists.TryGetValue(list, out var published) && list == _lists.Keys.DefaultIfEmpty().Max() + 1)
        {
            await FollowAsync(cancellation);
            _lists.TryGetValue(list, out published);
        }

        return published is null ? null : published.Document(Signer, settings.Issuer, clock.GetUtcNow());
    }

    /// <summary>
    /// Reads what has changed since the last time, and pushes it. The first time, before the server listens, what was there before is no event.
    /// </summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        await _oneReader.WaitAsync(cancellation);
        try
        {
            await ReadListsAsync(cancellation);
            while (await rows.ChangesAsync(_sequence, cancellation) is { Count: > 0 } changes)
            {
                foreach (var transaction in changes.GroupBy(change => change.Sequence, change => change.Range))
                {
                    Apply(transaction.Key, [.. transaction]);
                    _sequence = transaction.Key;
                }
            }

            if (!_isLoaded)
                AppendHeartbeat();
            _isLoaded = true;
        }
        finally
        {
            _oneReader.Release();
        }
    }

    /// <summary>Says which versions are the newest: every now and then, and at once when the keys have changed.</summary>
    public async Task HeartbeatAsync(CancellationToken cancellation)
    {
        await _oneReader.WaitAsync(cancellation);
        try
        {
            await ReadListsAsync(cancellation);
            AppendHeartbeat();
        }
        finally
        {
            _oneReader.Release();
        }
    }

    public void Dispose() => _oneReader.Dispose();

    private SigningKey Signer => keys.Active(SignatureAlgorithm.RS256);

    // Lists come and go here; those that are set before they were read appear with their change.
    private async Task ReadListsAsync(CancellationToken cancellation)
    {
        var known = _lists;
        _lists = (await rows.ListAsync(clock.GetUtcNow(), cancellation))
            .ToDictionary(list => list.List, list => known.GetValueOrDefault(list.List) ?? new PublishedStatusList(list.List));
    }

    private void Apply(long sequence, IReadOnlyList<StatusRange> ranges)
    {
        var published = ranges.GroupBy(range => range.List).Where(list => Find(list.Key) is not null).ToList();
        foreach (var list in published)
        {
            var change = Find(list.Key)!.Apply(sequence, list);
            foreach (var range in list)
                indexes.Forget(range);
            if (_isLoaded)
                events.AppendChange(sequence, list == published[^1], StatusEvent.Sign(Signer, settings.Issuer, change, clock.GetUtcNow()));
        }
    }

    // One that was begun since the lists were read is newer than all of them; any other that isn't known has retired.
    private PublishedStatusList? Find(int list)
    {
        if (_lists.TryGetValue(list, out var published) || list <= _lists.Keys.DefaultIfEmpty().Max())
            return published;
        published = new PublishedStatusList(list);
        _lists = new Dictionary<int, PublishedStatusList>(_lists) { [list] = published };
        return published;
    }

    private void AppendHeartbeat()
    {
        if (!keys.JwksHash.Span.SequenceEqual(_jwksHash.Span))
        {
            events.Forget();
            _jwksHash = keys.JwksHash;
        }

        var versions = _lists.Values.Select(list => KeyValuePair.Create(list.List, list.Version)).ToList();
        events.AppendHeartbeat(_sequence, StatusHeartbeat.Sign(Signer, settings.Issuer, versions, _jwksHash, clock.GetUtcNow()));
    }
}
