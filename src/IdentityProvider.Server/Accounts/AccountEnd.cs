using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Accounts;

/// <summary>Deletes an account for its person or an operator, and tells the person where an address was known to be theirs.</summary>
internal sealed class AccountEnd(AccountDeletion deletion, Mailboxes mailboxes, Mails mails, TimeProvider clock, ILogger<AccountEnd> logger)
{
    /// <summary>Deletes; false where there is no such account. Nobody's going away leaves it half done.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="http">The request that asked for it; null where an operator did.</param>
    public async Task<bool> DeleteAsync(Guid userId, HttpContext? http)
    {
        var notice = await mailboxes.FindAsync(userId) is { } mailbox ? mails.NoticeOf(mailbox, NoticeKind.AccountDeleted, http) : null;
        if (!await deletion.DeleteAsync(userId, notice is null ? null : notice with { UserId = null }, clock.GetUtcNow(), CancellationToken.None))
            return false;
        if (http is not null)
            await AuditTrail.ByPersonAsync(http, userId, AuditAction.UserDeleted, AuditTarget.User(userId));
        Log.AccountDeleted(logger, userId, http is null);
        return true;
    }
}
