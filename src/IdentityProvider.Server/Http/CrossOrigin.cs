using IdentityProvider.Protocol.Clients;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>
/// Calls by browser code of another origin (the Fetch standard's CORS protocol). A preflight names no client, so it is answered for any origin,
/// and never for a request with cookies; the answer itself can be read only by an origin that the client registered (<c>allowed_origins</c>).
/// A refresh by cookie needs no preflight: a form that is posted without headers of the app's own is a simple request. Nor would one protect
/// anything there: simple requests are sent unasked, so what protects is that the <c>Origin</c> of the request itself must be the client's
/// (<c>RefreshTokenDeliveryRules</c>).
/// </summary>
public static class CrossOrigin
{
    private const string Exposed = "WWW-Authenticate, " + DPoPProofs.NonceHeader;

    /// <summary>Lets the caller's origin read the answer, if the client registered it, character for character; with cookies, if the client has one.</summary>
    public static void Allow(HttpContext http, Client client)
    {
        if (client.AllowedOrigins.Count == 0)
            return;
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        var origin = http.Request.Headers.Origin.ToString();
        if (!client.AllowedOrigins.Contains(origin, StringComparer.Ordinal))
            return;
        http.Response.Headers.AccessControlAllowOrigin = origin;
        if (client.RefreshTokenDelivery == RefreshTokenDelivery.Cookie)
            http.Response.Headers.AccessControlAllowCredentials = "true";
        http.Response.Headers.AccessControlExposeHeaders = Exposed;
    }

    /// <summary>Lets any origin read an answer that tells nothing of anyone.</summary>
    public static void AllowAnyone(HttpContext http)
    {
        http.Response.Headers.AccessControlAllowOrigin = "*";
        http.Response.Headers.AccessControlExposeHeaders = Exposed;
    }

    /// <summary>Answers a preflight for the methods that an endpoint has, and the headers that a caller may send.</summary>
    public static void MapPreflight(
        this IEndpointRouteBuilder routes, string path, string methods, string requestHeaders = "Authorization, Content-Type, DPoP") =>
        routes.MapMethods(path, [HttpMethods.Options], http =>
        {
            var headers = http.Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers.AccessControlAllowMethods = methods;
            headers.AccessControlAllowHeaders = requestHeaders;
            headers.AccessControlMaxAge = "600";
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
}
