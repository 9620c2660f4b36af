using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary>Passwords as operators give them.</summary>
internal static class UserPasswordCommands
{
    public static Command SetPassword()
    {
        var username = UserCommands.Username();
        var password = new NewPasswordOptions();
        var keep = new Option<bool>("--keep-sessions") { Description = "Leave the person signed in where they are; otherwise every session and every app's access ends." };
        var command = new Command("set-password", "Give a person another password.") { username, password.Password, password.Hash, keep };
        command.Validators.Add(password.Check);
        return command.Does(async work =>
        {
            if (await UserCommands.FindAsync(work, username) is not { } user)
                return UserCommands.Unknown(work, username);
            if (await password.ReadAsync(work, user) is { } unfit)
                return work.Output.Refuse(unfit);
            var users = work.Get<UserManager<User>>();
            if (!(work.Parsed.GetValue(keep) ? (await users.UpdateSecurityStampAsync(user)).Succeeded : await UserCommands.ChangeAndEndAsync(work, user)))
                return UserCommands.ChangedMeanwhile(work);
            await work.Get<SignInHistory>().AddAsync(user.Id, Origin.Command, SignInOutcome.PasswordGiven, work.Cancellation);
            await work.Get<Attempts>().ForgetAsync(AttemptKey.OfAccount(user.Id), work.Cancellation);
            return work.Output.Say($"{user.UserName} has a new password.", new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName });
        });
    }
}

/// <summary>A new password, or the hash of one that another system has: one of the two.</summary>
internal sealed class NewPasswordOptions
{
    public Option<string?> Password { get; } = new("--password")
    {
        Description = "The password; - reads it from standard input, where no list of processes shows it.",
    };

    public Option<string?> Hash { get; } = new("--password-hash")
    {
        Description = "The hash of a password from another system: ASP.NET Core Identity's, or PBKDF2 as Keycloak, Django or passlib write it; - reads it from standard input.",
        HelpName = "hash",
    };

    public void Check(CommandResult result)
    {
        if (result.GetValue(Password) is null == result.GetValue(Hash) is null)
            result.AddError("Give --password or --password-hash, and not both.");
    }

    public bool IsStandardInput(CommandResult result) => (result.GetValue(Password) ?? result.GetValue(Hash)) == Input.Standard;

    /// <summary>Writes its hash to the account, which the caller stores; why not in one line, or null.</summary>
    public async Task<string?> ReadAsync(Work work, User user)
    {
        if (work.Parsed.GetValue(Hash) is { } given)
        {
            var read = PasswordHashRules.Read(given == Input.Standard ? Encoding.UTF8.GetString(await Input.ReadAsync(given, work.Cancellation)) : given);
            user.PasswordHash = read is Validated<string>.Valid valid ? valid.Value : null;
            return read is Validated<string>.Invalid invalid ? invalid.Error.ToString() : null;
        }

        var secret = await Input.ReadPasswordAsync(work.Parsed.GetValue(Password)!, work.Cancellation);
        if (!(await work.Get<PasswordAcceptance>().AcceptFromOperatorAsync(user, secret, work.Cancellation)).Try(out var accepted, out var reason))
            return $"password: {Words(reason)}";
        if (PasswordRules.Refuse(secret, work.Installation.Settings.Passwords.ShortestLength, []) is not null)
            work.Output.Warn($"The person could not choose one so short themselves: {work.Installation.Settings.Passwords.ShortestLength} characters is their least.");
        user.PasswordHash = accepted.Hash;
        return null;
    }

    private static string Words(Refusal reason) => reason switch
    {
        Refusal.PasswordTooShort => $"must be {PasswordRules.Shortest} characters or more",
        Refusal.PasswordTooLong => $"must be at most {PasswordRules.Longest} characters",
        Refusal.PasswordHasName => "has a name in it, the person's or the site's",
        Refusal.PasswordCommon => "is among the first that anybody tries",
        Refusal.PasswordGuessable => "takes too few guesses; another word or two helps",
        Refusal.PasswordBreached => "is among those that leaked elsewhere",
        _ => "can't be hashed just now; try again",
    };
}
