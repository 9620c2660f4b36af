using IdentityProvider.Protocol.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>What ends something of a person, or the account itself: each asks first, and says how much hangs on it.</summary>
internal static class UserEndConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        .. Both("disable", AdminArea.Users, Disable, "may not sign in any more", (request, user) => request.Get<UserOperations>().DisableAsync(request.Actor, user, request.Cancellation)),
        .. Both("reset-second-factors", AdminArea.Users, Reset, "has no second factor any more", (request, user) => request.Get<UserOperations>().ResetSecondFactorsAsync(request.Actor, user, request.Cancellation)),
        .. Both("end-sessions", AdminArea.Sessions, EndSessions, "is signed out everywhere", (request, user) => request.Get<SessionOperations>().EndAllAsync(request.Actor, user, request.Cancellation)),
        .. Both("revoke-tokens", AdminArea.Families, RevokeTokens, "has no app with access any more", (request, user) => request.Get<TokenOperations>().RevokeAllAsync(request.Actor, user, clientId: null, request.Cancellation)),
        .. Both("delete", AdminArea.Users, Delete, "was deleted", (request, user) => request.Get<UserOperations>().DeleteAsync(request.Actor, user, request.Cancellation)),
    ];

    private static async Task<Confirmation> Disable(ConsoleRequest request, User user) => new(
        $"Disable {user.UserName}",
        "No sign-in and no refresh: every session and every app's access ends, and stays ended when the account is enabled again.",
        await request.Get<Dependents>().OfUserAsync(user.Id, isDeletion: false, request.Now, request.Cancellation),
        Action(user, "disable"),
        "Disable the account",
        UserConsole.PathOf(user));

    private static async Task<Confirmation> Reset(ConsoleRequest request, User user) => new(
        $"Take the second factors of {user.UserName} away",
        "The authenticator app, the recovery codes and all passkeys go; every session and every app's access ends, and the person is told by mail. Be sure of who asks for it.",
        await request.Get<Dependents>().OfUserAsync(user.Id, isDeletion: false, request.Now, request.Cancellation),
        Action(user, "reset-second-factors"),
        "Take them away",
        UserConsole.PathOf(user));

    private static async Task<Confirmation> EndSessions(ConsoleRequest request, User user) => new(
        $"Sign {user.UserName} out everywhere",
        "In every browser, with every app's access that hangs on it. Offline access stays.",
        await request.Get<Dependents>().OfSessionsAsync(user.Id, request.Now, request.Cancellation),
        Action(user, "end-sessions"),
        "Sign out everywhere",
        UserConsole.PathOf(user));

    private static async Task<Confirmation> RevokeTokens(ConsoleRequest request, User user) => new(
        $"Take back what apps have of {user.UserName}",
        "All tokens of all apps, offline access too. The browsers stay signed in, and the consents stand.",
        await request.Get<Dependents>().OfTokensAsync(user.Id, clientId: null, request.Now, request.Cancellation),
        Action(user, "revoke-tokens"),
        "Take it back",
        UserConsole.PathOf(user));

    private static async Task<Confirmation> Delete(ConsoleRequest request, User user) => new(
        $"Delete {user.UserName}",
        "The account and all that is held on the person go for good. What they did stays in the audit.",
        await request.Get<Dependents>().OfUserAsync(user.Id, isDeletion: true, request.Now, request.Cancellation),
        Action(user, "delete"),
        "Delete the account",
        UserConsole.PathOf(user))
    {
        Typed = user.UserName,
    };

    private static string Action(User user, string what) => UserConsole.PathOf(user) + "/" + what;

    private static ConsoleRoute[] Both<T>(
        string what, AdminArea area, Func<ConsoleRequest, User, Task<Confirmation>> confirmation, string notice, Func<ConsoleRequest, User, Task<Operated<T>>> work)
        where T : notnull =>
    [
        ConsoleRoute.Ask($"/users/{{sub}}/{what}", area, request => UserConsole.OfUserAsync(request, async user => await (await confirmation(request, user)).AskAsync(request))),
        ConsoleRoute.Form($"/users/{{sub}}/{what}", area, request => UserConsole.OfUserAsync(request, async user =>
            await (await confirmation(request, user)).AnswerAsync(request, () => work(request, user), what == "delete" ? "/users" : null, _ => $"{user.UserName} {notice}."))),
    ];
}
