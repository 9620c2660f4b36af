using IdentityProvider.Storage;

namespace IdentityProvider.Server.Mail;

/// <summary>Tells a person by mail what was done with their account, so that they notice where it wasn't them.</summary>
internal sealed class NoticeMail(Mails mails, Mailboxes mailboxes)
{
    /// <summary>Sends it, soon; nothing where mail is off or no address is known to be theirs.</summary>
    /// <param name="userId">Whom.</param>
    /// <param name="kind">What was done.</param>
    /// <param name="http">The request that did it, for device, address and language; null where an operator did.</param>
    /// <param name="detail">Which of several, such as a passkey's name.</param>
    public async Task SendAsync(Guid userId, NoticeKind kind, HttpContext? http, string? detail = null)
    {
        if (await mailboxes.FindAsync(userId) is { } mailbox)
            await SendToAsync(mailbox, kind, http, detail);
    }

    /// <summary>The same to an address that was read before, for an account that is gone.</summary>
    public async Task SendToAsync(Mailbox mailbox, NoticeKind kind, HttpContext? http, string? detail = null)
    {
        if (mails.NoticeOf(mailbox, kind, http, detail) is { } notice)
            await mails.AddNoticeAsync(notice);
    }
}
