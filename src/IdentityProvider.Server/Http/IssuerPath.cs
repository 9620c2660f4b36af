using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.SharedSignals;

namespace IdentityProvider.Server.Http;

/// <summary>
/// An issuer with a path: everything stands below it, letter for letter, and its metadata also behind the host's well-known names (RFC 8414 §3.1,
/// RFC 9728 §3.1), which a proxy must lead here too. Elsewhere on the host is somebody else's.
/// </summary>
internal static class IssuerPath
{
    private const string WellKnown = "/.well-known/";

    /// <summary>Takes the issuer's path off the request's; false where the request is for another than this issuer.</summary>
    public static bool TryEnter(HttpContext http, PathString issuer)
    {
        if (!issuer.HasValue)
            return true;
        var path = http.Request.Path;
        if (path.StartsWithSegments(issuer, StringComparison.Ordinal, out var below))
        {
            Enter(http, issuer, below.HasValue ? below : "/");
            return true;
        }

        if (DocumentOrNull(path.Value ?? "", issuer.Value!) is { } document)
        {
            Enter(http, issuer, document);
            return true;
        }

        // Whether a node is well asks who runs it, by its own address.
        return path.StartsWithSegments("/health", StringComparison.Ordinal);
    }

    /// <summary>The well-known name of a document, where the issuer's path stands behind it.</summary>
    private static string? DocumentOrNull(string path, string issuer)
    {
        // Some APIs are below the issuer, and their documents say so (RFC 9728 §3.1).
        foreach (var below in new[] { AdminApi.Path, SharedSignalsApi.Path })
        {
            if (path == ProtectedResourceMetadata.WellKnown + issuer + below)
                return ProtectedResourceMetadata.WellKnown + below;
        }

        if (!path.StartsWith(WellKnown, StringComparison.Ordinal) || !path.EndsWith(issuer, StringComparison.Ordinal) || path.Length <= WellKnown.Length + issuer.Length)
            return null;
        var document = path[..^issuer.Length];
        return document.LastIndexOf('/') == WellKnown.Length - 1 ? document : null;
    }

    private static void Enter(HttpContext http, PathString issuer, PathString path)
    {
        http.Request.PathBase = issuer;
        http.Request.Path = path;
    }
}
