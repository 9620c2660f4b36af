using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users …</c>: accounts, by ASP.NET Core Identity.</summary>
internal static class UserCommands
{
    public static Command Build()
    {
        var users = new Command("users", "The people who sign in.") { Create(), List(), Show(), Disable(), Enable(), UserPasswordCommands.SetPassword(), SecondFactorCommands.Reset(), InvitationCommand.Build(), UserClaimsCommand.Build(), UserHistoryCommand.Build(), UserDeleteCommand.Build(), Link(), Unlink() };
        foreach (var command in MembershipCommands.Build())
            users.Add(command);
        return users;
    }

    public static Argument<string> Username() => new("username") { Description = "What the person signs in with." };

    public static async Task<User?> FindAsync(Work work, Argument<string> username) =>
        await work.Get<UserManager<User>>().FindByNameAsync(work.Parsed.GetRequiredValue(username));

    public static int Unknown(Work work, Argument<string> username) =>
        work.Output.Refuse($"username: '{work.Parsed.GetRequiredValue(username)}' is not a user here");

    /// <summary>Identity's first objection, with the member that it is about; null where it has none.</summary>
    public static string? Refusal(IdentityResult result)
    {
        if (result.Succeeded)
            return null;
        var error = result.Errors.First();
        var member = error.Code switch
        {
            _ when error.Code.StartsWith("Password", StringComparison.Ordinal) => "password",
            _ when error.Code.Contains("UserName", StringComparison.Ordinal) => "username",
            _ when error.Code.Contains("Role", StringComparison.Ordinal) => "role",
            _ => "user",
        };
        return $"{member}: {error.Description.ReplaceLineEndings(" ")}";
    }

    /// <summary>All that is known of an account; its roles are those that it has by itself.</summary>
    public static async Task<JsonObject> DocumentAsync(Work work, User user)
    {
        var document = Document(user);
        document["locked_until"] = (await work.Get<Attempts>().FindAsync(AttemptKey.OfAccount(user.Id), work.Cancellation))?.NextAt is { } end && end > work.Installation.Now ? Output.Moment(end) : null;
        document["roles"] = new JsonArray([.. await work.Get<UserManager<User>>().GetRolesAsync(user)]);
        document["groups"] = Names(await work.Get<Storage.Users>().FindGroupsAsync(user.Id, work.Cancellation));
        document["effective_roles"] = Names(await work.Get<Storage.Users>().FindRolesAsync(user.Id, work.Cancellation));
        var links = await work.Get<UserManager<User>>().GetLoginsAsync(user);
        document["links"] = new JsonArray([.. links.Select(link => new JsonObject { ["issuer"] = link.LoginProvider, ["subject"] = link.ProviderKey })]);
        document["second_factors"] = SecondFactorCommands.Document(await work.Get<SecondFactors>().FindAsync(user.Id, work.Cancellation));
        return document;
    }

    private static Command Create()
    {
        var username = new Option<string>("--username") { Description = "What the person signs in with.", Required = true };
        var password = new NewPasswordOptions();
        var claims = new Option<string?>("--claims") { Description = "Standard OpenID Connect claims as JSON; - reads standard input.", HelpName = "file" };
        var roles = new Option<string[]>("--role") { Description = "A role that the person has; made where there is none of that name. May be repeated.", HelpName = "name" };
        var command = new Command("create", "Make an account.") { username, password.Password, password.Hash, claims, roles };
        command.Validators.Add(password.Check);
        command.Validators.Add(result =>
        {
            if (password.IsStandardInput(result) && result.GetValue(claims) == Input.Standard)
                result.AddError("Standard input can be the password or the claims, not both.");
        });
        return command.Does(async work =>
        {
            var written = work.Parsed.GetValue(claims) is { } path ? await Input.ReadAsync(path, work.Cancellation) : "{}"u8.ToArray();
            var read = UserClaimsRules.Read(written);
            if (read is Validated<JsonObject>.Invalid { Error: var mistake })
                return work.Output.Refuse(mistake.ToString());
            var named = work.Parsed.GetValue(roles) ?? [];
            if (!named.All(RoleCommands.IsName))
                return work.Output.Refuse(RoleCommands.BadName);

            // They are of now, until somebody says otherwise (Core §5.1, updated_at).
            var known = ((Validated<JsonObject>.Valid)read).Value;
            known["updated_at"] ??= work.Installation.Now.ToUnixTimeSeconds();
            var user = new User
            {
                Id = work.Get<Entropy>().NewId(),
                UserName = work.Parsed.GetRequiredValue(username),
                Claims = known.ToJsonString(),
                CreatedAt = work.Installation.Now,
            };
            if (await SetEmailAsync(work, user, known) is { } taken)
                return work.Output.Refuse(taken);
            if (await password.ReadAsync(work, user) is { } unfit)
                return work.Output.Refuse(unfit);

            // The account last: where something is wrong with it nobody has half an account.
            foreach (var role in named)
            {
                if (await RoleCommands.MakeAsync(work, role) is { } noRole)
                    return work.Output.Refuse(noRole);
            }

            var users = work.Get<UserManager<User>>();
            if (Refusal(await users.CreateAsync(user)) is { } reason)
                return work.Output.Refuse(reason);
            if (named.Length > 0 && Refusal(await users.AddToRolesAsync(user, named)) is { } notIn)
                return work.Output.Refuse(notIn);
            return work.Output.Show(await DocumentAsync(work, user));
        });
    }

    /// <summary>An operator vouches for what they call verified; it is one account's. Why not, or null.</summary>
    public static async Task<string?> SetEmailAsync(Work work, User user, JsonObject claims)
    {
        if (EmailAddress.Read(claims["email"]?.GetValue<string>()) is not { } address)
            return null;
        var isVerified = claims["email_verified"]?.GetValue<bool>() == true;
        user.SetEmail(address.Text, isVerified, now: null);
        return isVerified && await work.Get<Mailboxes>().IsTakenAsync(address, user.Id, work.Cancellation) ? "email: belongs to another account" : null;
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The accounts, by user name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(work, work.Get<Storage.Users>().ListAsync, Document, "username", "sub", "disabled", "created_at"));
    }

    private static Command Show()
    {
        var username = Username();
        return new Command("show", "An account with its claims and roles.") { username }
            .Does(async work => await FindAsync(work, username) is { } user ? work.Output.Show(await DocumentAsync(work, user)) : Unknown(work, username));
    }

    private static Command Disable()
    {
        var username = Username();
        return new Command("disable", "Keep a person out: no sign-in, no refresh; every session and every app's access ends.") { username }.Does(async work =>
        {
            if (await FindAsync(work, username) is not { } user)
                return Unknown(work, username);
            user.DisabledAt ??= work.Installation.Now;
            return await ChangeAndEndAsync(work, user) ? work.Output.Show(await DocumentAsync(work, user)) : ChangedMeanwhile(work);
        });
    }

    private static Command Enable()
    {
        var username = Username();
        return new Command("enable", "Let a person in again who was disabled, or locked out by wrong passwords.") { username }.Does(async work =>
        {
            if (await FindAsync(work, username) is not { } user)
                return Unknown(work, username);
            user.DisabledAt = null;
            if (Refusal(await work.Get<UserManager<User>>().UpdateAsync(user)) is { } reason)
                return work.Output.Refuse(reason);
            await work.Get<Attempts>().ForgetAsync(AttemptKey.OfAccount(user.Id), work.Cancellation);
            return work.Output.Show(await DocumentAsync(work, user));
        });
    }

    private static Command Link()
    {
        var (username, issuer, subject) = (Username(), TrustedIssuerCommands.Issuer(), TrustedIssuerCommands.Subject());
        return new Command("link", "Say that a person is this subject of a trusted issuer or an upstream, which then speaks for them.") { username, issuer, subject }.Does(async work =>
        {
            if (await FindAsync(work, username) is not { } user)
                return Unknown(work, username);
            var (name, sub) = (work.Parsed.GetRequiredValue(issuer), work.Parsed.GetRequiredValue(subject));
            var isUpstream = (await work.Get<Upstreams>().ListAsync(work.Cancellation)).Any(upstream => upstream.Issuer == name);
            if (!isUpstream && await work.Get<Storage.TrustedIssuers>().FindAsync(name, work.Cancellation) is null)
                return TrustedIssuerCommands.Unknown(work, name);
            var longest = isUpstream ? UpstreamIdTokenRules.LongestSubject : Protocol.TrustedIssuers.TrustedIssuerRules.LongestName;
            if (sub.Length == 0 || sub.Length > longest)
                return work.Output.Refuse($"subject: must be 1 to {longest} characters");
            var result = await work.Get<UserManager<User>>().AddLoginAsync(user, new UserLoginInfo(name, sub, name));
            return await LinkedAsync(work, user, result, SignInOutcome.LinkGiven, name);
        });
    }

    private static Command Unlink()
    {
        var (username, issuer, subject) = (Username(), TrustedIssuerCommands.Issuer(), TrustedIssuerCommands.Subject());
        return new Command("unlink", "Take that back.") { username, issuer, subject }.Does(async work =>
        {
            if (await FindAsync(work, username) is not { } user)
                return Unknown(work, username);
            var name = work.Parsed.GetRequiredValue(issuer);
            var result = await work.Get<UserManager<User>>().RemoveLoginAsync(user, name, work.Parsed.GetRequiredValue(subject));
            return await LinkedAsync(work, user, result, SignInOutcome.LinkTaken, name);
        });
    }

    private static async Task<int> LinkedAsync(Work work, User user, IdentityResult result, SignInOutcome outcome, string issuer)
    {
        if (Refusal(result) is { } reason)
            return work.Output.Refuse(reason);
        await work.Get<SignInHistory>().AddAsync(user.Id, Origin.Command, outcome, work.Cancellation, issuer);
        return work.Output.Show(await DocumentAsync(work, user));
    }

    // A thief may have got offline access, which outlives every session.
    internal static Task<bool> ChangeAndEndAsync(Work work, User user) => work.Get<Storage.Users>().ChangeAndEndAsync(
        user, work.Get<Entropy>().NewId().ToString("D"), kept: null, FamilyEnd.EndedByOperator, work.Installation.Now, work.Cancellation);

    internal static int ChangedMeanwhile(Work work) => work.Output.Refuse("user: was changed by somebody else just now; try again");

    // null where there are more than anybody is told of.
    private static JsonArray? Names(IReadOnlyList<string>? names) => names is null ? null : [.. names.Select(name => JsonValue.Create(name))];

    private static JsonObject Document(User user) => new()
    {
        ["sub"] = user.Id.ToString("D"),
        ["username"] = user.UserName,
        ["disabled"] = user.IsDisabled,
        ["created_at"] = Output.Moment(user.CreatedAt),
        ["claims"] = JsonNode.Parse(user.Claims),
    };
}
