using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Upstream;

/// <summary>Where upstreams' endpoints are, by their own metadata, held per node.</summary>
internal sealed class UpstreamServers(Outgoing outgoing, TimeProvider clock, ILogger<UpstreamServers> logger)
{
    /// <summary>An upstream that moves an endpoint keeps the old one for longer; one that is down for a day was known before.</summary>
    private static readonly HoldingTimes Times = new(FreshFor: TimeSpan.FromHours(1), LastGoodFor: TimeSpan.FromHours(24), FetchInterval: TimeSpan.FromSeconds(10));

    // No more than there are upstreams, which are few.
    private readonly ConcurrentDictionary<string, HeldDocument<UpstreamServer>> _held = new(StringComparer.Ordinal);

    /// <summary>The upstream's endpoints; null where they can't be had.</summary>
    public ValueTask<UpstreamServer?> FindAsync(UpstreamProvider upstream, CancellationToken cancellation) =>
        _held.GetOrAdd(upstream.Issuer, issuer => new HeldDocument<UpstreamServer>(() => FetchAsync(upstream.Name, issuer), Times))
            .FindAsync(_ => true, clock, cancellation);

    private async Task<UpstreamServer?> FetchAsync(string name, string issuer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UpstreamServer.AddressOf(issuer));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var (body, reason) = BodyOf(await outgoing.SendAsync(request, UpstreamServer.LongestDocument, CancellationToken.None));
        if (body is not null && UpstreamServer.Read(body, issuer, out reason) is { } server)
            return server;
        Log.UpstreamCallFailed(logger, name, "metadata", reason ?? "");
        return null;
    }

    /// <summary>What was answered with 200, or why there is nothing, in our own words.</summary>
    public static (byte[]? Body, string? Reason) BodyOf(OutgoingAnswer answer) => answer switch
    {
        OutgoingAnswer.Answered { Status: HttpStatusCode.OK } answered => (answered.Body, null),
        OutgoingAnswer.Answered answered => (null, $"status {(int)answered.Status}"),
        OutgoingAnswer.Failed failed => (null, failed.Reason.ToString()),
        _ => throw new InvalidOperationException("A third case."),
    };
}
