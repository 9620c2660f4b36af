using System.Collections.Concurrent;
using System.Text;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Shell;

/// <summary>The issuer's status lists that tokens named: held, fetched, and changed by what is pushed.</summary>
internal sealed class StatusLists(Documents documents, KeyCache keys, Expected expected, TimeProvider clock, CancellationToken lifetime)
{
    /// <summary>More live lists than this, a million tokens each, are not held.</summary>
    public const int MaxLists = 256;

    private const string Accept = "application/statuslist+jwt";

    private readonly ConcurrentDictionary<string, StatusList> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    /// <summary>The versions that the stream told of, also of lists that are only being fetched.</summary>
    private readonly ConcurrentDictionary<string, long> _known = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();

    /// <summary>What is held now, by address.</summary>
    public IReadOnlyDictionary<string, StatusList> Held => _held;

    /// <summary>Why this list's last fetch failed, or null.</summary>
    public TokenVerification.Refused? FaultOf(string uri) => _flights.TryGetValue(uri, out var flight) ? flight.Fault : null;

    /// <summary>Does what a decision needs; true when it is worth deciding again.</summary>
    public async ValueTask<bool> MeetAsync(Need need, string? uri, StatusList? decidedWith, CancellationToken cancellation)
    {
        if (need is Need.None || uri is null || FlightTo(uri) is not { } flight) return false;
        if (need is Need.Soon || (flight.IsFailing && decidedWith is not null && decidedWith.At(clock.GetUtcNow(), expected.Options) is not Freshness.Gone))
        {
            flight.RunInBackground();
            return false;
        }
        if (!ReferenceEquals(_held.GetValueOrDefault(uri), decidedWith)) return true;
        if (!flight.MayRun) return false;
        return await flight.RunAsync(() => ReferenceEquals(_held.GetValueOrDefault(uri), decidedWith)).WaitAsync(cancellation).ConfigureAwait(false) is null;
    }

    /// <summary>Applies a pushed change, and fetches the list when that says that one was missed.</summary>
    public async Task ApplyAsync(StatusEvent change)
    {
        Change(change.Uri, change.Version, change.ApplyTo);
        await CatchUpAsync(change.Uri).ConfigureAwait(false);
    }

    /// <summary>Confirms what a heartbeat confirms, and fetches what it says has changed.</summary>
    public Task ApplyAsync(Heartbeat heartbeat)
    {
        var now = clock.GetUtcNow();
        DropGone(now);
        foreach (var uri in _known.Keys.Where(uri => !heartbeat.Lists.ContainsKey(uri))) _known.TryRemove(uri, out _);
        foreach (var (uri, version) in heartbeat.Lists) Change(uri, version, held => heartbeat.ApplyTo(held, now));
        return Task.WhenAll(_held.Keys.Select(CatchUpAsync));
    }

    /// <summary>Forgets what keys vouched for that the issuer took out: they may be in a thief's hands, and an honest list is signed anew by then.</summary>
    public void DropSignedBy(IReadOnlyCollection<string> kids)
    {
        lock (_gate)
            foreach (var list in _held.Values.Where(list => list.Signers.Any(kids.Contains)))
                _held.TryRemove(list.Uri, out _);
    }

    private void Change(string uri, long version, Func<StatusList, StatusList> change)
    {
        lock (_gate)
        {
            if (_known.Count < MaxLists || _known.ContainsKey(uri)) _known.AddOrUpdate(uri, version, (_, known) => Math.Max(known, version));
            if (_held.TryGetValue(uri, out var held)) _held[uri] = change(held);
        }
    }

    // Twice: the first may join a fetch that began before the change.
    private async Task CatchUpAsync(string uri)
    {
        for (var i = 0; i < 2 && _held.TryGetValue(uri, out var held) && held.IsBehind && FlightTo(uri) is { } flight; i++)
            await flight.RunAsync().WaitAsync(lifetime).ConfigureAwait(false);
    }

    private Flight? FlightTo(string uri)
    {
        if (_flights.TryGetValue(uri, out var flight)) return flight;
        if (_flights.Count >= MaxLists) DropGone(clock.GetUtcNow());
        return _flights.Count < MaxLists ? _flights.GetOrAdd(uri, address => new Flight(clock, () => FetchAsync(address))) : null;
    }

    private void DropGone(DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var list in _held.Values.Where(list => list.At(now, expected.Options) is Freshness.Gone)) _held.TryRemove(list.Uri, out _);
            foreach (var (uri, flight) in _flights)
                if (!_held.ContainsKey(uri) && !flight.IsUnderWay)
                    _flights.TryRemove(uri, out _);
        }
    }

    private async Task<TokenVerification.Refused?> FetchAsync(string uri)
    {
        string jwt;
        try
        {
            jwt = Encoding.ASCII.GetString(await documents.GetAsync(new Uri(uri), Accept, SignedClaims.MaxLength, lifetime).ConfigureAwait(false)).Trim();
        }
        catch (TooLongException e)
        {
            return new(VerifierRefusal.StatusListTooLarge, $"status list: {e.Message}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return new(VerifierRefusal.StatusUnavailable, $"status list: {e.Message}");
        }

        for (var held = keys.Held; ; held = keys.Held)
        {
            if (held is null) return new(VerifierRefusal.KeysUnavailable, "status list: no key set");
            var now = clock.GetUtcNow();
            if (StatusListRules.Read(jwt, uri, held.Set, expected, now, out var got, out var keyUnknown) is not { } refused) return Keep(got!, now);
            if (!keyUnknown || !await keys.MeetAsync(Need.Kid, held, lifetime).ConfigureAwait(false)) return refused;
        }
    }

    private TokenVerification.Refused? Keep(StatusList got, DateTimeOffset now)
    {
        lock (_gate)
        {
            // The key may have gone while the list was read, and DropSignedBy before it was here to be dropped.
            if (keys.Held is not { } current || got.Signers.Any(kid => current.Set.Keys.All(key => key.Kid != kid)))
                return new(VerifierRefusal.StatusListUntrusted, "status list: its key is no longer the issuer's");
            if (_held.Count >= MaxLists && !_held.ContainsKey(got.Uri)) return new(VerifierRefusal.StatusUnavailable, "status list: too many lists");
            if (_known.TryGetValue(got.Uri, out var known)) got = got.Knowing(known);
            var kept = StatusList.Newer(_held.GetValueOrDefault(got.Uri), got, now, expected.Options);
            _held[got.Uri] = kept;

            // A cache on the way may still give the list of before: what we know to lack is not got yet.
            return kept.IsBehind ? new(VerifierRefusal.StatusUnavailable, "status list: older than the stream says") : null;
        }
    }
}
