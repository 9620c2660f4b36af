using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages.SignUp;

/// <summary>
/// What the pages that links in mails lead to share. Opening one shows a page with a button and changes nothing, since programs that look for
/// evil in mails open every link; what is sent from there uses the link. One that doesn't work any more is told alike, whyever.
/// </summary>
internal sealed class LinkPages(LinkTokens tokens, Forms forms, AuthorizationRequests requests)
{
    /// <summary>Opens a page; null where an answer was given already.</summary>
    public async Task<Opened?> OpenAsync(HttpContext http, AccountLinkPurpose purpose)
    {
        if (RequestParameters.ReadQuery(http).Try(out var query, out var reason))
            return await FindAsync(http, query, purpose);
        await ErrorPages.RefuseAsync(http, reason);
        return null;
    }

    /// <summary>Reads a page's form; null where an answer was given already.</summary>
    public async Task<Opened?> ReadAsync(HttpContext http, AccountLinkPurpose purpose)
    {
        if ((await forms.ReadAsync(http)).Try(out var form, out var reason))
            return await FindAsync(http, form, purpose);
        await ErrorPages.RefuseAsync(http, reason);
        return null;
    }

    /// <summary>
    /// Where the person goes on to who used the link: the request that was under way when they asked for it, where this is the browser in which they
    /// asked, and the request can still go on; else their account.
    /// </summary>
    public async Task<SignInTarget> TargetOfAsync(HttpContext http, StoredAccountLink link) =>
        link.Resume is { } resume && link.Browser is { } browser && browser == forms.BrowserOf(http) && await requests.ResumeAsync(resume, http.RequestAborted) is { } pending
            ? SignInTarget.Of(resume, pending)
            : SignInTarget.Of(OwnPage.Account);

    public string FormToken(HttpContext http) => forms.TokenFor(http);

    private async Task<Opened?> FindAsync(HttpContext http, Parameters parameters, AccountLinkPurpose purpose)
    {
        var token = parameters[AccountPaths.LinkParameter] ?? parameters[OwnPage.EnteredParameter];
        if ((await tokens.FindAsync(token, purpose, http.RequestAborted)).Try(out var link, out var reason))
            return new Opened(parameters, link, token!);
        await ErrorPages.RefuseAsync(http, reason);
        return null;
    }

    /// <summary>A link that works.</summary>
    /// <param name="Parameters">What came with it.</param>
    /// <param name="Link">What it does.</param>
    /// <param name="Token">Its secret.</param>
    internal sealed record Opened(Parameters Parameters, StoredAccountLink Link, string Token);
}
