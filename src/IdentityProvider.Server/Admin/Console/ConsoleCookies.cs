using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Server.Keys;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>
/// What a browser keeps for the console: which sign-in it has, the secret that its sign-ins begin with, and what was just done. All are HttpOnly and
/// SameSite=Lax: with Strict a sign-in that comes back from another provider, or a link in a mail, would never arrive. No GET here changes anything, and each
/// form has its own token.
/// </summary>
internal sealed class ConsoleCookies(IDataProtectionProvider protection, Settings settings, Entropy entropy, TimeProvider clock)
{
    private const int SecretLength = 43;
    private const int LongestNotice = 500;

    /// <summary>How long a person may take at the sign-in.</summary>
    private static readonly TimeSpan BeginningFor = TimeSpan.FromHours(1);

    private static readonly TimeSpan NoticeFor = TimeSpan.FromMinutes(1);

    private readonly TokenSeal _signIns = new(protection, "console");
    private readonly TokenSeal _notices = new(protection, "console-notice");

    private string SignInName => settings.CookieName("idp-console");

    private string BrowserName => settings.CookieName("idp-console-browser");

    private string NoticeName => settings.CookieName("idp-console-notice");

    public KeptSignIn? SignInOf(HttpContext http) => _signIns.Open<KeptSignIn>(http.Request.Cookies[SignInName]);

    public void Keep(HttpContext http, KeptSignIn signIn) => http.Response.Cookies.Append(SignInName, _signIns.Seal(signIn), settings.Cookie());

    public void Forget(HttpContext http) => http.Response.Cookies.Delete(SignInName, settings.Cookie());

    /// <summary>The secret that this browser's sign-ins begin with. It stays, so that several tabs can be at it at once.</summary>
    public string BeginBrowser(HttpContext http)
    {
        if (BrowserOf(http) is { } known)
            return known;
        var secret = entropy.Token();
        http.Response.Cookies.Append(BrowserName, secret, settings.Cookie());
        return secret;
    }

    /// <summary>By what a sign-in under way knows the browser that began it.</summary>
    public static byte[] HashOf(string browser) => SHA256.HashData(Encoding.UTF8.GetBytes(browser));

    /// <summary>The secret of this browser, where it is the one that began a sign-in, in the last hour; null where it is not (RFC 6749 §10.12).</summary>
    /// <param name="http">The request that ends the sign-in.</param>
    /// <param name="hash">Of the secret of the browser that began it (<see cref="HashOf"/>).</param>
    /// <param name="at">When it began.</param>
    public string? BrowserThatBegan(HttpContext http, byte[] hash, DateTimeOffset at) =>
        BrowserOf(http) is { } browser && CryptographicOperations.FixedTimeEquals(HashOf(browser), hash) && clock.GetUtcNow() - at < BeginningFor ? browser : null;

    /// <summary>Keeps what was just done for the page that is shown next.</summary>
    public void Tell(HttpContext http, string notice) =>
        http.Response.Cookies.Append(NoticeName, _notices.Seal(new Notice(notice.Length <= LongestNotice ? notice : notice[..LongestNotice], clock.GetUtcNow())), settings.Cookie(NoticeFor));

    /// <summary>What was just done, told once; null where nothing was.</summary>
    public string? TakeNotice(HttpContext http)
    {
        if (http.Request.Cookies[NoticeName] is not { } kept)
            return null;
        http.Response.Cookies.Delete(NoticeName, settings.Cookie());
        return _notices.Open<Notice>(kept) is { } notice && clock.GetUtcNow() - notice.At < NoticeFor ? notice.Text : null;
    }

    private string? BrowserOf(HttpContext http) => http.Request.Cookies[BrowserName] is { Length: SecretLength } secret && Base64Url.IsValid(secret) ? secret : null;

    /// <summary>Which sign-in a browser has: its identifier gives nothing without the seal.</summary>
    /// <param name="FamilyId">The token family.</param>
    /// <param name="IdToken">The hint by which the person signs out.</param>
    public sealed record KeptSignIn(Guid FamilyId, string IdToken);

    private sealed record Notice(string Text, DateTimeOffset At);
}
