using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// The one way in: whatever a person proved themselves by first, here it is decided whether that is enough. If so their session begins and they
/// go where the sign-in was to lead; else what they proved is kept in this browser, and the second factor comes next.
/// </summary>
internal sealed class SignInFlow(
    BrowserSessions sessions, SecondFactors factors, PendingSignIns pending, BrowserMemory memory, SignInTraces traces, SignInTargets targets)
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
    public async Task GoOnAsync(HttpContext http, User user, ProvenFactors proven, SignInTarget target) =>
        PageResults.Redirect(http, await StepAsync(http, new SignInUnderWay(user, proven, Standing: null), target, remember: false));

    /// <summary>The same, saying where to go next instead of going there.</summary>
    /// <param name="http">The request.</param>
    /// <param name="underWay">Who, by what, and where they are signed in already the session.</param>
    /// <param name="target">Where it leads back to.</param>
    /// <param name="remember">Whether the second factor, just proven, isn't to be asked for in this browser for a while.</param>
    public async Task<string> StepAsync(HttpContext http, SignInUnderWay underWay, SignInTarget target, bool remember)
    {
        var (user, proven, standing) = underWay;
        var account = await factors.FindAsync(user.Id, http.RequestAborted);
        var known = await memory.FindAsync(http, user.Id);
        var step = SignInRules.Decide(proven.Amr, account, NeedsOf(target), known?.IsTrusted(sessions.Now) == true);
        if (step is not SignInStep.Begin begin)
            return Wait(http, underWay, target, step is SignInStep.Enroll ? EnrollPath : SecondPath);
        pending.Forget(http);
        var session = standing ?? await sessions.BeginAsync(http, user, begin.Amr, begin.IsRemembered, proven.Upstream);

        // What the account signs in by changed meanwhile: what was proven proves nothing any more.
        if (session is null)
            return target.QueryOf("/login");
        if (standing is not null && AuthenticationMethods.AreTwoFactors(begin.Amr))
            await sessions.RenewAsync(http, standing with { Amr = begin.Amr, SecondFactorRemembered = false });
        await traces.LeaveAsync(http, new Trace(session, begin.Amr, proven, IsNew: standing is null), remember && AuthenticationMethods.AreTwoFactors(begin.Amr));
        return targets.PathOf(target);
    }

    /// <summary>
    /// Whose second factor is asked for here: of the sign-in that is under way in this browser for this target; else of whoever is signed in. Null where it is
    /// nobody, or no longer.
    /// </summary>
    public async Task<SignInUnderWay?> FindAsync(HttpContext http, SignInTarget target)
    {
        var users = http.RequestServices.GetRequiredService<UserManager<User>>();
        if (pending.Find(http, target) is { } waiting)
        {
            return await users.FindByIdAsync(waiting.UserId.ToString()) is { IsDisabled: false } user && PendingSignIns.StampOf(user) == waiting.Stamp
                ? new SignInUnderWay(user, waiting.Proven, Standing: null)
                : null;
        }

        return await sessions.FindAsync(http) is { Session: var session } && await users.FindByIdAsync(session.UserId.ToString()) is { } person
            ? new SignInUnderWay(person, new ProvenFactors(session.Amr), session)
            : null;
    }

    /// <summary>Whether a session lacks a second factor that is asked for now: <see cref="SecondPath"/> gives it one.</summary>
    public async Task<bool> LacksSecondFactorAsync(Session session, SignInNeeds needs, CancellationToken cancellation) =>
        SignInRules.Decide(session, await factors.FindAsync(session.UserId, cancellation), needs) is not SignInStep.Begin;

    /// <summary>What a sign-in for this target must be.</summary>
    public static SignInNeeds NeedsOf(SignInTarget target) => target.Pending?.Accepted is { } request ? NextStep.NeedsOf(request) : SignInNeeds.None;

    private string Wait(HttpContext http, SignInUnderWay underWay, SignInTarget target, string path)
    {
        if (underWay.Standing is null)
            pending.Keep(http, underWay.User, underWay.Proven, target);
        return target.QueryOf(path);
    }
}

/// <summary>A sign-in that more is asked of.</summary>
/// <param name="User">Whose.</param>
/// <param name="Proven">What they proved so far.</param>
/// <param name="Standing">The session in which they proved it; null where there is none yet.</param>
internal sealed record SignInUnderWay(User User, ProvenFactors Proven, Session? Standing)
{
    /// <summary>Whether that method would make two factors of what was proven.</summary>
    public bool Takes(string method) => AuthenticationMethods.AreTwoFactors([.. Proven.Amr, method]);

    /// <summary>With more methods proven.</summary>
    public SignInUnderWay With(params IReadOnlyList<string> methods) => this with { Proven = Proven with { Amr = AuthenticationMethods.Join(Proven.Amr, methods) } };
}
