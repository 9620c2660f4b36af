using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace IdentityProvider.Server.Http;

/// <summary>What one connection may cost. A browser's or a library's request is far below these; who is slow or greedy is cut off, and nobody waits for them.</summary>
internal static class ConnectionLimits
{
    public static void Apply(KestrelServerOptions kestrel, ConnectionSettings settings)
    {
        kestrel.AddServerHeader = false;

        // What is longer than RequestParameters takes is refused unread; up to here Kestrel then reads it away, so that the refusal arrives.
        kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
        kestrel.Limits.MaxRequestLineSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;

        // Of HTTP/2, where a few bytes can ask for much work (RFC 9113 §10.5): a browser opens far fewer streams at once than Kestrel would let it.
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 16 * 1024;

        // Slow callers, by time and by pace.
        kestrel.Limits.MaxConcurrentConnections = settings.Most;
        kestrel.Limits.RequestHeadersTimeout = settings.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = settings.IdleTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(ConnectionSettings.SlowestBody, settings.BodyGrace);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(ConnectionSettings.SlowestBody, settings.BodyGrace);
    }
}
