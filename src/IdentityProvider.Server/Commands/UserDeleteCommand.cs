using System.CommandLine;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users delete</c>.</summary>
internal static class UserDeleteCommand
{
    public static Command Build()
    {
        var username = UserCommands.Username();
        return new Command("delete", "Delete an account for good: every session and every app's access ends, and all that is held on the person is removed.") { username }.Ends(work => UserCommands.ForecastAsync(work, username, "delete", isDeletion: true), async work =>
        {
            if (!(await UserCommands.FindAsync(work, username)).Try(out var found, out var unknown))
                return work.Output.Refuse(unknown.ToString());
            return work.Tell(
                await work.Get<UserOperations>().DeleteAsync(work.Actor, found, work.Cancellation),
                user => work.Output.Say($"{user.UserName} is deleted.", new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["deleted"] = true }));
        },
            async work =>
            {
                var sub = await work.SubAsync("username");
                return await work.DoAsync(HttpMethod.Delete, $"/users/{sub}", $"Deleted {work.Text("username")}.", new() { ["sub"] = sub, ["username"] = work.Text("username"), ["deleted"] = true });
            });
    }
}
