using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

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
            if (!(await UserCommands.FindAsync(work, username)).Try(out var found, out var unknown))
                return work.Output.Refuse(unknown.ToString());
            var given = await password.ReadAsync(work);
            return work.Tell(
                await work.Get<UserOperations>().SetPasswordAsync(work.Actor, found, given, work.Parsed.GetValue(keep), work.Cancellation),
                user => work.Output.Say($"{user.UserName} has a new password.", new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName }));
        },
            RemoteUsers.SetPasswordAsync);
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

    /// <summary>What was written.</summary>
    public async Task<GivenPassword> ReadAsync(Work work)
    {
        if (work.Parsed.GetValue(Hash) is { } hash)
            return new(null, hash == Input.Standard ? Encoding.UTF8.GetString(await Input.ReadAsync(hash, work.Cancellation)) : hash);
        return new(await Input.ReadPasswordAsync(work.Parsed.GetValue(Password)!, work.Cancellation), null);
    }
}
