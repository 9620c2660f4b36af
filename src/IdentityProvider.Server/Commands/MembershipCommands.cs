using System.CommandLine;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp users grant-role|revoke-role|add-to-group|remove-from-group</c>: what a person is. Tokens that live say so as soon as it changes.</summary>
internal static class MembershipCommands
{
    public static IEnumerable<Command> Build() => [GrantRole(), RevokeRole(), AddToGroup(), RemoveFromGroup()];

    private static Command GrantRole()
    {
        var (username, role) = (UserCommands.Username(), RoleCommands.Name());
        return new Command("grant-role", "Give a person a role; it is made where there is none of that name.") { username, role }.Does(async work =>
        {
            var name = work.Parsed.GetRequiredValue(role);
            if (!RoleCommands.IsName(name))
                return work.Output.Refuse(RoleCommands.BadName);
            if (await UserCommands.FindAsync(work, username) is not { } user)
                return UserCommands.Unknown(work, username);
            if (await RoleCommands.MakeAsync(work, name) is { } noRole)
                return work.Output.Refuse(noRole);
            var users = work.Get<UserManager<User>>();
            return await ShowChangedAsync(work, user, await users.AddToRoleAsync(user, name));
        });
    }

    private static Command RevokeRole()
    {
        var (username, role) = (UserCommands.Username(), RoleCommands.Name());
        return new Command("revoke-role", "Take a role from a person; one that they have by a group they keep.") { username, role }.Does(async work =>
        {
            if (await UserCommands.FindAsync(work, username) is not { } user)
                return UserCommands.Unknown(work, username);
            var users = work.Get<UserManager<User>>();
            return await ShowChangedAsync(work, user, await users.RemoveFromRoleAsync(user, work.Parsed.GetRequiredValue(role)));
        });
    }

    private static Command AddToGroup()
    {
        var (username, group) = (UserCommands.Username(), GroupCommands.Name());
        return new Command("add-to-group", "Put a person into a group: they have its roles.") { username, group }.Does(
            work => ChangeAsync(work, username, group, work.Get<Groups>().AddMemberAsync, "is in it already"));
    }

    private static Command RemoveFromGroup()
    {
        var (username, group) = (UserCommands.Username(), GroupCommands.Name());
        return new Command("remove-from-group", "Take a person out of a group.") { username, group }.Does(
            work => ChangeAsync(work, username, group, work.Get<Groups>().RemoveMemberAsync, "isn't in it"));
    }

    private static async Task<int> ChangeAsync(
        Work work, Argument<string> username, Argument<string> name, Func<Guid, Guid, DateTimeOffset, CancellationToken, Task<bool>> change, string otherwise)
    {
        if (await UserCommands.FindAsync(work, username) is not { } user)
            return UserCommands.Unknown(work, username);
        if (await GroupCommands.FindAsync(work, name) is not { } group)
            return GroupCommands.Unknown(work, name);
        return await change(group.GroupId, user.Id, work.Installation.Now, CancellationToken.None)
            ? work.Output.Show(await UserCommands.DocumentAsync(work, user))
            : work.Output.Refuse($"group: {user.UserName} {otherwise}");
    }

    // Tokens that live are of before: APIs that look at their status have them refreshed. Also where nothing had to change: an earlier try may
    // have been cut off between the two.
    private static async Task<int> ShowChangedAsync(Work work, User user, IdentityResult result)
    {
        await work.Get<TokenFamilies>().MarkStaleAsync(user.Id, work.Installation.Now, CancellationToken.None);
        if (UserCommands.Refusal(result) is { } reason)
            return work.Output.Refuse(reason);
        return work.Output.Show(await UserCommands.DocumentAsync(work, user));
    }
}
