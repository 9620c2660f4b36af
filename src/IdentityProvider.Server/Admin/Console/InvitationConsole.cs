using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/users/-/invite</c>: offers somebody an account, by a link that is mailed to them and shown to nobody.</summary>
internal static class InvitationConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Ask("/users/-/invite", AdminArea.Users, request => AskAsync(request, fault: null)),
        ConsoleRoute.Form("/users/-/invite", AdminArea.Users, InviteAsync),
    ];

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<InvitePage>(
        new InvitePage.InviteModel([.. Languages.All.Select(language => (language.Name, Languages.NameOf(language)))], request.Get<Settings>().Accounts.Registration != AccountRegistration.Off), fault);

    private static async Task InviteAsync(ConsoleRequest request)
    {
        var language = request["language"] ?? "";
        if (Languages.All.All(known => known.Name != language))
            await AskAsync(request, Fault.Refused("language", "is none of those that mails are written in"));
        else if ((await request.Get<InvitationOperations>().InviteAsync(
            request.Actor, request["email"] ?? "", ClientForms.Lines(request["roles"]), language, request.Cancellation)).Try(out var sent, out var fault))
            await request.DoneAsync("/users", $"An invitation goes to {sent.Email}; its link works once, until {Moments.Text(sent.Until)}.");
        else
            await AskAsync(request, fault);
    }
}
