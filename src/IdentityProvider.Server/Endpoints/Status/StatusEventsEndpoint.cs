using System.Globalization;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Status;

namespace IdentityProvider.Server.Endpoints.Status;

/// <summary>
/// <c>GET /status/events</c>: Server-Sent Events that say which statuses changed, for as long as the caller listens. It costs a caller's place
/// in memory and one write for each event; whatever is pushed was signed once for all.
/// </summary>
internal sealed class StatusEventsEndpoint(StatusEvents events, Drain drain)
{
    /// <summary>Listeners of one node; more go to another, or poll.</summary>
    private const int MostListeners = 20_000;

    private static readonly byte[] Begin = "retry: 1000\n\n"u8.ToArray();

    private int _listeners;

    public async Task HandleAsync(HttpContext http)
    {
        if (Interlocked.Increment(ref _listeners) > MostListeners)
        {
            Interlocked.Decrement(ref _listeners);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "30";
            return;
        }

        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, drain.Over);
            await SendAsync(http, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The caller left, or the server stops: it comes back with the last event's number.
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    private async Task SendAsync(HttpContext http, CancellationToken cancellation)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        await WriteAsync(response, Begin, cancellation);
        await foreach (var text in events.ReadAsync(LastEventId(http.Request), cancellation))
            await WriteAsync(response, text, cancellation);
    }

    private static async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> text, CancellationToken cancellation)
    {
        await response.BodyWriter.WriteAsync(text, cancellation);
        await response.BodyWriter.FlushAsync(cancellation);
    }

    // What isn't a number of ours is as good as none.
    private static long? LastEventId(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
