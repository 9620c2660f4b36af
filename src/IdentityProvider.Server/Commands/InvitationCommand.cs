using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users invite</c>: offers somebody an account, by a link that a running server mails.</summary>
internal static class InvitationCommand
{
    public static Command Build()
    {
        var email = new Option<string>("--email") { Description = "To whom the link is sent; it will be what they sign in with.", Required = true };
        var roles = new Option<string[]>("--role") { Description = "A role that they will have; made where there is none of that name. May be repeated.", HelpName = "name" };
        var language = new Option<string>("--language") { Description = "In which the mail is written.", DefaultValueFactory = _ => Languages.All[0].Name };
        language.AcceptOnlyFromAmong([.. Languages.All.Select(known => known.Name)]);
        return new Command("invite", "Offer somebody an account, by a link that works once, within a week.") { email, roles, language }.Does(async work =>
        {
            var settings = work.Installation.Settings;
            if (settings.Accounts.Registration == AccountRegistration.Off)
                return work.Output.Refuse("Idp:Accounts:Registration is Off, so nobody can follow an invitation: set it to Invitation");
            if (EmailAddress.Read(work.Parsed.GetRequiredValue(email)) is not { } address)
                return work.Output.Refuse("email: must be an address that mail can be sent to");
            if (await work.Get<Mailboxes>().IsTakenAsync(address, null, work.Cancellation))
                return work.Output.Refuse($"email: {address.Text} has an account already");
            var named = work.Parsed.GetValue(roles) ?? [];
            if (!named.All(RoleCommands.IsName))
                return work.Output.Refuse(RoleCommands.BadName);
            foreach (var role in named)
            {
                if (await RoleCommands.MakeAsync(work, role) is { } noRole)
                    return work.Output.Refuse(noRole);
            }

            var mail = new Storage.Mail { Kind = MailKind.Invitation, Address = address.Text, Language = work.Parsed.GetRequiredValue(language), Roles = named };
            await work.Get<Mails>().SendAsync(mail, AccountLinkPurpose.Invitation);
            var until = work.Installation.Now + AccountLinkRules.LifetimeOf(AccountLinkPurpose.Invitation);
            return work.Output.Say(
                string.Create(CultureInfo.InvariantCulture, $"An invitation goes to {address.Text} as soon as a server runs; its link works until {until:u}."),
                new() { ["email"] = address.Text, ["roles"] = new JsonArray([.. named]), ["expires_at"] = Output.Moment(until) });
        });
    }
}
