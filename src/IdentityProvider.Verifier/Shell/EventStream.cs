using System.Net.ServerSentEvents;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Shell;

/// <summary>
/// Listens to the issuer's events for as long as the verifier lives. A stream that ends, falls silent or brings one event that doesn't verify is
/// dropped and opened again, later each time; meanwhile lists live by their ttl.
/// </summary>
internal sealed class EventStream(Documents documents, KeyCache keys, StatusLists lists, Expected expected, TimeProvider clock)
{
    /// <summary>Two heartbeats and a half without a word: the stream is lost.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    private const string Accept = "text/event-stream";

    private static readonly TimeSpan LeastDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(30);

    private string? _lastEventId;
    private volatile bool _isConnected;

    /// <summary>Whether a heartbeat verified on the stream that is open now.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Ends when the lifetime does.</summary>
    public async Task RunAsync(CancellationToken lifetime)
    {
        var failures = 0;
        while (!lifetime.IsCancellationRequested)
        {
            var worked = false;
            try
            {
                await ReadAsync(lifetime).ConfigureAwait(false);
                worked = _isConnected;
            }
            catch (Exception e) when (e is EventRefusedException or TooLongException)
            {
                // What we were owed may be what can't be verified, signed by a key that is gone, or read: begin anew, the heartbeat tells what was missed.
                _lastEventId = null;
            }
            catch (Exception)
            {
                // Whatever it was (cut, silent, no stream at all), the answer is the same: open it again.
                worked = _isConnected;
            }
            failures = worked ? 0 : failures + 1;
            _isConnected = false;
            await Task.Delay(Delay(failures), clock, lifetime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Doubled at each failure. The clock's own last digits keep a thousand verifiers from coming back in one moment; no secret hangs on them.
    private TimeSpan Delay(int failures)
    {
        var delay = LeastDelay * Math.Min(1 << Math.Min(failures, 5), MostDelay / LeastDelay);
        return delay + delay / 2 * (clock.GetTimestamp() % 1000 / 1000.0);
    }

    private async Task ReadAsync(CancellationToken lifetime)
    {
        using var silence = new CancellationTokenSource(Silence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, lifetime);
        using var response = await documents.OpenAsync(expected.EventsUri, Accept, _lastEventId, either.Token).ConfigureAwait(false);
        await using var body = new BoundedStream(await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false), 2 * SignedClaims.MaxLength);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(either.Token).ConfigureAwait(false))
        {
            body.Restart();
            silence.CancelAfter(Silence);
            await ApplyAsync(item, either.Token).ConfigureAwait(false);
            silence.CancelAfter(Silence);
            if (item.EventId is { Length: > 0 } id) _lastEventId = id;
        }
    }

    private async Task ApplyAsync(SseItem<string> item, CancellationToken cancellation)
    {
        switch (item.EventType)
        {
            case "status":
                await lists.ApplyAsync(await ReadAsync<StatusEvent>(item.Data, StatusEvent.Read, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
                break;
            case "heartbeat":
                var heartbeat = await ReadAsync<Heartbeat>(item.Data, Heartbeat.Read, cancellation).ConfigureAwait(false);

                // Twice: the first may join a fetch that began before the change.
                for (var i = 0; i < 2 && !keys.Confirm(heartbeat.JwksHash, heartbeat.IssuedAt); i++) await keys.RefetchAsync(cancellation).ConfigureAwait(false);
                await lists.ApplyAsync(heartbeat).ConfigureAwait(false);
                _isConnected = true;
                break;
        }
    }

    private delegate TokenVerification.Refused? Reader<T>(string jwt, Jose.JsonWebKeySet keys, Expected expected, out T? read, out bool keyUnknown);

    /// <summary>Verifies one; for a key that we don't know the key set is fetched, once: tokens with made-up kids can't use up this try.</summary>
    private async Task<T> ReadAsync<T>(string jwt, Reader<T> read, CancellationToken cancellation)
    {
        for (var fetched = false; ; fetched = true)
        {
            var held = keys.Held;
            var keyUnknown = true;
            if (held is not null && read(jwt, held.Set, expected, out var value, out keyUnknown) is null) return value!;
            if (fetched || !keyUnknown || await keys.RefetchAsync(cancellation).ConfigureAwait(false) is not null) throw new EventRefusedException();
        }
    }
}

/// <summary>An event that does not verify: the stream that brought it is dropped.</summary>
internal sealed class EventRefusedException : Exception;
