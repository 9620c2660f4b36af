using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/users</c>: people, and one of them with all that an operator may do for or to them.</summary>
internal static class UserConsole
{
    /// <summary>Lines of the history on a person's page; the rest has a page of its own.</summary>
    private const int LinesOfHistory = 10;

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/users", AdminArea.Users, ListAsync),
        ConsoleRoute.Page("/users/{sub}", AdminArea.Users, request => OfUserAsync(request, user => ShowAsync(request, user))),
        ConsoleRoute.Page("/users/{sub}/history", AdminArea.Users, request => OfUserAsync(request, user => HistoryAsync(request, user))),
        ConsoleRoute.Form("/users/{sub}/enable", AdminArea.Users, request => DoAsync(
            request, user => request.Get<UserOperations>().EnableAsync(request.Actor, user, request.Cancellation), "may sign in again")),
        ConsoleRoute.Form("/users/{sub}/roles", AdminArea.Users, request => DoAsync(
            request, user => request.Get<UserOperations>().GrantRoleAsync(request.Actor, user, request["role"] ?? "", request.Cancellation), $"has the role {request["role"]}")),
        ConsoleRoute.Form("/users/{sub}/roles/{role}/revoke", AdminArea.Users, request => DoAsync(
            request, user => request.Get<UserOperations>().RevokeRoleAsync(request.Actor, user, request.Named("role"), request.Cancellation), $"has the role {request.Named("role")} no more")),
        ConsoleRoute.Form("/users/{sub}/groups", AdminArea.Groups, request => DoAsync(
            request, user => request.Get<GroupOperations>().AddMemberAsync(request.Actor, request["group"] ?? "", user, request.Cancellation), $"is in the group {request["group"]}")),
        ConsoleRoute.Form("/users/{sub}/groups/{group}/leave", AdminArea.Groups, request => DoAsync(
            request, user => request.Get<GroupOperations>().RemoveMemberAsync(request.Actor, request.Named("group"), user, request.Cancellation), $"is in the group {request.Named("group")} no more")),
        ConsoleRoute.Form("/users/{sub}/families/{family}/end", AdminArea.Families, request => DoAsync(request, user => EndFamilyAsync(request, user), "has that app's access no more")),
        ConsoleRoute.Form("/users/{sub}/grants/{client_id}/revoke", AdminArea.Grants, request => DoAsync(
            request, user => request.Get<TokenOperations>().RevokeGrantAsync(request.Actor, user, request.Named("client_id"), request.Cancellation), $"has no consent to {request.Named("client_id")} any more")),
    ];

    /// <summary>Does something with the person whom the path names.</summary>
    public static Task OfUserAsync(ConsoleRequest request, Func<User, Task> work) => request.WithAsync(request.Get<UserOperations>().FindBySubAsync(request.Named("sub")), work);

    /// <summary>A person's page.</summary>
    public static string PathOf(User user) => ConsolePaths.Of("users", user.Id.ToString("D"));

    /// <summary>Shows a person, after a try that failed with what was wrong.</summary>
    public static async Task ShowAsync(ConsoleRequest request, User user, Fault? fault = null)
    {
        var cancellation = request.Cancellation;
        var (tokens, events) = (request.Get<TokenOperations>(), request.Get<SignInEvents>());
        var model = new UserPage.UserModel(
            await request.Get<UserDocuments>().OfAsync(user, cancellation),
            request.May(AdminArea.Sessions, writes: false) ? await request.Get<SessionOperations>().ListAsync(user, cancellation) : null,
            request.May(AdminArea.Families, writes: false) ? await tokens.ListFamiliesAsync(user, cancellation) : null,
            request.May(AdminArea.Grants, writes: false) ? await tokens.ListGrantsAsync(user, cancellation) : null,
            await events.ListAsync(user.Id, request.Now, LinesOfHistory, cancellation),
            await ProfileConsole.IssuersAsync(request));
        await request.ShowAsync<UserPage>(model, fault);
    }

    private static async Task ListAsync(ConsoleRequest request)
    {
        if (request["q"] is { } text && !string.IsNullOrWhiteSpace(text))
        {
            var found = await request.Get<Search>().UsersAsync(text.Trim(), SearchOperations.Most + 1, request.Cancellation);
            await request.ShowAsync<UsersPage>(new UsersPage.UsersModel(text, new ConsoleList<User>([.. found.Take(SearchOperations.Most)]), found.Count > SearchOperations.Most));
            return;
        }

        var list = await request.PageAsync(
            (after, limit) => request.Get<UserOperations>().ListAsync(UserFilter.None, after, limit, request.Cancellation), user => user.NormalizedUserName!);
        await request.ShowAsync<UsersPage>(new UsersPage.UsersModel(null, list, HasMore: false));
    }

    private static async Task HistoryAsync(ConsoleRequest request, User user)
    {
        var list = await request.PageAsync(
            (after, limit) => request.Get<SignInEvents>().ListAsync(user.Id, request.Now, limit, HistoryPlaces.Read(after), request.Cancellation), HistoryPlaces.Write);
        await request.ShowAsync<UserHistoryPage>(new UserHistoryPage.UserHistoryModel(user.Id.ToString("D"), user.UserName!, list));
    }

    // What is done to a person, and their page again: with a notice, or with why not at the form that asked for it.
    private static Task DoAsync<T>(ConsoleRequest request, Func<User, Task<Operated<T>>> work, string notice)
        where T : notnull => OfUserAsync(request, async user =>
    {
        if ((await work(user)).Try(out _, out var fault))
            await request.DoneAsync(PathOf(user), $"{user.UserName} {notice}.");
        else if (request.NamesMore)
            await request.RefuseAsync(fault);
        else
            await ShowAsync(request, user, fault);
    });

    // The one named is theirs, or isn't there.
    private static async Task<Operated<Protocol.Tokens.TokenFamily>> EndFamilyAsync(ConsoleRequest request, User user)
    {
        var (tokens, named) = (request.Get<TokenOperations>(), request.Named("family"));
        if (!(await tokens.FindFamilyAsync(named, request.Cancellation)).Try(out var family, out var fault))
            return fault;
        if (family.Sub != user.Id.ToString("D"))
            return Fault.Unknown("family", named, "an app's sign-in of this person");
        return await tokens.EndFamilyAsync(request.Actor, Guid.Parse(family.Family), request.Cancellation);
    }
}
