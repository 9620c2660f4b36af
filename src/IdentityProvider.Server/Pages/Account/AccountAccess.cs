using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>
/// Who may see and send the pages of an account: its person, signed in; and for what would lock them out if it weren't them, signed in just now.
/// Whoever isn't goes to the sign-in, and comes back.
/// </summary>
internal sealed class AccountAccess(BrowserSessions sessions, Forms forms)
{
    /// <summary>The field by which a form says for which session it was shown: in a browser where someone else has signed in since, it does nothing.</summary>
    public const string ShownField = "shown";

    public string FormToken(HttpContext http) => forms.TokenFor(http);

    /// <summary>Opens a page; null where an answer was given already.</summary>
    public async Task<Opened?> OpenAsync(HttpContext http, OwnPage page, bool needsFreshSignIn)
    {
        if (RequestParameters.ReadQuery(http).Try(out var query, out var reason))
            return await FindAsync(http, page, needsFreshSignIn) is { } signedIn ? new Opened(query, signedIn) : null;
        await ErrorPages.RefuseAsync(http, reason);
        return null;
    }

    /// <summary>Reads a page's form; null where an answer was given already.</summary>
    public async Task<Opened?> ReadAsync(HttpContext http, OwnPage page, bool needsFreshSignIn)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return null;
        }

        if (await FindAsync(http, page, needsFreshSignIn) is not { } signedIn)
            return null;
        if (form[ShownField] == signedIn.Session.SessionId.ToString("N"))
            return new Opened(form, signedIn);
        PageResults.Redirect(http, page.Path);
        return null;
    }

    private async Task<SignedIn?> FindAsync(HttpContext http, OwnPage page, bool needsFreshSignIn)
    {
        if (await sessions.FindAsync(http) is { } signedIn && (!needsFreshSignIn || signedIn.Session.IsFresh(sessions.Now)))
        {
            Moments.For(http, signedIn.User.Claims);
            return signedIn;
        }

        PageResults.Redirect(http, page.LoginPath);
        return null;
    }

    /// <summary>What was asked, and by whom.</summary>
    internal sealed record Opened(Parameters Parameters, SignedIn SignedIn);
}
