using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Server.Pages;

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
            work.Tell(
                await work.Get<InvitationOperations>().InviteAsync(
                    work.Actor, work.Parsed.GetRequiredValue(email), work.Parsed.GetValue(roles) ?? [], work.Parsed.GetRequiredValue(language), work.Cancellation),
                invitation => Say(work.Output, new() { ["email"] = invitation.Email, ["roles"] = new JsonArray([.. invitation.Roles]), ["expires_at"] = Output.Moment(invitation.Until) })),
            async work =>
            {
                var body = new JsonObject { ["email"] = work.Parsed.GetRequiredValue(email), ["roles"] = RemoteCalls.Names(work, "--role"), ["language"] = work.Parsed.GetRequiredValue(language) };
                return Say(work.Output, (await work.Api.SendAsync(HttpMethod.Post, "/invitations", body, null, work.Cancellation)).Document);
            });
    }

    private static int Say(Output output, JsonObject invitation) =>
        output.Say($"An invitation goes to {invitation["email"]} as soon as a server runs; its link works until {invitation["expires_at"]}.", invitation);
}
