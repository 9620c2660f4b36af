using System.Buffers.Text;
using System.Security.Cryptography;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// What a script of ours may know of the browser's session (OpenID Connect Session Management 1.0 §3.2): a cookie that tells one session from
/// another and from none. It is computed of the session's identifier under a key of its own, so that it proves nothing and leads nowhere; who signs
/// in again as the same person keeps it.
/// </summary>
internal sealed class BrowserState(MasterKey masterKey, Settings settings, Entropy entropy)
{
    private const int Length = 16;

    private readonly byte[] _key = masterKey.Derive("browser-state", 32);

    public string CookieName => settings.CookieName("idp-state");

    /// <summary><c>session_state</c> for an answer of OpenID Connect; null for any other, or one that no web page gets.</summary>
    public string? SessionStateFor(AuthorizationRequest request, Session session) =>
        request.Access.Scope.Contains(Protocol.ScopeSet.OpenId)
            ? SessionState.Compute(request.Client.ClientId, request.ReturnAddress.RedirectUri.Value, Of(session.SessionId), Base64Url.EncodeToString(entropy.Bytes(Length)))
            : null;

    /// <summary>Lets the browser know which session it has, if it doesn't.</summary>
    public void Keep(HttpContext http, Guid sessionId)
    {
        var state = Of(sessionId);
        if (http.Request.Cookies[CookieName] != state)
            http.Response.Cookies.Append(CookieName, state, Cookie());
    }

    /// <summary>Lets the browser know that it has none.</summary>
    public void Forget(HttpContext http)
    {
        if (http.Request.Cookies.ContainsKey(CookieName))
            http.Response.Cookies.Delete(CookieName, Cookie());
    }

    private string Of(Guid sessionId) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, sessionId.ToByteArray(bigEndian: true)).AsSpan(0, Length));

    // Our frame stands in other sites' pages, so the cookie must come along there; browsers take that with Secure alone.
    private CookieOptions Cookie() => new()
    {
        HttpOnly = false, Secure = settings.IsHttps, SameSite = settings.IsHttps ? SameSiteMode.None : SameSiteMode.Lax, Path = "/", IsEssential = true,
    };
}
