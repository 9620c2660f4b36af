using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Http;

/// <summary>
/// Fetches a client's metadata document by <see cref="Outgoing"/>: never throws, and logs why there is none. Whoever asks for one that is being
/// fetched waits for the same; a host is asked a few times a minute at most, and an address that failed rests for a while, so that nobody makes
/// this server knock at another's door.
/// </summary>
internal sealed class ClientDocumentFetch(Outgoing outgoing, TimeProvider clock, ILogger<ClientDocumentFetch> logger)
{
    /// <summary>How long an address that had no document is left alone.</summary>
    public static TimeSpan Rest { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Fetches from one host within a minute.</summary>
    public const int MostPerHost = 20;

    /// <summary>Fetches at once.</summary>
    private const int MostAtOnce = 16;

    private const int MostRemembered = 5000;

    /// <summary>How long what was just fetched answers those who asked meanwhile: until it is kept.</summary>
    private static readonly TimeSpan SharedFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _restingUntil = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Dictionary<string, int> _ofThisMinute = new(StringComparer.Ordinal);
    private DateTimeOffset _minute;
    private int _running;

    /// <summary>The document; null where there is none, or it isn't asked for now.</summary>
    public async Task<FetchedDocument?> GetAsync(string clientId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (_restingUntil.TryGetValue(clientId, out var end) && now < end)
            return null;
        var mine = new Flight(now);
        var flight = _flights.AddOrUpdate(clientId, mine, (_, other) => other.Serves(now) ? other : mine);
        if (flight == mine)
            _ = RunAsync(clientId, mine);
        return await flight.Done.Task.WaitAsync(cancellation);
    }

    private async Task RunAsync(string clientId, Flight flight)
    {
        FetchedDocument? document = null;
        try
        {
            if (Interlocked.Increment(ref _running) <= MostAtOnce && MayAsk(new Uri(clientId).Authority, flight.At))
                document = await FetchAsync(clientId, flight.At);
            else
                Log.ClientDocumentRefused(logger, clientId, "too many are asked for");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            flight.Done.SetResult(document);
            foreach (var (id, old) in _flights)
            {
                if (!old.Serves(flight.At))
                    _flights.TryRemove(new(id, old));
            }
        }
    }

    private bool MayAsk(string host, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (now - _minute >= TimeSpan.FromMinutes(1))
                (_minute, _ofThisMinute) = (now, new(StringComparer.Ordinal));
            var asked = _ofThisMinute.GetValueOrDefault(host);
            if (asked >= MostPerHost || (asked == 0 && _ofThisMinute.Count >= MostRemembered))
                return false;
            _ofThisMinute[host] = asked + 1;
            return true;
        }
    }

    private async Task<FetchedDocument?> FetchAsync(string clientId, DateTimeOffset now)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, clientId);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var reason = "";
        switch (await outgoing.SendAsync(request, ClientDocumentRules.LongestDocument, CancellationToken.None))
        {
            // Any JSON will do ("Client Metadata Document"); a redirect is an answer like any other that isn't 200.
            case OutgoingAnswer.Answered { Status: HttpStatusCode.OK } answered when IsJson(answered.ContentType):
                var cache = answered.CacheControl;
                return new(answered.Body, ClientDocumentRules.FreshFor(cache is { NoStore: true } or { NoCache: true } ? TimeSpan.Zero : cache?.MaxAge));
            case OutgoingAnswer.Answered answered:
                reason = $"status {(int)answered.Status}, {answered.ContentType ?? "no type"}";
                break;
            case OutgoingAnswer.Failed failed:
                reason = failed.Reason.ToString();
                break;
        }

        Log.ClientDocumentRefused(logger, clientId, reason);
        Refuse(clientId, now);
        return null;
    }

    /// <summary>The document is no good: it isn't asked for again for a while.</summary>
    public void Refuse(string clientId, DateTimeOffset now)
    {
        if (_restingUntil.Count >= MostRemembered)
            _restingUntil.Clear();
        _restingUntil[clientId] = now + Rest;
    }

    private sealed class Flight(DateTimeOffset at)
    {
        public DateTimeOffset At => at;

        public TaskCompletionSource<FetchedDocument?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>It is under way, or has just brought something.</summary>
        public bool Serves(DateTimeOffset now) => !Done.Task.IsCompleted || (now - at < SharedFor && Done.Task.Result is not null);
    }

    private static bool IsJson(string? type) =>
        type is not null && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)));
}

/// <summary>A document as it was fetched.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="FreshFor">How long it is used without asking again.</param>
internal sealed record FetchedDocument(byte[] Content, TimeSpan FreshFor);
