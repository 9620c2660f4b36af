using System.Net;
using IdentityProvider.Server.Telemetry;
using Microsoft.AspNetCore.HttpOverrides;

namespace IdentityProvider.Server.Http;

/// <summary>Where a request came from: by the framework's reading of <c>X-Forwarded-For</c>, and only as far as trusted proxies wrote it.</summary>
internal static class Forwarding
{
    private const string Header = "X-Forwarded-For";

    private static readonly object PeerKey = new();

    /// <summary>Who holds the other end of the connection, be it a proxy.</summary>
    public static IPAddress? PeerOf(HttpContext http) => http.Items.TryGetValue(PeerKey, out var peer) ? (IPAddress?)peer : http.Connection.RemoteIpAddress;

    public static void UseForwarding(this IApplicationBuilder app, Settings settings)
    {
        var networks = settings.Forwarding.Networks.OfType<System.Net.IPNetwork>().ToList();
        if (networks.Count == 0)
        {
            app.WarnOfProxies();
            return;
        }

        app.Use(next => http =>
        {
            http.Items[PeerKey] = http.Connection.RemoteIpAddress;
            return next(http);
        });
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        networks.ForEach(options.KnownIPNetworks.Add);
        app.UseForwardedHeaders(options);
    }

    // Said once: an operator who forgot the setting should learn of it, and nobody be able to fill the log.
    private static void WarnOfProxies(this IApplicationBuilder app)
    {
        var isSaid = 0;
        app.Use(next => http =>
        {
            if (http.Request.Headers.ContainsKey(Header) && Interlocked.Exchange(ref isSaid, 1) == 0)
                Log.ProxyNotTrusted(OAuthResults.Logger(http), Header);
            return next(http);
        });
    }
}
