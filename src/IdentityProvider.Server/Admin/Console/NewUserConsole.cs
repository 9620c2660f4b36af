using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>An account that an operator makes, and a password that an operator gives.</summary>
internal static class NewUserConsole
{
    private static readonly string[] Claims = ["name", "given_name", "family_name", "email"];

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Ask("/users/-/new", AdminArea.Users, request => AskAsync(request, fault: null)),
        ConsoleRoute.Form("/users/-/new", AdminArea.Users, CreateAsync),
        ConsoleRoute.Ask("/users/{sub}/password", AdminArea.Users, request => UserConsole.OfUserAsync(request, user => AskForPasswordAsync(request, user, fault: null))),
        ConsoleRoute.Form("/users/{sub}/password", AdminArea.Users, request => UserConsole.OfUserAsync(request, user => SetPasswordAsync(request, user))),
    ];

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<NewUserPage>(new object(), fault);

    private static async Task CreateAsync(ConsoleRequest request)
    {
        var claims = new JsonObject();
        foreach (var claim in Claims)
        {
            if (request[claim] is { } value)
                claims[claim] = value;
        }

        if (request["email"] is not null)
            claims["email_verified"] = request["email_verified"] == "true";
        var asked = new NewUser(request["username"] ?? "", Given(request), Encoding.UTF8.GetBytes(claims.ToJsonString()), request["role"] is { } role ? [role] : []);
        var made = await request.Get<UserOperations>().CreateAsync(request.Actor, asked, request.Cancellation);
        if (made.Try(out var user, out var fault))
            await request.DoneAsync(UserConsole.PathOf(user), string.Join(' ', [$"{user.UserName} has an account.", .. made.Warnings]));
        else
            await AskAsync(request, fault);
    }

    private static Task AskForPasswordAsync(ConsoleRequest request, User user, Fault? fault) =>
        request.ShowAsync<GivePasswordPage>(new GivePasswordPage.GivePasswordModel(user.Id.ToString("D"), user.UserName!), fault);

    private static async Task SetPasswordAsync(ConsoleRequest request, User user)
    {
        var given = Given(request) ?? new GivenPassword("", null);
        var done = await request.Get<UserOperations>().SetPasswordAsync(request.Actor, user, given, request["keep_sessions"] == "true", request.Cancellation);
        if (done.Try(out _, out var fault))
            await request.DoneAsync(UserConsole.PathOf(user), string.Join(' ', [$"{user.UserName} has another password.", .. done.Warnings]));
        else
            await AskForPasswordAsync(request, user, fault);
    }

    private static GivenPassword? Given(ConsoleRequest request) => request["password"] is { } password ? new GivenPassword(password, Hash: null) : null;
}
