using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Endpoints.SessionManagement;

/// <summary>
/// <c>/session/check</c>, the <c>check_session_iframe</c> (OpenID Connect Session Management 1.0 §3.2): a page without content that answers
/// whether the session is the one of a client's <c>session_state</c>. Of our pages it alone may be framed, and runs a script, which its policy
/// names by hash.
/// </summary>
internal sealed class CheckSessionEndpoint
{
    // 1. A question is "client_id session_state", by postMessage; anything else is an error (§3.2).
    // 2. The state is computed of who asks, by the origin that the browser vouches for, and of the cookie as it is now.
    // 3. The answer goes back to that origin alone. An opaque origin has no address.
    private const string Script = """
        "use strict";
        const name = "COOKIE=";
        const browserState = () => document.cookie.split("; ").find((pair) => pair.startsWith(name))?.slice(name.length) ?? "";
        const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
        async function answer(question, origin) {
          const read = typeof question === "string" ? /^(\S{1,200}) ([\w-]{43})\.([\w-]{1,100})$/.exec(question) : null;
          if (!read) return "error";
          const [, clientId, state, salt] = read;
          const text = new TextEncoder().encode(`${clientId} ${origin} ${browserState()} ${salt}`);
          return base64url(await crypto.subtle.digest("SHA-256", text)) === state ? "unchanged" : "changed";
        }
        addEventListener("message", async (event) => {
          if (!event.source || event.origin === "null") return;
          event.source.postMessage(await answer(event.data, event.origin), event.origin);
        });
        """;

    private readonly byte[] _page;
    private readonly string _policy;

    public CheckSessionEndpoint(BrowserState state)
    {
        var script = Script.Replace("COOKIE", state.CookieName, StringComparison.Ordinal).ReplaceLineEndings("\n");
        _page = Encoding.UTF8.GetBytes($"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Session</title></head><body><script>{script}</script></body></html>");
        _policy = $"default-src 'none'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'; base-uri 'none'; form-action 'none'";
    }

    public Task GetAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = _policy;
        headers.CacheControl = "public, max-age=3600";
        headers["Referrer-Policy"] = "no-referrer";
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = _page.Length;
        return http.Response.Body.WriteAsync(_page).AsTask();
    }
}

/// <summary>Registers <c>/session/check</c>.</summary>
internal static class SessionManagementSetup
{
    public static IServiceCollection AddSessionManagement(this IServiceCollection services) => services.AddSingleton<CheckSessionEndpoint>();

    public static void MapSessionManagement(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/session/check", http => http.RequestServices.GetRequiredService<CheckSessionEndpoint>().GetAsync(http));
}
