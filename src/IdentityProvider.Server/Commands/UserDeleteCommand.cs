using System.CommandLine;
using IdentityProvider.Server.Accounts;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users delete</c>.</summary>
internal static class UserDeleteCommand
{
    public static Command Build()
    {
        var username = UserCommands.Username();
        return new Command("delete", "Delete an account for good: every session and every app's access ends, and all that is held on the person is removed.") { username }.Does(async work =>
        {
            if (await UserCommands.FindAsync(work, username) is not { } user || !await work.Get<AccountEnd>().DeleteAsync(user.Id, http: null))
                return UserCommands.Unknown(work, username);
            return work.Output.Say($"{user.UserName} is deleted.", new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["deleted"] = true });
        });
    }
}
