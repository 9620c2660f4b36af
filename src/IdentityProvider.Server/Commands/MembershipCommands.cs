using System.CommandLine;
using IdentityProvider.Server.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users grant-role|revoke-role|add-to-group|remove-from-group</c>: what a person is. Tokens that live say so as soon as it changes.</summary>
internal static class MembershipCommands
{
    public static IEnumerable<Command> Build() => [GrantRole(), RevokeRole(), AddToGroup(), RemoveFromGroup()];

    private static Command GrantRole()
    {
        var (username, role) = (UserCommands.Username(), RoleCommands.Name());
        return new Command("grant-role", "Give a person a role; it is made where there is none of that name.") { username, role }.Does(work => UserCommands.ChangeAsync(
            work, username, user => work.Get<UserOperations>().GrantRoleAsync(work.Actor, user, work.Parsed.GetRequiredValue(role), work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Put, sub => $"/users/{sub}/roles/{work.Part("role")}"));
    }

    private static Command RevokeRole()
    {
        var (username, role) = (UserCommands.Username(), RoleCommands.Name());
        return new Command("revoke-role", "Take a role from a person; one that they have by a group they keep.") { username, role }.Does(work => UserCommands.ChangeAsync(
            work, username, user => work.Get<UserOperations>().RevokeRoleAsync(work.Actor, user, work.Parsed.GetRequiredValue(role), work.Cancellation)),
            work => work.ChangeAsync(HttpMethod.Delete, sub => $"/users/{sub}/roles/{work.Part("role")}"));
    }

    private static Command AddToGroup()
    {
        var (username, group) = (UserCommands.Username(), GroupCommands.Name());
        return new Command("add-to-group", "Put a person into a group: they have its roles.") { username, group }.Does(work => UserCommands.ChangeAsync(
            work, username, user => JoinAsync(user, work.Get<GroupOperations>().AddMemberAsync(work.Actor, work.Parsed.GetRequiredValue(group), user, work.Cancellation))),
            work => work.ChangeAsync(HttpMethod.Put, sub => $"/groups/{work.Part("group")}/members/{sub}"));
    }

    private static Command RemoveFromGroup()
    {
        var (username, group) = (UserCommands.Username(), GroupCommands.Name());
        return new Command("remove-from-group", "Take a person out of a group.") { username, group }.Does(work => UserCommands.ChangeAsync(
            work, username, user => JoinAsync(user, work.Get<GroupOperations>().RemoveMemberAsync(work.Actor, work.Parsed.GetRequiredValue(group), user, work.Cancellation))),
            work => work.ChangeAsync(HttpMethod.Delete, sub => $"/groups/{work.Part("group")}/members/{sub}"));
    }

    private static async Task<Operated<User>> JoinAsync(User user, Task<Operated<Protocol.Users.Group>> change) =>
        (await change).Try(out _, out var fault) ? user : fault;
}
