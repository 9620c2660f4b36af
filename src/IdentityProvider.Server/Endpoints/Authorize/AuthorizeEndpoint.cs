using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>
/// <c>/authorize</c> (RFC 6749 §3.1, OpenID Connect Core §3.1.2): load, decide, and either show the page that the dispatcher names or commit a
/// code and answer. Every page comes back here.
/// </summary>
internal sealed class AuthorizeEndpoint(
    AuthorizationRequests requests, BrowserSessions sessions, Grants grants, CodeIssuance codes, Resume resume, Settings settings)
{
    private static readonly Task<Grant?> NoGrant = Task.FromResult<Grant?>(null);

    public async Task GetAsync(HttpContext http)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var parameters, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        var pending = parameters["resume"] is { } token
            ? await requests.ResumeAsync(token, http.RequestAborted)
            : await requests.StartAsync(parameters, http.RequestAborted);
        if (pending is null)
            await ErrorPages.RefuseAsync(http, Refusal.ResumeTokenInvalid);
        else if (pending.Accepted is { } request)
            await GoOnAsync(http, pending, request);
        else
            await RefuseAsync(http, pending);
    }

    /// <summary>
    /// The same by POST (OpenID Connect Core §3.1.2.1). A browser that another site made post sends no SameSite=Lax cookie, so that an accepted
    /// request goes on by GET, where it does.
    /// </summary>
    public async Task PostAsync(HttpContext http)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var parameters, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        var pending = await requests.StartAsync(parameters, http.RequestAborted);
        if (pending.Accepted is null)
            await RefuseAsync(http, pending);
        else
            await GoThroughAsync(http, pending, "/authorize");
    }

    // What goes on later, by what a browser carries.
    private async Task GoThroughAsync(HttpContext http, PendingAuthorization pending, string path)
    {
        await requests.OpenAsync(pending, http.RequestAborted);
        PageResults.Redirect(http, $"{path}?resume={resume.Seal(pending.Parameters, pending.Progress)}");
    }

    private async Task GoOnAsync(HttpContext http, PendingAuthorization pending, AuthorizationRequest request)
    {
        var signedIn = await sessions.FindAsync(http);
        var grant = signedIn is null ? NoGrant : grants.FindAsync(signedIn.Session.UserId, request.Client.ClientId, http.RequestAborted);
        var account = signedIn is null ? null : await http.RequestServices.GetRequiredService<SecondFactors>().FindAsync(signedIn.Session.UserId, http.RequestAborted);
        switch (NextStep.Decide(request, signedIn?.Session, await grant, pending.Progress, sessions.Now, account))
        {
            case NextStep.Login:
                await GoThroughAsync(http, pending, "/login");
                return;
            case NextStep.SecondFactor second:
                PageResults.Redirect(http, (second.MustEnroll ? SignInFlow.EnrollPath : SignInFlow.SecondPath) + "?resume=" + resume.Seal(pending.Parameters, pending.Progress));
                return;
            case NextStep.SignUp:
                await GoThroughAsync(http, pending, AccountPaths.SignUp);
                return;
            case NextStep.SelectAccount:
                await GoThroughAsync(http, pending, "/select-account");
                return;
            case NextStep.Consent:
                await GoThroughAsync(http, pending, "/consent");
                return;
            case NextStep.Refuse when !await requests.SpendAsync(pending, http.RequestAborted):
                await ErrorPages.RefuseAsync(http, Refusal.PushedRequestSpent);
                return;
            case NextStep.Refuse refuse:
                await AuthorizeResults.RefuseAsync(http, request.ReturnAddress, refuse.Reason, settings.Issuer);
                return;
            case NextStep.Issue issue:
                if (await codes.IssueAsync(pending, request, issue.Session, http.RequestAborted) is { } code)
                    await AuthorizeResults.AnswerAsync(http, AuthorizationAnswer.Code(request.ReturnAddress, code, sessions.SessionStateFor(request, issue.Session), settings.Issuer));
                else if (pending.PushedReferenceHash is not null)
                    await ErrorPages.RefuseAsync(http, Refusal.PushedRequestSpent);
                else
                    await GoThroughAsync(http, pending with { Progress = pending.Progress with { DetailsAgreedBy = null, DetailsAgreement = null } }, "/authorize"); // it was answered: they are asked anew
                return;
        }
    }

    private async Task RefuseAsync(HttpContext http, PendingAuthorization pending)
    {
        if (pending.Decision is AuthorizationDecision.RedirectError error && !await IsLureAsync(http, pending.Parameters))
            await AuthorizeResults.RefuseAsync(http, error.ReturnAddress, error.Reason, settings.Issuer);
        else
            await ErrorPages.RefuseAsync(http, pending.Decision.ReasonOrNull!.Value);
    }

    /// <summary>
    /// Whether a redirect would take somebody who just followed a link to where nobody here has looked: of a client that registered itself, an error
    /// goes there only with a person who is signed in, or silently (RFC 9700 §4.11.2).
    /// </summary>
    private async Task<bool> IsLureAsync(HttpContext http, Parameters parameters) =>
        parameters["prompt"] != "none"
        && parameters["client_id"] is { } clientId
        && await http.RequestServices.GetRequiredService<Registry>().FindClientAsync(clientId, http.RequestAborted) is { IsSelfRegistered: true }
        && await sessions.FindAsync(http) is null;
}
