using IdentityProvider.Protocol;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.SignIn;

/// <summary>Reads where a sign-in leads back to, and leads there.</summary>
internal sealed class SignInTargets(AuthorizationRequests requests, Resume resume, Forms forms)
{
    /// <summary>The query of a page on the way, and its target; null where an answer was given already.</summary>
    public async Task<Sent?> OpenAsync(HttpContext http) => await ReadAsync(http, RequestParameters.ReadQuery(http));

    /// <summary>The form of a page on the way, and its target; null where an answer was given already.</summary>
    public async Task<Sent?> ReadAsync(HttpContext http) => await ReadAsync(http, await forms.ReadAsync(http));

    /// <summary>The target that a query or a form names; null where its request is no good and an error page was shown.</summary>
    public async Task<SignInTarget?> FindAsync(HttpContext http, Parameters parameters)
    {
        if (parameters[SignInTarget.ResumeParameter] is not { } token)
            return OwnPage.Named(parameters[OwnPage.Parameter]) is { } page ? SignInTarget.Of(page, parameters[OwnPage.EnteredParameter]) : SignInTarget.Home;
        if (await requests.ResumeAsync(token, http.RequestAborted) is { } pending)
        {
            Languages.Wish(http, pending.Accepted?.SignIn.UiLocales ?? []);
            return SignInTarget.Of(token, pending);
        }

        await ErrorPages.RefuseAsync(http, Refusal.ResumeTokenInvalid);
        return null;
    }

    /// <summary>The target of a request that goes on when the person has signed in.</summary>
    public SignInTarget Of(PendingAuthorization pending) => SignInTarget.Of(resume.Seal(pending.Parameters, pending.Progress), pending);

    /// <summary>The path to go to when the person is signed in.</summary>
    public string PathOf(SignInTarget target) =>
        target.Pending is { } pending ? resume.AuthorizePath(pending.Parameters, pending.Progress) : target.Page?.PathWith(target.Entered) ?? "/";

    /// <summary>What beyond our own a page on the way there may use: its form may lead, by redirects, to the client.</summary>
    public static PagePolicy PolicyOf(SignInTarget target) =>
        target.Pending?.Accepted is { } request ? PagePolicy.LeadingTo(request.ReturnAddress.RedirectUri.Value, request.Client.LogoUri) : PagePolicy.OwnForm;

    private async Task<Sent?> ReadAsync(HttpContext http, Decision<Parameters> sent)
    {
        if (sent.Try(out var parameters, out var reason))
            return await FindAsync(http, parameters) is { } target ? new Sent(parameters, target) : null;
        await ErrorPages.RefuseAsync(http, reason);
        return null;
    }

    /// <summary>What was sent, and where the sign-in leads back to.</summary>
    internal sealed record Sent(Parameters Parameters, SignInTarget Target);
}
