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
    /// <summary>Ranges of one event; a list that changed more is fetched again, which costs less than what says how it changed.</summary>
    private const int MostPushed = 1000;

    /// <summary>Three heartbeats: a node that could not read the database for so long dates nothing by the present any more.</summary>
    private static readonly TimeSpan MaxSilence = 3 * StatusHeartbeat.Interval;

    private readonly SemaphoreSlim _oneReader = new(1);
    private readonly Lock _gate = new();
    private volatile IReadOnlyDictionary<int, PublishedStatusList> _lists = new Dictionary<int, PublishedStatusList>();
    private volatile AsOf? _read;
    private Task _looking = Task.CompletedTask;
    private long _sequence;
    private ReadOnlyMemory<byte> _jwksHash;
    private bool _isLoaded;

    /// <summary>How long ago the database was read is the machine's time, not the protocol's: a node that was cut off must notice.</summary>
    internal TimeProvider Machine { get; init; } = TimeProvider.System;

    /// <summary>The numbers of the lists that are published.</summary>
    public IReadOnlyCollection<int> Numbers => [.. _lists.Keys.Order()];

    /// <summary>A list's signed form; null where there is none of this number, or none any more.</summary>
    public async Task<PublicDocument?> FindAsync(int list, CancellationToken cancellation)
    {
        // A token may name a list that another node began a moment ago. Twice: the first may join a look that began before.
        for (var i = 0; i < 2 && !_lists.ContainsKey(list) && list == Newest + 1; i++)
            await LookAsync().WaitAsync(cancellation);
        return _lists.TryGetValue(list, out var published) ? published.Document(Signer, settings.Issuer, Known) : null;
    }

    /// <summary>
    /// Reads what has changed since the last time, and pushes it. The first time, before the server listens, what was there before is no event.
    /// </summary>
    public Task FollowAsync(CancellationToken cancellation) => ReadAsync(isHeartbeat: false, cancellation);

    /// <summary>
    /// Says which versions are the newest: every now and then, and at once when the keys have changed. They are read for it, since verifiers
    /// take it as the word that nothing else has changed.
    /// </summary>
    public Task HeartbeatAsync(CancellationToken cancellation) => ReadAsync(isHeartbeat: true, cancellation);

    public void Dispose() => _oneReader.Dispose();

    private int Newest => _lists.Keys.DefaultIfEmpty().Max();

    private SigningKey Signer => keys.Active(SignatureAlgorithm.RS256);

    // What is signed now says what was so then: where the database is out of reach, verifiers stop to believe it when its time is up.
    private DateTimeOffset Known => _read is { } read && Machine.GetElapsedTime(read.Timestamp) > MaxSilence ? read.Moment : clock.GetUtcNow();

    private async Task ReadAsync(bool isHeartbeat, CancellationToken cancellation)
    {
        await _oneReader.WaitAsync(cancellation);
        try
        {
            var asked = new AsOf(clock.GetUtcNow(), Machine.GetTimestamp());
            await ReadListsAsync(cancellation);
            while (await rows.ChangesAsync(_sequence, cancellation) is { Count: > 0 } changes)
            {
                foreach (var transaction in changes.GroupBy(change => change.Sequence, change => change.Range))
                {
                    Apply(transaction.Key, [.. transaction]);
                    _sequence = transaction.Key;
                }
            }

            _read = asked;
            if (isHeartbeat || !_isLoaded)
                AppendHeartbeat(_sequence, asked.Moment);
            _isLoaded = true;
        }
        finally
        {
            _oneReader.Release();
        }
    }

    // One for all who ask meanwhile: anyone may name the next list, and no crowd of them may hold up what has to be pushed.
    private Task LookAsync()
    {
        lock (_gate)
            return _looking.IsCompleted ? _looking = FollowAsync(CancellationToken.None) : _looking;
    }

    // Lists come and go here; those that are set before they were read appear with their change.
    private async Task ReadListsAsync(CancellationToken cancellation)
    {
        var known = _lists;
        _lists = (await rows.ListAsync(clock.GetUtcNow(), cancellation))
            .ToDictionary(list => list.List, list => known.GetValueOrDefault(list.List) ?? new PublishedStatusList(list.List));
    }

    // Where pushing failed half-way the transaction is read again, and what has it already keeps it.
    private void Apply(long sequence, IReadOnlyList<StatusRange> ranges)
    {
        var changes = new List<StatusChange>();
        var isWhole = true;
        foreach (var inOne in ranges.GroupBy(range => range.List))
        {
            if (Find(inOne.Key) is not { } published)
                continue;
            if (published.Version < sequence)
                changes.Add(published.Apply(sequence, inOne));
            else
                isWhole = false;
            foreach (var range in inOne)
                indexes.Forget(range);
        }

        if (_isLoaded)
            Push(sequence, changes, isWhole && changes.All(change => change.Ranges.Count <= MostPushed));
    }

    // What is too much for an event is told by the versions of a heartbeat, which then has the transaction's number.
    private void Push(long sequence, List<StatusChange> changes, bool isWhole)
    {
        var now = clock.GetUtcNow();
        foreach (var change in changes.Where(change => change.Ranges.Count <= MostPushed))
            events.AppendChange(sequence, isWhole && change == changes[^1], StatusEvent.Sign(Signer, settings.Issuer, change, now));
        if (!isWhole)
            AppendHeartbeat(sequence, now);
    }

    // One that was begun since the lists were read is newer than all of them; any other that isn't known has retired.
    private PublishedStatusList? Find(int list)
    {
        if (_lists.TryGetValue(list, out var published) || list <= Newest)
            return published;
        published = new PublishedStatusList(list);
        _lists = new Dictionary<int, PublishedStatusList>(_lists) { [list] = published };
        return published;
    }

    private void AppendHeartbeat(long sequence, DateTimeOffset asOf)
    {
        if (!keys.JwksHash.Span.SequenceEqual(_jwksHash.Span))
        {
            events.Forget();
            _jwksHash = keys.JwksHash;
        }

        var versions = _lists.Values.Select(list => KeyValuePair.Create(list.List, list.Version)).ToList();
        events.AppendHeartbeat(sequence, StatusHeartbeat.Sign(Signer, settings.Issuer, versions, _jwksHash, asOf));
    }

    /// <summary>When the database was last read, by both clocks.</summary>
    private sealed record AsOf(DateTimeOffset Moment, long Timestamp);
}
