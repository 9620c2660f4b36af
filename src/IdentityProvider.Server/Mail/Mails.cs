using System.Globalization;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Mail;

/// <summary>
/// Puts mails into the outbox. What a stranger may cause is bounded for each address, and looks the same from outside whether the address is
/// anybody's: whose it is is asked when the mail is written (<see cref="AskedMail"/>), long after the answer.
/// </summary>
internal sealed class Mails(Outbox outbox, Mailboxes mailboxes, SpentIdentifiers spent, Settings settings, Entropy entropy, TimeProvider clock)
{
    /// <summary>Mails that strangers may cause to one address within an hour.</summary>
    public const int MostAskedPerHour = 5;

    /// <summary>Notices to one address within an hour: more than a person causes.</summary>
    public const int MostNoticesPerHour = 20;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public bool IsOn => settings.Mail.IsOn;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A mail that somebody asked for, with a link of this purpose; false where the address had its share already, which nobody outside is told.</summary>
    public async Task<bool> AskAsync(Storage.Mail mail, Guid? userId, AccountLinkPurpose purpose)
    {
        var key = SignInNames.NormalizedOf(mail.Address);
        if (!await HasRoomAsync("mail/asked", key, MostAskedPerHour))
            return false;
        await outbox.AddMailAsync(new(entropy.NewId(), mail, userId, Now + AccountLinkRules.LifetimeOf(purpose)), Now, CancellationToken.None);
        return true;
    }

    /// <summary>The same by whose account it is.</summary>
    public async Task<OutgoingMail?> NoticeOfAsync(Guid userId, NoticeKind kind, HttpContext? http) =>
        await mailboxes.FindAsync(userId) is { } mailbox ? NoticeOf(mailbox, kind, http) : null;

    /// <summary>A mail that an operator sends.</summary>
    public Task SendAsync(Storage.Mail mail, AccountLinkPurpose purpose) =>
        outbox.AddMailAsync(new(entropy.NewId(), mail, null, Now + AccountLinkRules.LifetimeOf(purpose)), Now, CancellationToken.None);

    /// <summary>A notice, for a transaction of its cause; null where mail is off or no address is known to be theirs.</summary>
    public OutgoingMail? NoticeOf(Mailbox mailbox, NoticeKind kind, HttpContext? http, string? detail = null)
    {
        if (!IsOn || mailbox.Address is not { } to)
            return null;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { [Letters.Notice] = kind.ToString(), [Letters.Username] = mailbox.Username };
        if (detail is not null)
            facts[Letters.Detail] = detail;
        if (http is not null && SignIn.Origin.Of(http) is var origin)
        {
            facts[Letters.Device] = Longest.Cut(origin.UserAgent, Longest.UserAgent) ?? "";
            if (origin.Address is { } address)
                facts[Letters.NetworkAddress] = address;
        }

        var mail = new Storage.Mail { Kind = MailKind.Notice, Address = to, Language = LanguageOf(mailbox, http).Name, Facts = facts };
        return new(entropy.NewId(), mail, mailbox.UserId, Now + Outbox.Lifetime);
    }

    /// <summary>The same by itself.</summary>
    public async Task AddNoticeAsync(OutgoingMail notice)
    {
        if (await HasRoomAsync("mail/notice", notice.Mail.Address.ToUpperInvariant(), MostNoticesPerHour))
            await outbox.AddMailAsync(notice, Now, CancellationToken.None);
    }

    /// <summary>Whether this is one of so many within the hour; it counts, and of calls at once none counts twice.</summary>
    public async Task<bool> HasRoomAsync(string purpose, string owner, int most)
    {
        var (now, start) = (Now, Now.UtcTicks / Window.Ticks);
        var end = new DateTimeOffset((start + 1) * Window.Ticks, TimeSpan.Zero);
        for (var place = 0; place < most; place++)
        {
            if (await spent.SpendAsync(purpose, owner, string.Create(CultureInfo.InvariantCulture, $"{start}/{place}"), end, now, CancellationToken.None))
                return true;
        }

        return false;
    }

    private static CultureInfo LanguageOf(Mailbox mailbox, HttpContext? http) =>
        Languages.Find(mailbox.Locale) ?? (http is null ? Languages.All[0] : Languages.Of(http));
}
