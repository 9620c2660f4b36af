using System.CommandLine;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users update</c>: what is known of a person, also what they can't change themselves.</summary>
internal static class UserClaimsCommand
{
    public static Command Build()
    {
        var username = UserCommands.Username();
        var file = new Option<string>("--claims")
        {
            Description = "Standard OpenID Connect claims as JSON: what it names is set, null takes a claim away, the rest stays. - reads standard input.", HelpName = "file", Required = true,
        };
        return new Command("update", "Change what is known of a person. Apps see it at UserInfo at once, and in their next ID token.") { username, file }.Does(async work =>
        {
            var written = await Input.ReadAsync(work.Parsed.GetRequiredValue(file), work.Cancellation);
            return await UserCommands.ChangeAsync(work, username, user => work.Get<UserOperations>().ChangeClaimsAsync(work.Actor, user, written, work.Cancellation));
        },
            RemoteUsers.UpdateAsync);
    }
}
