using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Upstream;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Endpoints.Logout;

/// <summary><c>/logout</c> (OpenID Connect RP-Initiated Logout 1.0 §2): ends the browser's session, after asking where another site may have sent the browser here.</summary>
internal sealed class LogoutEndpoint(Registry registry, KeyRing keys, BrowserSessions sessions, Forms forms, Settings settings, IDataProtectionProvider protection)
{
    private readonly TokenSeal _seal = new(protection, "logout");

    public Task GetAsync(HttpContext http)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
            return ErrorPages.RefuseAsync(http, reason);
        if (query["request"] is not { } token)
            return AnswerAsync(http, query, isConfirmed: false);
        return Open(token) is { } request ? AnswerAsync(http, request, isConfirmed: false) : ErrorPages.RefuseAsync(http, Refusal.ResumeTokenInvalid);
    }

    /// <summary>A client may post (§2). Another site's post brings no SameSite=Lax cookie, so that it goes on by GET, which does.</summary>
    public async Task PostAsync(HttpContext http)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason))
            await ErrorPages.RefuseAsync(http, reason);
        else if (form.ToQuery().Length > AuthorizationRules.LongestRequest)
            await ErrorPages.RefuseAsync(http, Refusal.AuthorizationRequestTooLong);
        else
            PageResults.Redirect(http, "/logout?request=" + Seal(form));
    }

    /// <summary>The person said yes, in our own form.</summary>
    public async Task ConfirmAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
            await ErrorPages.RefuseAsync(http, reason);
        else if (Open(form["request"]) is { } request)
            await AnswerAsync(http, request, isConfirmed: true);
        else
            await ErrorPages.RefuseAsync(http, Refusal.ResumeTokenInvalid);
    }

    private async Task AnswerAsync(HttpContext http, Parameters parameters, bool isConfirmed)
    {
        var signedIn = await sessions.FindEvenIfIdleAsync(http);
        var hint = parameters["id_token_hint"] is { } token ? IdTokenHint.Verify(token, keys.Published, settings.Issuer, sessions.Now) : null;
        var clientId = LogoutRules.ClientIdOf(parameters, hint);
        var client = clientId is null ? null : await registry.FindClientAsync(clientId, http.RequestAborted);
        var hinted = signedIn is null && hint?.SessionId is { } sessionId ? await sessions.FindAsync(sessionId, http.RequestAborted) : null;
        switch (LogoutRules.Decide(parameters, hint, client, signedIn?.Session, hinted))
        {
            case LogoutDecision.PageError error:
                await ErrorPages.RefuseAsync(http, error.Reason);
                return;
            case LogoutDecision.Ask ask when signedIn is null:
                await ShowSignedOutAsync(http, ask);
                return;
            case LogoutDecision.Ask ask when !isConfirmed:
                var model = new ConfirmLogoutPage.ConfirmLogoutModel(forms.TokenFor(http), Seal(parameters), signedIn.User.Username, ask.Client?.ClientName);
                await PageResults.ShowAsync<ConfirmLogoutPage>(http, model, ask.ReturnTo is { } to ? PagePolicy.LeadingTo(to.Location) : PagePolicy.OwnForm);
                return;
            case LogoutDecision.Ask ask:
                await EndAsync(http, signedIn.Session, ask.ReturnTo, client);
                return;
            case LogoutDecision.End end:
                await EndAsync(http, end.Session, end.ReturnTo, client);
                return;
        }
    }

    // Where apps of the session have something to load in this browser, the page stays until they had the time.
    private async Task EndAsync(HttpContext http, Session? session, ReturnAfterLogout? returnTo, Client? client)
    {
        await sessions.EndAsync(http, session);
        var frames = session is null ? [] : await http.RequestServices.GetRequiredService<LogoutFrames>().OfAsync(session, http.RequestAborted);
        (string ClientName, string Address)? back = returnTo is null || client is null ? null : (client.ClientName, returnTo.Location);
        var elsewhere = await http.RequestServices.GetRequiredService<UpstreamLogouts>().OfAsync(session, back, http.RequestAborted);
        var next = elsewhere is { IsTaken: true, Location: var there } ? there : elsewhere is null ? returnTo?.Location : null;
        if (next is not null && frames.Count == 0)
        {
            PageResults.Redirect(http, next);
            return;
        }

        var model = new SignedOutPage.SignedOutModel(back, frames) { Elsewhere = elsewhere };
        await PageResults.ShowAsync<SignedOutPage>(http, model, PagePolicy.Framing(frames));
    }

    // Nobody is signed in, and nothing shows that the client really sent the browser here: the way back is offered, not taken.
    private static Task ShowSignedOutAsync(HttpContext http, LogoutDecision.Ask ask) => PageResults.ShowAsync<SignedOutPage>(
        http, new SignedOutPage.SignedOutModel(ask is { ReturnTo: { } to, Client: { } client } ? (client.ClientName, to.Location) : null, []));

    private string Seal(Parameters request) => _seal.Seal(Encoding.UTF8.GetBytes(request.ToQuery()));

    private Parameters? Open(string? token) => _seal.Open(token) is { } content && Parameters.Parse(content).Try(out var request, out _) ? request : null;
}
