using System.Buffers.Text;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// How a browser is known again, long after its session: an opaque 256-bit secret in a cookie that no script reads. It signs nobody in.
/// </summary>
internal sealed class BrowserMemory(KnownBrowsers browsers, Settings settings, Entropy entropy, TimeProvider clock)
{
    private const int SecretLength = 43;

    private string CookieName => settings.CookieName("idp-browser");

    /// <summary>What is known of this person in this browser; null where they never signed in here.</summary>
    public async Task<KnownBrowser?> FindAsync(HttpContext http, Guid userId) =>
        PresentedHash(http) is { } hash ? await browsers.FindAsync(hash, userId, http.RequestAborted) : null;

    /// <summary>By what this browser is found; null where it shows nothing.</summary>
    public byte[]? PresentedHash(HttpContext http) =>
        http.Request.Cookies[CookieName] is { Length: SecretLength } secret && Base64Url.IsValid(secret) ? SecretHash.Of(secret) : null;

    /// <summary>Notes that the person signed in here.</summary>
    /// <param name="http">The request.</param>
    /// <param name="userId">Who.</param>
    /// <param name="remember">
    /// Whether their second factor isn't to be asked for here for <see cref="SignInRules.RememberedFor"/>. The browser then gets a new secret, so
    /// that nobody who planted the old one is remembered with it.
    /// </param>
    public async Task<BrowserSighting> SeenAsync(HttpContext http, Guid userId, bool remember)
    {
        var origin = Origin.Of(http);
        var before = PresentedHash(http);
        var secret = before is null || remember ? entropy.Token() : null;
        var hash = secret is null ? before! : SecretHash.Of(secret);
        if (before is not null && secret is not null)
            await browsers.RenewAsync(before, hash, http.RequestAborted);
        var sighting = await browsers.SeenAsync(hash, userId, origin.Address, origin.UserAgent, clock.GetUtcNow(), http.RequestAborted);
        if (remember)
            await browsers.TrustAsync(hash, userId, clock.GetUtcNow() + SignInRules.RememberedFor, http.RequestAborted);

        // Each sign-in prolongs the cookie's life.
        http.Response.Cookies.Append(CookieName, secret ?? http.Request.Cookies[CookieName]!, settings.Cookie(KnownBrowser.Kept));
        return sighting;
    }
}
