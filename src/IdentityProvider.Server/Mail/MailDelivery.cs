using System.Globalization;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Mail;

/// <summary>Writes and sends a mail that waits in the outbox.</summary>
internal sealed class MailDelivery(AskedMail asked, Letters letters, MailTransport transport, TimeProvider clock)
{
    /// <summary>Makes one attempt.</summary>
    public async Task<DeliveryResult> TellAsync(OutboxMessage message, CancellationToken cancellation)
    {
        var mail = message.Mail ?? throw new InvalidOperationException("A mail that says nothing.");
        if (message.ExpiresAt <= clock.GetUtcNow() || EndOf(message, mail) <= clock.GetUtcNow())
            return new(false, "its time was over", IsPointless: true);
        var letter = mail.Kind == MailKind.Notice
            ? letters.OfNotice(mail.Address, mail.Facts, message.CreatedAt, CultureInfo.GetCultureInfo(mail.Language))
            : await asked.WriteAsync(message, cancellation);
        return letter is null ? new(true) : await transport.SendAsync(letter, message.SessionId, cancellation);
    }

    // Where an operator has an old mail tried again, its link would not work any more.
    private static DateTimeOffset EndOf(OutboxMessage message, Storage.Mail mail) =>
        mail.Kind == MailKind.Notice ? DateTimeOffset.MaxValue : message.CreatedAt + AccountLinkRules.LifetimeOf(MailRequests.PurposeOf(mail.Kind));
}
