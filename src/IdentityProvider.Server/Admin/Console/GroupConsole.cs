using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/groups</c>: groups, who is in them and what roles their people have by them.</summary>
internal static class GroupConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/groups", AdminArea.Groups, request => ListAsync(request, fault: null)),
        ConsoleRoute.Form("/groups", AdminArea.Groups, CreateAsync),
        ConsoleRoute.Page("/groups/{group}", AdminArea.Groups, request => OfGroupAsync(request, group => ShowAsync(request, group, fault: null))),
        ConsoleRoute.Form("/groups/{group}/roles", AdminArea.Groups, request => DoAsync(
            request, group => request.Get<GroupOperations>().GrantRoleAsync(request.Actor, group.Name, request["role"] ?? "", request.Cancellation), $"has the role {request["role"]}")),
        ConsoleRoute.Form("/groups/{group}/roles/{role}/revoke", AdminArea.Groups, request => DoAsync(
            request, group => request.Get<GroupOperations>().RevokeRoleAsync(request.Actor, group.Name, request.Named("role"), request.Cancellation), $"has the role {request.Named("role")} no more")),
        ConsoleRoute.Form("/groups/{group}/members", AdminArea.Groups, request => DoAsync(request, group => JoinAsync(request, group, isIn: true), $"has {request["username"]} in it")),
        ConsoleRoute.Form("/groups/{group}/leave", AdminArea.Groups, request => DoAsync(request, group => JoinAsync(request, group, isIn: false), $"has {request["username"]} in it no more")),
        ConsoleRoute.Ask("/groups/{group}/delete", AdminArea.Groups, request => OfGroupAsync(request, async group => await (await DeletionAsync(request, group)).AskAsync(request))),
        ConsoleRoute.Form("/groups/{group}/delete", AdminArea.Groups, request => OfGroupAsync(request, async group => await (await DeletionAsync(request, group)).AnswerAsync(
            request, () => request.Get<GroupOperations>().DeleteAsync(request.Actor, group.Name, request.Cancellation), "/groups", gone => $"The group {gone.Name} was deleted."))),
    ];

    private static async Task ListAsync(ConsoleRequest request, Fault? fault)
    {
        var list = await request.PageAsync((after, limit) => request.Get<GroupOperations>().ListAsync(after, limit, request.Cancellation), group => group.Name);
        await request.ShowAsync<GroupsPage>(new GroupsPage.GroupsModel(list), fault);
    }

    private static async Task CreateAsync(ConsoleRequest request)
    {
        var made = await request.Get<GroupOperations>().CreateAsync(request.Actor, request["group"] ?? "", [], request.Cancellation);
        if (made.Try(out var group, out var fault))
            await request.DoneAsync(ConsolePaths.Of("groups", group.Name), $"The group {group.Name} was made.");
        else
            await ListAsync(request, fault);
    }

    private static async Task ShowAsync(ConsoleRequest request, Group group, Fault? fault)
    {
        var operations = request.Get<GroupOperations>();
        var members = request.May(AdminArea.Users, writes: false)
            ? await request.PageAsync((after, limit) => operations.MembersAsync(group, after, limit, request.Cancellation), username => username)
            : null;
        await request.ShowAsync<GroupPage>(new GroupPage.GroupModel(await operations.DocumentAsync(group, request.Cancellation), members), fault);
    }

    private static async Task<Operated<Group>> JoinAsync(ConsoleRequest request, Group group, bool isIn)
    {
        var operations = request.Get<GroupOperations>();
        if (!(await request.Get<UserOperations>().FindAsync(request["username"] ?? "")).Try(out var user, out var fault))
            return fault;
        return isIn
            ? await operations.AddMemberAsync(request.Actor, group.Name, user, request.Cancellation)
            : await operations.RemoveMemberAsync(request.Actor, group.Name, user, request.Cancellation);
    }

    private static async Task<Confirmation> DeletionAsync(ConsoleRequest request, Group group) => new(
        $"Delete the group {group.Name}",
        "Its people lose the roles that they have by it, and what apps know of them is renewed.",
        await request.Get<Dependents>().OfGroupAsync(group.GroupId, request.Cancellation),
        ConsolePaths.Of("groups", group.Name, "delete"),
        "Delete the group",
        ConsolePaths.Of("groups", group.Name));

    private static Task OfGroupAsync(ConsoleRequest request, Func<Group, Task> work) =>
        request.WithAsync(request.Get<GroupOperations>().FindAsync(request.Named("group"), request.Cancellation), work);

    private static Task DoAsync(ConsoleRequest request, Func<Group, Task<Operated<Group>>> work, string notice) => OfGroupAsync(request, async group =>
    {
        if ((await work(group)).Try(out _, out var fault))
            await request.DoneAsync(ConsolePaths.Of("groups", group.Name), $"{group.Name} {notice}.");
        else if (request.NamesMore)
            await request.RefuseAsync(fault);
        else
            await ShowAsync(request, group, fault);
    });
}
