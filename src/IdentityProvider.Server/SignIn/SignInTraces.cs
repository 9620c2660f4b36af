using IdentityProvider.Protocol.Sessions;
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
    /// <param name="userId">Who signed in.</param>
    /// <param name="attempt">The line of the attempt, where one was written before its outcome was known.</param>
    /// <param name="amr">By what they proved who they are.</param>
    /// <param name="remember">Whether their second factor isn't to be asked for here again.</param>
    public async Task LeaveAsync(HttpContext http, Guid userId, Guid? attempt, IReadOnlyList<string> amr, bool remember)
    {
        var isNew = await memory.SeenAsync(http, userId, remember) == BrowserSighting.New;
        var outcome = isNew ? SignInOutcome.SignedInNewBrowser : SignInOutcome.SignedIn;
        var methods = string.Join(' ', amr);
        if (attempt is { } line)
            await history.DecideAsync(line, outcome, http.RequestAborted, methods);
        else
            await history.AddAsync(userId, Origin.Of(http), outcome, http.RequestAborted, methods);
        Log.SignedIn(OAuthResults.Logger(http), userId);
        if (isNew)
            await notices.SendAsync(userId, NoticeKind.NewDevice, http);
    }
}
