using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Mail;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// A person's own change of password. Whoever knew the old one loses what they got by it: every other session and all offline access end, and
/// this session goes on under a new secret.
/// </summary>
internal sealed class PasswordChange(PasswordSignIn signIn, PasswordAcceptance acceptance, SignInHistory history, BrowserSessions sessions, NoticeMail notices)
{
    /// <summary>Null where it is done; else why not.</summary>
    public async Task<Refusal?> ChangeAsync(HttpContext http, SignedIn signedIn, string? current, string? chosen, string? repeated)
    {
        // 1. The new one was typed twice alike: nobody sees what they type.
        if (string.IsNullOrEmpty(chosen) || chosen != repeated)
            return Refusal.NewPasswordsDiffer;

        // 2. It is another.
        if (chosen == current)
            return Refusal.PasswordUnchanged;

        // 3. The old one is right; a wrong one counts as a failed sign-in.
        if (!(await signIn.VerifyAsync(http, signedIn.User.Username, current)).Try(out var verified, out var reason))
            return reason;
        var (user, attempt) = verified;
        await history.TakeBackAsync(attempt, http.RequestAborted);
        if (user.Id != signedIn.Session.UserId)
            return Refusal.SignInFailed;

        // 4. The new one is good enough.
        if (!(await acceptance.AcceptAsync(user, chosen, http.RequestAborted)).Try(out var accepted, out reason))
            return reason;
        user.PasswordHash = accepted.Hash;

        // Whoever changed the account meanwhile was first.
        if (!await sessions.ChangeAndEndOthersAsync(user, signedIn.Session.SessionId))
            return Refusal.SignInFailed;
        await history.AddAsync(user.Id, Origin.Of(http), SignInOutcome.PasswordChanged, CancellationToken.None);
        await notices.SendAsync(user.Id, NoticeKind.PasswordChanged, http);
        await sessions.RenewAsync(http, signedIn.Session with { AuthTime = sessions.Now });
        return null;
    }
}
