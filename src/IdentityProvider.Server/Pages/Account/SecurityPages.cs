using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/security</c>: what a person signs in by, and the browsers that are known to be theirs.</summary>
internal sealed class SecurityPages(AccountAccess access, SecondFactors factors, KnownBrowsers browsers, BrowserMemory memory, BrowserSessions sessions, PasskeysPages passkeys)
{
    private const int MostBrowsers = 50;

    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Security, needsFreshSignIn: false) is not var (query, person))
            return;
        var session = person.Session;
        var here = memory.PresentedHash(http);
        var model = new SecurityPage.SecurityModel(
            access.FormToken(http),
            session.SessionId.ToString("N"),
            AccountNotice.KeyOf(OwnPage.Security, query),
            await factors.FindAsync(session.UserId, http.RequestAborted),
            [.. (await browsers.ListAsync(session.UserId, MostBrowsers, http.RequestAborted)).Select(b => new BrowserLine(b, here is not null && b.SecretHash.AsSpan().SequenceEqual(here)))],
            sessions.Now,
            await passkeys.LoadAsync(http, person, query));
        await PageResults.ShowAsync<SecurityPage>(http, model, PagePolicy.Account);
    }

    /// <summary>Forgets one of the person's own browsers: there the second factor is asked for again, and a sign-in is one in a new browser.</summary>
    public async Task ForgetBrowserAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: false) is not var (form, (session, _)))
            return;
        if (form["browser"] is { Length: 64 } name && name.All(char.IsAsciiHexDigit))
            await browsers.ForgetAsync(Convert.FromHexString(name), session.UserId, http.RequestAborted);
        PageResults.Redirect(http, AccountNotice.BrowserForgotten.Path);
    }
}

/// <summary>A browser that the person signed in with.</summary>
/// <param name="Browser">What is known of it.</param>
/// <param name="IsThis">Whether it is the one that asks.</param>
public sealed record BrowserLine(KnownBrowser Browser, bool IsThis);
