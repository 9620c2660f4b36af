using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// What a sign-in leaves: the browser is known, the history has a line, the log another; and where the person signed in elsewhere before, but never
/// in this browser, a mail tells them.
/// </summary>
internal sealed class SignInTraces(BrowserMemory memory, SignInHistory history, NoticeMail notices)
{
    /// <summary>Leaves them.</summary>
    /// <param name="http">The request.</param>
    /// <param name="trace">Who signed in, and how.</param>
    /// <param name="remember">Whether their second factor isn't to be asked for here again.</param>
    public async Task LeaveAsync(HttpContext http, Trace trace, bool remember)
    {
        var userId = trace.Session.UserId;
        var isNew = await memory.SeenAsync(http, userId, remember) == BrowserSighting.New;
        var outcome = isNew ? SignInOutcome.SignedInNewBrowser : SignInOutcome.SignedIn;
        var methods = string.Join(' ', trace.Amr);
        if (trace.Proven.Attempt is { } line)
            await history.DecideAsync(line, outcome, http.RequestAborted, methods);
        else
            await history.AddAsync(userId, Origin.Of(http), outcome, http.RequestAborted, methods);
        var detail = new JsonObject { ["amr"] = methods, ["new_browser"] = isNew, ["upstream"] = trace.Proven.Upstream?.Issuer };
        await AuditTrail.ByPersonAsync(
            http, userId, trace.IsNew ? AuditAction.SessionBegan : AuditAction.SessionSteppedUp, AuditTarget.Session(trace.Session.SessionId), detail: detail);
        Log.SignedIn(OAuthResults.Logger(http), userId);
        if (isNew)
            await notices.SendAsync(userId, NoticeKind.NewDevice, http);
    }
}

/// <summary>A sign-in that led to a session.</summary>
/// <param name="Session">The session.</param>
/// <param name="Amr">By what its person proved who they are, all in all.</param>
/// <param name="Proven">What they proved just now, and the line of the attempt where one was written before its outcome was known.</param>
/// <param name="IsNew">Whether the session began, and didn't only rise to two factors.</param>
internal sealed record Trace(Session Session, IReadOnlyList<string> Amr, ProvenFactors Proven, bool IsNew);
