using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

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
        }.Does(async work =>
        {
            if (await UserCommands.FindAsync(work, username) is not { } user)
                return UserCommands.Unknown(work, username);
            if (!await work.Get<SecondFactors>().ResetAsync(user, work.Get<Entropy>().NewId().ToString("D"), FamilyEnd.EndedByOperator, work.Installation.Now, work.Cancellation))
                return work.Output.Refuse("user: was changed by somebody else just now; try again");
            await work.Get<SignInHistory>().AddAsync(user.Id, Origin.Command, SignInOutcome.SecondFactorsReset, work.Cancellation);
            await work.Get<NoticeMail>().SendAsync(user.Id, NoticeKind.SecondFactorReset, http: null);
            return work.Output.Show(await UserCommands.DocumentAsync(work, user));
        });
    }

    /// <summary>What a person has, for those who run the server.</summary>
    public static JsonObject Document(AccountFactors account) => new()
    {
        ["authenticator"] = account.HasAuthenticator,
        ["recovery_codes"] = account.RecoveryCodes,
        ["passkeys"] = account.Passkeys,
        ["required_by_role"] = account.IsRequiredByRole,
    };
}
