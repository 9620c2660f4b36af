using System.CommandLine;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users reset-second-factors</c>: for a person who has lost what they proved themselves by, and asked those who run the server.</summary>
internal static class SecondFactorCommands
{
    public static Command Reset()
    {
        var username = UserCommands.Username();
        return new Command(
            "reset-second-factors",
            "Take a person's authenticator app, recovery codes and passkeys away, so that they can set up others; every session and every app's access ends. Passkeys stay where there is no password.")
        {
            username,
        }.Does(
            work => UserCommands.ChangeAsync(work, username, user => work.Get<UserOperations>().ResetSecondFactorsAsync(work.Actor, user, work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Delete, sub => $"/users/{sub}/second-factors"));
    }
}
