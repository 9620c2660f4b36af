using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>What the requests of receivers have in common: who asks, what it says, and which stream of its own it means.</summary>
internal sealed class SignalRequests(SharedSignalsAccess access, SignalStreams streams)
{
    public Task<SignalReceiver?> EnterAsync(HttpContext http, bool manages) => access.EnterAsync(http, manages);

    /// <summary>Who asks to change something, and what its body says; null where that was answered already.</summary>
    public async Task<(SignalReceiver Receiver, T Asked)?> ReadAsync<T>(HttpContext http, Func<byte[], Validated<T>> read)
        where T : class
    {
        if (await access.EnterAsync(http, manages: true) is not { } receiver)
            return null;
        if (!(await JsonRequest.ReadAsync(http)).Try(out var body, out var reason))
        {
            await Problems.RefuseAsync(http, reason);
            return null;
        }

        var asked = read(body);
        if (asked is Validated<T>.Valid { Value: var value })
            return (receiver, value);
        await RefuseAsync(http, asked);
        return null;
    }

    /// <summary>A stream of who asks; where it has none of that name, that is answered.</summary>
    public async Task<SignalStream?> FindAsync(HttpContext http, SignalReceiver receiver, Guid? streamId)
    {
        if (streamId is { } id && await streams.FindAsync(id, http.RequestAborted) is { } stream && stream.ClientId == receiver.ClientId)
            return stream;
        await UnknownAsync(http);
        return null;
    }

    /// <summary>The stream that a query names; a name that is none is no stream's. Not read where that was answered already.</summary>
    public static async Task<(bool IsRead, Guid? StreamId)> StreamIdAsync(HttpContext http, bool isRequired)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
        {
            await Problems.RefuseAsync(http, reason);
            return (false, null);
        }

        if (query["stream_id"] is not { } named)
        {
            if (!isRequired)
                return (true, null);
            await RefuseAsync(http, new MetadataError("stream_id", "must be given"));
            return (false, null);
        }

        return (true, StreamRules.IdOf(named) ?? Guid.Empty);
    }

    /// <summary>What breaks a rule (SSF 1.0 §8: 400).</summary>
    public static Task RefuseAsync<T>(HttpContext http, Validated<T> refused)
        where T : class => RefuseAsync(http, ((Validated<T>.Invalid)refused).Error);

    public static Task RefuseAsync(HttpContext http, MetadataError error) =>
        Problems.WriteAsync(http, StatusCodes.Status400BadRequest, "refused", error.ToString(), new JsonObject { ["pointer"] = $"/{error.Member}", ["detail"] = error.Message });

    public static Task UnknownAsync(HttpContext http) => Problems.WriteAsync(http, StatusCodes.Status404NotFound, "unknown", "You have no such stream.");

    /// <summary>Done, with nothing to say.</summary>
    public static void Done(HttpContext http, int status = StatusCodes.Status204NoContent)
    {
        OAuthResults.NoStore(http.Response);
        http.Response.StatusCode = status;
    }
}
