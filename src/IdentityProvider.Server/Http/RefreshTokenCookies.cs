using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>
/// The cookies of clients with <c>refresh_token_delivery: cookie</c>, on the wire. One name for each client; no script reads it, no other site's
/// request brings it, and it goes to the two endpoints alone that want it: a cookie has one path, so there is one for each of them. For every
/// other client there is nothing to read and nothing to write.
/// </summary>
internal static class RefreshTokenCookies
{
    /// <summary>Where the cookie goes: to be used, and to be given back.</summary>
    private static readonly string[] Paths = ["/token", "/revoke"];

    /// <summary>Every value that the browser sent under the client's name; more than one where another host of the site put one beside ours.</summary>
    public static IReadOnlyList<string> Read(HttpContext http, Client client)
    {
        if (client.RefreshTokenDelivery != RefreshTokenDelivery.Cookie)
            return [];

        // Read here, and not by the framework, which keeps one value of each name and decodes the names (RFC 6265 §5.4).
        var prefix = NameFor(http, client) + "=";
        return
        [
            .. http.Request.Headers.Cookie
                .SelectMany(header => (header ?? "").Split(';', StringSplitOptions.TrimEntries))
                .Where(pair => pair.StartsWith(prefix, StringComparison.Ordinal))
                .Select(pair => pair[prefix.Length..]),
        ];
    }

    /// <summary>Hands a refresh token to the browser, for as long as its family may live.</summary>
    public static void Write(HttpContext http, Client client, string refreshToken, DateTimeOffset expiresAt)
    {
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var path in Paths)
        {
            var cookie = Cookie(http, path);
            cookie.MaxAge = expiresAt - now;
            http.Response.Cookies.Append(NameFor(http, client), refreshToken, cookie);
        }
    }

    /// <summary>Lets the browser forget it.</summary>
    public static void Clear(HttpContext http, Client client)
    {
        if (client.RefreshTokenDelivery != RefreshTokenDelivery.Cookie)
            return;
        foreach (var path in Paths)
            http.Response.Cookies.Delete(NameFor(http, client), Cookie(http, path));
    }

    /// <summary><c>__Host-</c> would forbid the path; <c>__Secure-</c> keeps plain http from setting it (RFC 6265bis §4.1.3). Loopback http can have neither.</summary>
    private static string NameFor(HttpContext http, Client client)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(client.ClientId));
        return (IsHttps(http) ? "__Secure-" : "") + "idp-refresh-" + Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    private static CookieOptions Cookie(HttpContext http, string path) =>
        new() { HttpOnly = true, Secure = IsHttps(http), SameSite = SameSiteMode.Strict, Path = http.Request.PathBase + path, IsEssential = true };

    private static bool IsHttps(HttpContext http) => http.RequestServices.GetRequiredService<Settings>().IsHttps;
}
