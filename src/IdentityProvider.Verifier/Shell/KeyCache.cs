using System.Security.Cryptography;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Shell;

/// <summary>The issuer's key set, held and fetched.</summary>
internal sealed class KeyCache
{
    private const string Accept = "application/json";

    private readonly Documents _documents;
    private readonly Expected _expected;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _lifetime;
    private readonly Flight _flight;
    private readonly Lock _gate = new();
    private HeldKeys? _held;
    private long? _soughtAt;

    public KeyCache(Documents documents, Expected expected, TimeProvider clock, CancellationToken lifetime)
    {
        _documents = documents;
        _expected = expected;
        _clock = clock;
        _lifetime = lifetime;
        _flight = new Flight(clock, FetchAsync);
    }

    /// <summary>What is held now; null before the first fetch.</summary>
    public HeldKeys? Held => Volatile.Read(ref _held);

    /// <summary>Why the last fetch failed, or null.</summary>
    public TokenVerification.Refused? Fault => _flight.Fault;

    /// <summary>Keys that are no longer in the set, told after each fetch that lost some.</summary>
    public Action<IReadOnlyCollection<string>>? Lost { get; set; }

    /// <summary>Does what a decision needs; true when it is worth deciding again.</summary>
    public async ValueTask<bool> MeetAsync(Need need, HeldKeys? decidedWith, CancellationToken cancellation)
    {
        if (need is Need.None) return false;
        if (need is Need.Soon || (need is Need.Now && Held is { } held && _flight.IsFailing && IsGood(held)))
        {
            _flight.RunInBackground();
            return false;
        }
        if (!ReferenceEquals(Held, decidedWith)) return true;
        if (!(need is Need.Kid ? MaySeek() : _flight.MayRun)) return false;
        return await _flight.RunAsync(() => ReferenceEquals(Held, decidedWith)).WaitAsync(cancellation).ConfigureAwait(false) is null;
    }

    /// <summary>Fetches the set, or joins the fetch under way; null, or why it failed.</summary>
    public Task<TokenVerification.Refused?> RefetchAsync(CancellationToken cancellation) => _flight.RunAsync().WaitAsync(cancellation);

    /// <summary>A heartbeat named this hash; false when it is not the one of what is held.</summary>
    public bool Confirm(string hash, DateTimeOffset issuedAt)
    {
        lock (_gate)
        {
            if (_held is null || _held.Hash != hash) return false;
            var now = _clock.GetUtcNow();
            var confirmed = issuedAt < now ? issuedAt : now;
            if (confirmed > _held.ConfirmedAt) Volatile.Write(ref _held, _held with { ConfirmedAt = confirmed });
            return true;
        }
    }

    private bool IsGood(HeldKeys held) => held.At(_clock.GetUtcNow(), _expected.Options) is not Freshness.Gone;

    /// <summary>Whether an unknown kid may cost a fetch now: once per interval, however many tokens make one up.</summary>
    private bool MaySeek()
    {
        lock (_gate)
        {
            if (_soughtAt is { } at && _clock.GetElapsedTime(at) < _expected.Options.MinRefetchInterval) return _flight.IsUnderWay;
            _soughtAt = _clock.GetTimestamp();
            return true;
        }
    }

    private async Task<TokenVerification.Refused?> FetchAsync()
    {
        var startedAt = _clock.GetUtcNow();
        byte[] body;
        try
        {
            body = await _documents.GetAsync(_expected.JwksUri, Accept, JsonWebKeySet.MaxLength, _lifetime).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return Fail(e.Message);
        }

        // An empty set is a fault of whoever serves it: it would refuse every token there is.
        if (!JsonWebKeySet.Parse(body).Accepted(out var set, out var refused)) return Fail(refused.ToString());
        if (set.Keys.Count == 0) return Fail("a key set without a key that we can use");
        Replace(new HeldKeys(set, CanonicalBase64Url.Encode(SHA256.HashData(body)), startedAt));
        return null;
    }

    private void Replace(HeldKeys got)
    {
        HashSet<string> lost;
        lock (_gate)
        {
            lost = [.. (_held?.Set.Keys ?? []).Select(key => key.Kid).Except(got.Set.Keys.Select(key => key.Kid), StringComparer.Ordinal)];
            Volatile.Write(ref _held, got);
        }
        if (lost.Count > 0) Lost?.Invoke(lost);
    }

    private static TokenVerification.Refused Fail(string detail) => new(VerifierRefusal.KeysUnavailable, $"jwks: {detail}");
}
