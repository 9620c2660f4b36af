using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// The one way in: whatever a person proved themselves by first, here it is decided whether that is enough. If so their session begins and they
/// go where the sign-in was to lead; else what they proved is kept in this browser, and the second factor comes next.
/// </summary>
internal sealed class SignInFlow(
    BrowserSessions sessions, SecondFactors factors, PendingSignIns pending, BrowserMemory memory, SignInHistory history, SignInTargets targets)
{
    /// <summary>Where a second factor is asked for.</summary>
    public const string SecondPath = "/login/second";

    /// <summary>Where one is set up that policy or a request needs.</summary>
    public const string EnrollPath = "/login/enroll";

    /// <summary>Goes on after a person proved who they are, with the answer to the request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="user">Who.</param>
    /// <param name="proven">By what, of everything that was proven for this sign-in.</param>
    /// <param name="target">Where it leads back to.</param>
    /// <param name="remember">Whether they want this browser remembered, so that the second factor, just proven, isn't asked for in it.</param>
    public async Task GoOnAsync(HttpContext http, User user, ProvenFactors proven, SignInTarget target, bool remember = false)
    {
        var account = await factors.FindAsync(user.Id, http.RequestAborted);
        var known = await memory.FindAsync(http, user.Id);
        switch (SignInRules.Decide(proven.Amr, account, NeedsOf(target), known?.IsTrusted(sessions.Now) == true))
        {
            case SignInStep.Begin begin:
                await BeginAsync(http, user, proven, begin, remember && AuthenticationMethods.AreTwoFactors(begin.Amr));
                PageResults.Redirect(http, targets.PathOf(target));
                return;
            case SignInStep.AskSecondFactor:
                await WaitAsync(http, user, proven, target, SecondPath);
                return;
            case SignInStep.Enroll:
                await WaitAsync(http, user, proven, target, EnrollPath);
                return;
        }
    }

    /// <summary>What a sign-in for this target must be.</summary>
    public static SignInNeeds NeedsOf(SignInTarget target) => SignInNeeds.None;

    private async Task BeginAsync(HttpContext http, User user, ProvenFactors proven, SignInStep.Begin begin, bool remember)
    {
        await sessions.BeginAsync(http, user.Id, begin.Amr, begin.IsRemembered, proven.Upstream);
        pending.Forget(http);
        await memory.SeenAsync(http, user.Id, remember);
        if (proven.Attempt is { } attempt)
            await history.DecideAsync(attempt, SignInOutcome.SignedIn, http.RequestAborted);
        else
            await history.AddAsync(user.Id, Origin.Of(http), SignInOutcome.SignedIn, http.RequestAborted);
        Log.SignedIn(OAuthResults.Logger(http), user.Id);
    }

    private async Task WaitAsync(HttpContext http, User user, ProvenFactors proven, SignInTarget target, string path)
    {
        pending.Keep(http, user, proven, target);
        if (proven.Attempt is { } attempt)
            await history.DecideAsync(attempt, SignInOutcome.FirstFactor, http.RequestAborted);
        PageResults.Redirect(http, target.QueryOf(path));
    }
}
