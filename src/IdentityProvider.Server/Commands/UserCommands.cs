using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

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

    public static Task<Operated<User>> FindAsync(Work work, Argument<string> username) => work.Get<UserOperations>().FindAsync(work.Parsed.GetRequiredValue(username));

    /// <summary>Does something to an account, and shows it as it then is.</summary>
    public static async Task<int> ChangeAsync(Work work, Argument<string> username, Func<User, Task<Operated<User>>> change) =>
        await work.TellAsync(await FindAsync(work, username), async user => await work.TellAsync(await change(user), changed => ShowAsync(work, changed)));

    /// <summary>Says what would be done to an account, and what that ends.</summary>
    public static async Task<int> ForecastAsync(Work work, Argument<string> username, string would, bool isDeletion) => await work.ForecastAsync(
        FindAsync(work, username),
        user => $"Would {would} {user.UserName}",
        user => new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName },
        (user, dependents) => dependents.OfUserAsync(user.Id, isDeletion, work.Installation.Now, work.Cancellation));

    private static async Task<int> ShowAsync(Work work, User user) =>
        work.Output.Show(JsonSerializer.SerializeToNode(await work.Get<UserDocuments>().OfAsync(user, work.Cancellation), AdminJson.Default.UserDocument)!.AsObject());

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
            var asked = new NewUser(work.Parsed.GetRequiredValue(username), await password.ReadAsync(work), written, work.Parsed.GetValue(roles) ?? []);
            return await work.TellAsync(await work.Get<UserOperations>().CreateAsync(work.Actor, asked, work.Cancellation), user => ShowAsync(work, user));
        },
            RemoteUsers.CreateAsync);
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The accounts, by user name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, (after, limit, cancellation) => work.Get<UserOperations>().ListAsync(UserFilter.None, after, limit, cancellation), Document, "username", "sub", "disabled", "created_at"),
            work => work.ListAsync("/users", "username", "sub", "disabled", "created_at"));
    }

    private static Command Show()
    {
        var username = Username();
        return new Command("show", "An account with its claims and roles.") { username }
            .Does(
            async work => await work.TellAsync(await FindAsync(work, username), user => ShowAsync(work, user)),
            async work => await work.ShowAsync($"/users/{await work.SubAsync("username")}"));
    }

    private static Command Disable()
    {
        var username = Username();
        return new Command("disable", "Keep a person out: no sign-in, no refresh; every session and every app's access ends.") { username }
            .Ends(work => ForecastAsync(work, username, "disable", isDeletion: false), work => ChangeAsync(work, username, user => work.Get<UserOperations>().DisableAsync(work.Actor, user, work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Post, sub => $"/users/{sub}/disable"));
    }

    private static Command Enable()
    {
        var username = Username();
        return new Command("enable", "Let a person in again who was disabled, or locked out by wrong passwords.") { username }
            .Does(
            work => ChangeAsync(work, username, user => work.Get<UserOperations>().EnableAsync(work.Actor, user, work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Post, sub => $"/users/{sub}/enable"));
    }

    private static Command Link()
    {
        var (username, issuer, subject) = (Username(), TrustedIssuerCommands.Issuer(), TrustedIssuerCommands.Subject());
        return new Command("link", "Say that a person is this subject of a trusted issuer or an upstream, which then speaks for them.") { username, issuer, subject }.Does(work => ChangeAsync(
            work, username, user => work.Get<LinkOperations>().LinkAsync(work.Actor, user, work.Parsed.GetRequiredValue(issuer), work.Parsed.GetRequiredValue(subject), work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Put, sub => $"/users/{sub}/links/{work.Part("issuer")}/{work.Part("subject")}"));
    }

    private static Command Unlink()
    {
        var (username, issuer, subject) = (Username(), TrustedIssuerCommands.Issuer(), TrustedIssuerCommands.Subject());
        return new Command("unlink", "Take that back.") { username, issuer, subject }.Does(work => ChangeAsync(
            work, username, user => work.Get<LinkOperations>().UnlinkAsync(work.Actor, user, work.Parsed.GetRequiredValue(issuer), work.Parsed.GetRequiredValue(subject), work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Delete, sub => $"/users/{sub}/links/{work.Part("issuer")}/{work.Part("subject")}"));
    }

    private static JsonObject Document(User user) => JsonSerializer.SerializeToNode(UserDocuments.Summary(user), AdminJson.Default.UserSummary)!.AsObject();
}
