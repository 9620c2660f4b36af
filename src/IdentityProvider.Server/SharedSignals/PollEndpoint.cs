using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>A receiver fetches what waits for it (RFC 8936 §2). What it says it has is gone; the rest it gets again.</summary>
internal sealed class PollEndpoint(SignalRequests requests, SignalStreams streams, SignalEvents events, SignalTokens tokens, TimeProvider clock, ILogger<PollEndpoint> logger) : IDisposable
{
    /// <summary>How long an answer waits for something to say; below what proxies wait for one.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Requests of this node that wait at once; more are answered at once.</summary>
    private const int MostWaiting = 200;

    private readonly SemaphoreSlim _waiting = new(MostWaiting);

    /// <summary>How many wait now.</summary>
    internal int Waiting => MostWaiting - _waiting.CurrentCount;

    public async Task HandleAsync(HttpContext http)
    {
        if (await requests.ReadAsync(http, body => PollRules.Read(body)) is not var (receiver, asked)
            || await requests.FindAsync(http, receiver, StreamRules.IdOf((string?)http.GetRouteValue("stream"))) is not { } stream)
            return;
        if (stream.IsPush)
        {
            await SignalRequests.RefuseAsync(http, new MetadataError("delivery", "of this stream is by push"));
            return;
        }

        // 1. What it has, or can't use, it isn't told again (§2.4).
        await events.RemoveAsync(stream.StreamId, [.. asked.Acknowledged, .. asked.Refused.Keys], CancellationToken.None);
        foreach (var reason in asked.Refused.Values.Distinct(StringComparer.Ordinal))
            Log.SignalsRefused(logger, stream.StreamId, stream.ClientId, reason);

        // 2. What waits, or what comes while it waits; of a stream that isn't enabled nothing but that (SSF 1.0 §8.1.5).
        var (sets, hasMore) = asked.MaxEvents == 0 ? (new JsonObject(), false)
            : stream.Status == StreamStatus.Enabled ? await WaitAsync(receiver, stream, asked, http.RequestAborted)
            : await TakeAsync(receiver, stream, asked.MaxEvents, SignalKind.StreamUpdated, http.RequestAborted);
        await Problems.SendAsync(http, StatusCodes.Status200OK, "application/json", new JsonObject { ["sets"] = sets, ["moreAvailable"] = hasMore });
    }

    public void Dispose() => _waiting.Dispose();

    private async Task<(JsonObject Sets, bool HasMore)> WaitAsync(SignalReceiver receiver, SignalStream stream, PollPlan asked, CancellationToken cancellation)
    {
        var found = await TakeAsync(receiver, stream, asked.MaxEvents, only: null, cancellation);
        if (found.Sets.Count > 0 || asked.ReturnsImmediately || !await _waiting.WaitAsync(TimeSpan.Zero, cancellation))
            return found;
        try
        {
            var until = clock.GetUtcNow() + Patience;
            using var timer = new PeriodicTimer(Look, clock);
            while (found.Sets.Count == 0 && clock.GetUtcNow() < until && await timer.WaitForNextTickAsync(cancellation))
                found = await TakeAsync(receiver, stream, asked.MaxEvents, only: null, cancellation);

            // What was said of the stream while it waited counts.
            return found.Sets.Count == 0 || await streams.FindAsync(stream.StreamId, cancellation) is { Status: StreamStatus.Enabled, IsPush: false } ? found : (new JsonObject(), false);
        }
        finally
        {
            _waiting.Release();
        }
    }

    // What there is nothing to tell of is let go of on the way, so that it hides nothing behind it.
    private async Task<(JsonObject Sets, bool HasMore)> TakeAsync(SignalReceiver receiver, SignalStream stream, int most, SignalKind? only, CancellationToken cancellation)
    {
        var sets = new JsonObject();
        while (true)
        {
            var waiting = await events.ListAsync(stream.StreamId, clock.GetUtcNow(), most + 1, only, cancellation);
            var signals = waiting.Take(most).ToList();
            var silent = new List<Guid>();
            foreach (var (signal, token) in signals.Zip(await tokens.SignAsync(receiver.Client, stream.StreamId, signals, cancellation)))
            {
                if (token is not null)
                    sets[signal.EventId.ToString("N")] = token;
                else
                    silent.Add(signal.EventId);
            }

            await events.RemoveAsync(stream.StreamId, silent, CancellationToken.None);
            if (sets.Count > 0 || waiting.Count <= most)
                return (sets, waiting.Count > most);
        }
    }
}
