using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Mail;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Offers people an account, by a link that a running server mails.</summary>
internal sealed class InvitationOperations(Mailboxes mailboxes, Mails mails, RoleOperations roles, Desk desk)
{
    public async Task<Operated<Invitation>> InviteAsync(Actor actor, string email, IReadOnlyList<string> withRoles, string language, CancellationToken cancellation)
    {
        if (desk.Settings.Accounts.Registration == AccountRegistration.Off)
            return Fault.Conflict("Idp:Accounts:Registration", "is Off, so nobody can follow an invitation: set it to Invitation");
        if (EmailAddress.Read(email) is not { } address)
            return Fault.Refused("email", "must be an address that mail can be sent to");
        if (await mailboxes.IsTakenAsync(address, null, cancellation))
            return Fault.Conflict("email", $"{address.Text} has an account already");
        foreach (var role in withRoles)
        {
            if (RoleOperations.RefuseName(role) is { } badName)
                return badName;
        }

        foreach (var role in withRoles)
        {
            if (await roles.MakeAsync(actor, role) is { } noRole)
                return noRole;
        }

        var mail = new Storage.Mail { Kind = MailKind.Invitation, Address = address.Text, Language = language, Roles = withRoles };
        await mails.SendAsync(mail, AccountLinkPurpose.Invitation);
        await desk.RecordAsync(AuditAction.UserInvited, actor, AuditTarget.NoUser, detail: new JsonObject { ["roles"] = new JsonArray([.. withRoles.Select(role => JsonValue.Create(role))]) });
        return new Invitation(address.Text, withRoles, desk.Now + AccountLinkRules.LifetimeOf(AccountLinkPurpose.Invitation));
    }
}

/// <summary>An invitation that goes out.</summary>
internal sealed record Invitation(string Email, IReadOnlyList<string> Roles, DateTimeOffset Until);
