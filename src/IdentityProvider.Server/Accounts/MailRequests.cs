using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Accounts;

/// <summary>
/// A mail that somebody asks for at a page. Whatever was typed, the same is done here and takes the same time: whether there is such an account is
/// looked up when the mail is written.
/// </summary>
internal sealed class MailRequests(Mails mails, MailLimit limit, Forms forms, AuditTally tally)
{
    /// <summary>Null where the answer is the same as ever; else why nothing was asked for, which says nothing of any account.</summary>
    /// <param name="http">The request.</param>
    /// <param name="kind">What the mail is about.</param>
    /// <param name="typed">What was typed: an address, or where a password is forgotten a user name.</param>
    /// <param name="target">Where whoever opens the link in this browser goes on to.</param>
    /// <param name="userId">Whose account it is about; null where that is looked up.</param>
    public async Task<Refusal?> AskAsync(HttpContext http, MailKind kind, string typed, SignInTarget target, Guid? userId = null)
    {
        if (!limit.TryTake(http))
            return Refusal.MailAskedTooOften;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (target.Resume is { Length: <= Longest.Resume } resume && forms.BrowserOf(http) is { } browser)
            (facts[AskedMail.Resume], facts[AskedMail.Browser]) = (resume, browser);
        var mail = new Storage.Mail { Kind = kind, Address = typed, Language = Languages.Of(http).Name, Facts = facts };
        tally.Count(
            AuditAction.UserLinkAsked,
            userId is { } person ? Actor.Person(person).By(http) : Actor.Anonymous.By(http),
            userId is { } known ? AuditTarget.User(known) : AuditTarget.NoUser,
            ("purpose", PurposeOf(kind).ToString()));
        await mails.AskAsync(mail, userId, PurposeOf(kind));
        return null;
    }

    public static AccountLinkPurpose PurposeOf(MailKind kind) => kind switch
    {
        MailKind.PasswordForgotten => AccountLinkPurpose.PasswordReset,
        MailKind.SignUp => AccountLinkPurpose.SignUp,
        MailKind.Invitation => AccountLinkPurpose.Invitation,
        MailKind.EmailChange => AccountLinkPurpose.EmailChange,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
