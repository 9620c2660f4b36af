using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

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
            if (await UserCommands.FindAsync(work, username) is not { } user)
                return UserCommands.Unknown(work, username);
            var standing = JsonNode.Parse(user.Claims)!.AsObject();
            var read = UserClaimsRules.ReadChange(written, standing);
            if (read is not Validated<JsonObject>.Valid { Value: var claims })
                return work.Output.Refuse(((Validated<JsonObject>.Invalid)read).Error.ToString());
            if (JsonNode.Parse(written)!["updated_at"] is null)
                claims["updated_at"] = work.Installation.Now.ToUnixTimeSeconds();
            user.Claims = claims.ToJsonString();
            var isSameMailbox = JsonNode.DeepEquals(standing["email"], claims["email"]) && JsonNode.DeepEquals(standing["email_verified"], claims["email_verified"]);
            if (!isSameMailbox && !claims.ContainsKey("email"))
                user.SetEmail(null, isVerified: false, now: null);
            else if (!isSameMailbox && await UserCommands.SetEmailAsync(work, user, claims) is { } taken)
                return work.Output.Refuse(taken);
            if (UserCommands.Refusal(await work.Get<UserManager<User>>().UpdateAsync(user)) is { } reason)
                return work.Output.Refuse(reason);
            if (ProfileRules.ChangesOf(standing, claims) is { Count: > 0 } changes)
                await work.Get<SignInHistory>().AddAsync(user.Id, Origin.Command, SignInOutcome.ProfileCorrected, work.Cancellation, string.Join(' ', changes));
            return work.Output.Show(await UserCommands.DocumentAsync(work, user));
        });
    }
}
