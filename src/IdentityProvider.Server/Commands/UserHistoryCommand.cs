using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users history</c>: what happened to an account, as its person sees it.</summary>
internal static class UserHistoryCommand
{
    public static Command Build()
    {
        var username = UserCommands.Username();
        var paging = new Paging();
        var command = new Command("history", "What happened to an account in the last 90 days, newest first.") { username };
        paging.AddTo(command);
        return command.Does(async work =>
        {
            if (!(await UserCommands.FindAsync(work, username)).Try(out var user, out var fault))
                return work.Output.Refuse(fault.ToString());
            return await paging.ShowAsync(
                work,
                (after, limit, cancellation) => work.Get<SignInEvents>().ListAsync(user.Id, work.Installation.Now, limit, HistoryPlaces.Read(after), cancellation),
                Document,
                "id",
                "at",
                "outcome",
                "count",
                "detail",
                "address",
                "device");
        },
            async work => await work.ListAsync($"/users/{await work.SubAsync("username")}/history", "id", "at", "outcome", "count", "detail", "address", "device"));
    }

    private static JsonObject Document(SignInEvent line) => JsonSerializer.SerializeToNode(HistoryDocument.Of(line), AdminJson.Default.HistoryDocument)!.AsObject();
}
