using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// What the pages that need someone signed in share: the request that is under way, and who answers for it. Where either isn't as it was,
/// <c>/authorize</c> decides what comes next.
/// </summary>
internal sealed class SignedInPages(AuthorizationRequests requests, BrowserSessions sessions, Forms forms, Resume resume)
{
    /// <summary>Opens a page; null where an answer was given already.</summary>
    public async Task<Opened?> OpenAsync(HttpContext http)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return null;
        }

        return await FindAsync(http, query) is not var (pending, request, signedIn) ? null : new Opened(pending, request, signedIn);
    }

    /// <summary>Reads a page's form; null where an answer was given already. It counts only for the session that the page showed.</summary>
    public async Task<Read?> ReadAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return null;
        }

        if (await FindAsync(http, form) is not var (pending, request, signedIn))
            return null;
        if (pending.Progress.ChosenSession == signedIn.Session.SessionId)
            return new Read(form, pending, request, signedIn);
        PageResults.Redirect(http, resume.AuthorizePath(pending.Parameters, pending.Progress with { ChosenSession = null }));
        return null;
    }

    private async Task<Opened?> FindAsync(HttpContext http, Parameters parameters)
    {
        if (await requests.ResumeAsync(parameters["resume"], http.RequestAborted) is not { } pending)
        {
            await ErrorPages.RefuseAsync(http, Refusal.ResumeTokenInvalid);
            return null;
        }

        Languages.Wish(http, pending.Accepted?.SignIn.UiLocales ?? []);
        if (pending.Accepted is { } request && await sessions.FindAsync(http) is { } signedIn)
            return new Opened(pending, request, signedIn);
        PageResults.Redirect(http, resume.AuthorizePath(pending.Parameters, pending.Progress));
        return null;
    }

    /// <summary>A page that may be shown.</summary>
    internal sealed record Opened(PendingAuthorization Pending, AuthorizationRequest Request, SignedIn SignedIn);

    /// <summary>A form that counts.</summary>
    internal sealed record Read(Parameters Form, PendingAuthorization Pending, AuthorizationRequest Request, SignedIn SignedIn);
}
