using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What is stored about accounts beside Identity's own, as operations on them need it.</summary>
internal sealed record AccountStore(
    Storage.Users Users, Attempts Attempts, TokenFamilies Families, Mailboxes Mailboxes, SecondFactors SecondFactors, SignInHistory History, NoticeMail Notices)
{
    /// <summary>Adds a line to the account's history, which its person reads.</summary>
    public Task NoteAsync(Guid userId, SignInOutcome outcome, CancellationToken cancellation, string? detail = null) =>
        History.AddAsync(userId, Origin.Command, outcome, cancellation, detail);

    /// <summary>Takes all second factors away, and tells the person; false where somebody changed the account since it was read.</summary>
    public async Task<bool> ResetSecondFactorsAsync(User user, Desk desk, CancellationToken cancellation)
    {
        if (!await SecondFactors.ResetAsync(user, desk.Entropy.NewId().ToString("D"), FamilyEnd.EndedByOperator, desk.Now, cancellation))
            return false;
        await NoteAsync(user.Id, SignInOutcome.SecondFactorsReset, cancellation);
        await Notices.SendAsync(user.Id, NoticeKind.SecondFactorReset, http: null);
        return true;
    }
}
