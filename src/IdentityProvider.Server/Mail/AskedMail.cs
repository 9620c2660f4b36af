using System.Globalization;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Mail;

/// <summary>
/// Writes the mails that somebody asked for, when they are sent: only now is it looked up whose the address is, and the link is made whose
/// secret no one but the mail has. Its identifier is the mail's, so that a second attempt sends the same link.
/// </summary>
internal sealed class AskedMail(Letters letters, Mailboxes mailboxes, AccountLinks links, LinkTokens tokens)
{
    public const string Resume = "resume";
    public const string Browser = "browser";

    /// <summary>Null where nobody is to be written to.</summary>
    public async Task<Letter?> WriteAsync(OutboxMessage message, CancellationToken cancellation) => message.Mail!.Kind switch
    {
        MailKind.PasswordForgotten => await ForgottenAsync(message, message.Mail, cancellation),
        MailKind.SignUp => await NewAccountAsync(message, message.Mail, AccountLinkPurpose.SignUp, cancellation),
        MailKind.Invitation => await NewAccountAsync(message, message.Mail, AccountLinkPurpose.Invitation, cancellation),
        MailKind.EmailChange => await ChangeAsync(message, message.Mail, cancellation),
        var other => throw new InvalidOperationException($"Nobody asks for {other}."),
    };

    // To the address that is known to be theirs, whatever was typed. Nobody else hears of it: what has no account here needs no mail from here.
    private async Task<Letter?> ForgottenAsync(OutboxMessage message, Storage.Mail mail, CancellationToken cancellation)
    {
        if (await mailboxes.FindNamedAsync(mail.Address, cancellation) is not { IsActive: true, Address: { } address } mailbox)
            return null;
        var link = LinkOf(message, address, AccountLinkPurpose.PasswordReset) with { UserId = mailbox.UserId, SecurityStamp = mailbox.SecurityStamp };
        return await WithLinkAsync(link, mailbox.Username, LanguageOf(mailbox, mail), cancellation);
    }

    private async Task<Letter?> NewAccountAsync(OutboxMessage message, Storage.Mail mail, AccountLinkPurpose purpose, CancellationToken cancellation)
    {
        if (EmailAddress.Read(mail.Address) is not { } address)
            return null;
        if (await mailboxes.IsTakenAsync(address, null, cancellation))
            return letters.OfTakenAddress(address.Text, LanguageOf(null, mail));
        return await WithLinkAsync(LinkOf(message, address.Text, purpose), null, LanguageOf(null, mail), cancellation);
    }

    private async Task<Letter?> ChangeAsync(OutboxMessage message, Storage.Mail mail, CancellationToken cancellation)
    {
        if (EmailAddress.Read(mail.Address) is not { } address || await mailboxes.FindAsync(message.UserId, cancellation) is not { IsActive: true } account)
            return null;
        if (await mailboxes.IsTakenAsync(address, message.UserId, cancellation))
            return letters.OfTakenAddress(address.Text, LanguageOf(null, mail));
        var link = LinkOf(message, address.Text, AccountLinkPurpose.EmailChange) with { UserId = account.UserId, SecurityStamp = account.SecurityStamp };
        return await WithLinkAsync(link, account.Username, LanguageOf(account, mail), cancellation);
    }

    private async Task<Letter> WithLinkAsync(StoredAccountLink link, string? username, CultureInfo language, CancellationToken cancellation)
    {
        await links.AddAsync(link, cancellation);
        return letters.OfLink(link, tokens.Compute(link), username, language);
    }

    private static StoredAccountLink LinkOf(OutboxMessage message, string address, AccountLinkPurpose purpose) => new()
    {
        LinkId = message.SessionId,
        Purpose = purpose,
        Address = address,
        Roles = message.Mail!.Roles,
        Resume = message.Mail.Facts.GetValueOrDefault(Resume),
        Browser = message.Mail.Facts.GetValueOrDefault(Browser),
        CreatedAt = message.CreatedAt,
        ExpiresAt = message.CreatedAt + AccountLinkRules.LifetimeOf(purpose),
    };

    private static CultureInfo LanguageOf(Mailbox? mailbox, Storage.Mail mail) => Languages.Find(mailbox?.Locale) ?? Languages.Find(mail.Language) ?? Languages.All[0];
}
