using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/groups</c>: whose people have their roles together.</summary>
internal static class GroupApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/groups", "listGroups", AdminArea.Groups, "The groups, by name.", ListAsync, typeof(Page<GroupSummary>)),
        AdminRoute.Make("/groups", "createGroup", AdminArea.Groups, "Makes a group.", CreateAsync, typeof(GroupBody), typeof(GroupDocument)),
        AdminRoute.Get("/groups/{group}", "getGroup", AdminArea.Groups, "A group with its roles and how many people are in it.", GetAsync, typeof(GroupDocument)),
        AdminRoute.Delete("/groups/{group}", "deleteGroup", AdminArea.Groups, "Takes a group's roles from its people, and forgets it.", DeleteAsync),
        AdminRoute.List("/groups/{group}/members", "listGroupMembers", AdminArea.Groups, "The people in a group, by user name.", ListMembersAsync, typeof(Page<MemberDocument>)),
        AdminRoute.Set("/groups/{group}/members/{sub}", "addGroupMember", AdminArea.Groups, "Puts a person into a group: they have its roles.", request => JoinAsync(request, isIn: true)),
        AdminRoute.Delete("/groups/{group}/members/{sub}", "removeGroupMember", AdminArea.Groups, "Takes a person out of a group.", request => JoinAsync(request, isIn: false)),
        AdminRoute.Set("/groups/{group}/roles/{role}", "grantGroupRole", AdminArea.Groups, "Gives everybody in a group a role.", request => ChangeRoleAsync(request, has: true)),
        AdminRoute.Delete("/groups/{group}/roles/{role}", "revokeGroupRole", AdminArea.Groups, "Takes from everybody in a group a role that they have by it.", request => ChangeRoleAsync(request, has: false)),
    ];

    private static Task<AdminAnswer> ListAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<GroupOperations>().ListAsync(after, limit, request.Cancellation),
        group => JsonSerializer.SerializeToNode(GroupOperations.Summary(group), AdminJson.Default.GroupSummary)!,
        group => group.Name);

    private static async Task<AdminAnswer> CreateAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.GroupBody).Try(out var asked, out var fault))
            return fault;
        return (await request.Get<GroupOperations>().CreateAsync(request.Actor, asked.Group ?? "", asked.Roles ?? [], request.Cancellation)).Try(out var made, out fault)
            ? AdminAnswer.Made(await DocumentAsync(request, made), $"/groups/{Uri.EscapeDataString(made.Name)}")
            : fault;
    }

    private static async Task<AdminAnswer> GetAsync(AdminRequest request) =>
        (await FindAsync(request)).Try(out var group, out var fault) ? AdminAnswer.Of(await DocumentAsync(request, group)) : fault;

    private static Task<AdminAnswer> DeleteAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<GroupOperations>().DeleteAsync(request.Actor, request.Named("group"), request.Cancellation));

    private static async Task<AdminAnswer> ListMembersAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var group, out var fault))
            return fault;
        return await request.PageAsync(
            (after, limit) => request.Get<GroupOperations>().MembersAsync(group, after, limit, request.Cancellation),
            username => JsonSerializer.SerializeToNode(new MemberDocument(username), AdminApiJson.Default.MemberDocument)!,
            username => username);
    }

    private static async Task<AdminAnswer> JoinAsync(AdminRequest request, bool isIn)
    {
        if (!(await UserApi.FindAsync(request)).Try(out var user, out var fault))
            return fault;
        var (groups, name) = (request.Get<GroupOperations>(), request.Named("group"));
        var changed = isIn ? await groups.AddMemberAsync(request.Actor, name, user, request.Cancellation) : await groups.RemoveMemberAsync(request.Actor, name, user, request.Cancellation);
        return changed.Try(out _, out fault) || fault.Kind == FaultKind.Conflict ? AdminAnswer.Nothing : fault;
    }

    private static async Task<AdminAnswer> ChangeRoleAsync(AdminRequest request, bool has)
    {
        var (groups, name, role) = (request.Get<GroupOperations>(), request.Named("group"), request.Named("role"));
        var changed = has ? await groups.GrantRoleAsync(request.Actor, name, role, request.Cancellation) : await groups.RevokeRoleAsync(request.Actor, name, role, request.Cancellation);
        return changed.Try(out _, out var fault) || fault.Kind == FaultKind.Conflict ? AdminAnswer.Nothing : fault;
    }

    private static Task<Operated<Group>> FindAsync(AdminRequest request) => request.Get<GroupOperations>().FindAsync(request.Named("group"), request.Cancellation);

    private static async Task<JsonNode> DocumentAsync(AdminRequest request, Group group) =>
        JsonSerializer.SerializeToNode(await request.Get<GroupOperations>().DocumentAsync(group, request.Cancellation), AdminJson.Default.GroupDocument)!;
}
