using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages.Upstream;

/// <summary>Why nobody is signed in by an upstream, as a person should read it, and the way back to where they were. Nothing that the upstream said is shown.</summary>
internal static class UpstreamProblems
{
    /// <summary>Shows the page and logs the precise reason, once.</summary>
    /// <param name="http">The request.</param>
    /// <param name="reason">Why.</param>
    /// <param name="target">Where the sign-in was to lead, which the way back keeps.</param>
    /// <param name="isLinking">Whether an account was to be linked, and nobody signed in.</param>
    public static Task ShowAsync(HttpContext http, Refusal reason, SignInTarget target, bool isLinking = false)
    {
        var answer = OAuthResults.Tell(http, reason);
        if (!isLinking)
            http.RequestServices.GetRequiredService<SignInHistory>().Tally(AuditAction.SignInFailed, userId: null, Origin.Of(http), "upstream");
        if (reason == Refusal.UpstreamUnavailable)
            http.Response.Headers.RetryAfter = "30";
        var back = isLinking ? ("Upstream.BackToLinks", OwnPage.Links.Path) : ("Upstream.BackToSignIn", target.QueryOf("/login"));
        var model = WordsOf(reason) with { Link = back, Error = answer.Error, Detail = answer.Description, RequestId = http.TraceIdentifier };
        return PageResults.ShowAsync<ErrorPage>(http, model, status: answer.Status);
    }

    private static ErrorPage.ErrorModel WordsOf(Refusal reason) => reason switch
    {
        Refusal.UpstreamUnknown => new("Upstream.UnknownTitle", "Upstream.UnknownText", "Upstream.OtherWayAdvice"),
        Refusal.UpstreamStateUnknown or Refusal.UpstreamStateSpent or Refusal.UpstreamMixedUp => new("Upstream.AgainTitle", "Upstream.AgainText", "Upstream.AgainAdvice"),
        Refusal.UpstreamDenied => new("Upstream.DeniedTitle", "Upstream.DeniedText", "Upstream.AgainAdvice"),
        Refusal.UpstreamUnavailable => new("Upstream.DownTitle", "Upstream.DownText", "Upstream.OtherWayAdvice"),
        Refusal.UpstreamClockOff => new("Upstream.ClockTitle", "Upstream.ClockText", "Upstream.OperatorAdvice"),
        Refusal.UpstreamSignInTooOld => new("Upstream.OldTitle", "Upstream.OldText", "Upstream.OtherWayAdvice"),
        Refusal.UpstreamAccountUnknown => new("Upstream.NobodyTitle", "Upstream.NobodyText", "Upstream.LinkAdvice"),
        Refusal.UpstreamEmailTaken => new("Upstream.TakenTitle", "Upstream.TakenText", "Upstream.LinkAdvice"),
        Refusal.UpstreamNotInvited => new("Upstream.UninvitedTitle", "Upstream.UninvitedText", "Upstream.LinkAdvice"),
        Refusal.UpstreamAccountDisabled => new("Upstream.DisabledTitle", "Upstream.DisabledText", "Upstream.OperatorAdvice"),
        Refusal.UpstreamLinkGone => new("Upstream.AgainTitle", "Upstream.LinkGoneText", "Upstream.AgainAdvice"),
        Refusal.UpstreamLinkTaken => new("Upstream.LinkTakenTitle", "Upstream.LinkTakenText", "Upstream.LinkTakenAdvice"),
        Refusal.UpstreamLinksTooMany => new("Upstream.LinksTooManyTitle", "Upstream.LinksTooManyText", "Upstream.LinksTooManyAdvice"),
        Refusal.UpstreamLinkLast => new("Upstream.LinkLastTitle", "Upstream.LinkLastText", "Upstream.LinkLastAdvice"),
        _ => new("Upstream.FailedTitle", "Upstream.FailedText", "Upstream.OperatorAdvice"),
    };
}
