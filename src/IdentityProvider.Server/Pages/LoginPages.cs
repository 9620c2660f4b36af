using IdentityProvider.Protocol;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Pages;

/// <summary><c>/login</c>: a person proves who they are; the fact is a session. Then back to <c>/authorize</c>, or home where nothing is under way.</summary>
internal sealed class LoginPages(AuthorizationRequests requests, BrowserSessions sessions, Forms forms, Resume resume, ILogger<LoginPages> logger)
{
    public async Task GetAsync(HttpContext http)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (await FindRequestAsync(http, query) is { } found)
            await ShowAsync(http, found, found.Pending?.Accepted?.SignIn.LoginHint ?? await WhoConfirmsAsync(http, found), problem: null);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (await FindRequestAsync(http, form) is not { } found)
            return;

        var signIn = http.RequestServices.GetRequiredService<PasswordSignIn>();
        if (!(await signIn.VerifyAsync(form["username"], form["password"], Origin.Of(http), http.RequestAborted)).Try(out var user, out reason))
        {
            Log.Refused(logger, reason, Refusals.Of(reason).Section);
            if (reason == Refusal.PasswordHashingBusy)
                http.Response.Headers.RetryAfter = "5";
            await ShowAsync(http, found, form["username"], reason);
            return;
        }

        // RFC 8176: a password.
        await sessions.BeginAsync(http, user.Id, ["pwd"]);
        Log.SignedIn(logger, user.Id);
        PageResults.Redirect(http, found.Pending is { } pending ? resume.AuthorizePath(pending.Parameters, pending.Progress) : found.ReturnTo?.PathWith(found.Entered) ?? "/");
    }

    private Task ShowAsync(HttpContext http, Found found, string? username, Refusal? problem)
    {
        var request = found.Pending?.Accepted;
        var model = new LoginPage.LoginModel(forms.TokenFor(http), found.Resume, found.ReturnTo, found.Entered, request?.Client.ClientName, username, problem is { } reason ? TextOf(reason) : null);
        var policy = request is null ? PagePolicy.OwnForm : PagePolicy.LeadingTo(request.ReturnAddress.RedirectUri.Value);
        return PageResults.ShowAsync<LoginPage>(http, model, policy, problem is { } refusal ? Refusals.Of(refusal).Status : StatusCodes.Status200OK);
    }

    // Who signs in again for a page of their own needn't type their name again.
    private async Task<string?> WhoConfirmsAsync(HttpContext http, Found found) =>
        found.ReturnTo is null ? null : (await sessions.FindAsync(http))?.User.Username;

    private static string TextOf(Refusal reason) => reason == Refusal.PasswordHashingBusy
        ? "Many people are signing in right now. Please try again in a few seconds."
        : "That username and password don’t match an account, or there were too many tries. Check both, or try again in a few minutes.";

    /// <summary>The request that a resume token names; null where it is no good and an error page was shown.</summary>
    private async Task<Found?> FindRequestAsync(HttpContext http, Parameters parameters)
    {
        if (parameters["resume"] is not { } token)
            return new Found(null, null, OwnPage.Named(parameters[OwnPage.Parameter]), parameters[OwnPage.EnteredParameter]);
        if (await requests.ResumeAsync(token, http.RequestAborted) is { } pending)
        {
            Languages.Wish(http, pending.Accepted?.SignIn.UiLocales ?? []);
            return new Found(token, pending, null, null);
        }

        await ErrorPages.RefuseAsync(http, Refusal.ResumeTokenInvalid);
        return null;
    }

    private sealed record Found(string? Resume, PendingAuthorization? Pending, OwnPage? ReturnTo, string? Entered);
}
