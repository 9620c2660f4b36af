using IdentityProvider.Protocol;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.SignIn;

/// <summary>Reads where a sign-in leads back to, and leads there.</summary>
internal sealed class SignInTargets(AuthorizationRequests requests, Resume resume)
{
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
}
