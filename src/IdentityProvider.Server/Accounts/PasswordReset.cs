using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Accounts;

/// <summary>A new password by a link in a mail, in place of one that was forgotten.</summary>
internal sealed class PasswordReset(UserManager<User> users, PasswordAcceptance acceptance, AccountLinks links, Mails mails, SignInHistory history, Entropy entropy)
{
    /// <summary>The account with its new password, or why not; the link is used only where it is done.</summary>
    public async Task<Decision<User>> ResetAsync(HttpContext http, StoredAccountLink link, string? chosen, string? repeated)
    {
        // 1. The new one was typed twice alike: nobody sees what they type.
        if (string.IsNullOrEmpty(chosen) || chosen != repeated)
            return Refusal.NewPasswordsDiffer;

        // 2. It is good enough.
        var id = link.UserId!.Value;
        if (await users.FindByIdAsync(id.ToString()) is not { } user)
            return Refusal.AccountLinkSpent;
        if (!(await acceptance.AcceptAsync(user, chosen, http.RequestAborted)).Try(out var accepted, out var reason))
            return reason;

        // 3. This is the one who uses the link. With it, every session and all offline access end, the lockout is lifted and a notice leaves.
        var notice = await mails.NoticeOfAsync(id, NoticeKind.PasswordChanged, http);
        var stamp = entropy.NewId().ToString("D");
        if (!await links.ResetPasswordAsync(link, accepted.Hash, stamp, notice, mails.Now, CancellationToken.None))
            return Refusal.AccountLinkSpent;
        await history.AddAsync(id, Origin.Of(http), SignInOutcome.PasswordReset, CancellationToken.None);

        // As the account is now: a second factor that is asked for next belongs to it.
        (user.PasswordHash, user.SecurityStamp, user.ConcurrencyStamp) = (accepted.Hash, stamp, stamp);
        return user;
    }
}
