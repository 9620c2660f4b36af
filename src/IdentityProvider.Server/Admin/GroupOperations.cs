using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Groups, whose people have their roles together.</summary>
internal sealed class GroupOperations(Groups groups, RoleOperations roles, Desk desk)
{
    public async Task<Operated<Group>> FindAsync(string name, CancellationToken cancellation) =>
        await groups.FindAsync(name, cancellation) is { } group ? group : Unknown(name);

    /// <summary>One page, by name.</summary>
    public Task<IReadOnlyList<Group>> ListAsync(string? after, int limit, CancellationToken cancellation) => groups.ListAsync(after, limit, cancellation);

    /// <summary>One page of the user names of its people.</summary>
    public Task<IReadOnlyList<string>> MembersAsync(Group group, string? after, int limit, CancellationToken cancellation) =>
        groups.MembersAsync(group.GroupId, after, limit, cancellation);

    /// <summary>Whether there is such a group, and its people administer this server by it.</summary>
    public async Task<bool> AdministersAsync(string name, CancellationToken cancellation) =>
        await groups.FindAsync(name, cancellation) is { } group && await groups.HasRoleAmongAsync(group.GroupId, AdminRules.Roles, cancellation);

    public static Fault? RefuseName(string name) =>
        PlainText.IsPlain(name, Longest.GroupName) ? null : Fault.Refused("group", $"must be plain text of at most {Longest.GroupName} characters");

    /// <summary>The names of the roles that its people have by it.</summary>
    public Task<IReadOnlyList<string>> RolesAsync(Group group, CancellationToken cancellation) => groups.RolesOfAsync(group.GroupId, ClaimMapping.MostRoles, cancellation);

    /// <summary>Makes a group with its roles, which are made where there are none of that name.</summary>
    public async Task<Operated<Group>> CreateAsync(Actor actor, string name, IReadOnlyList<string> withRoles, CancellationToken cancellation)
    {
        var group = new Group(desk.Entropy.NewId(), name, desk.Now);
        if (RefuseName(name) is { } unnamed)
            return unnamed;
        foreach (var role in withRoles)
        {
            if (await roles.MakeAsync(actor, role) is { } fault)
                return fault;
        }

        if (!await groups.AddAsync(group, cancellation))
            return Fault.Conflict("group", $"'{name}' is taken");
        await desk.RecordAsync(AuditAction.GroupCreated, actor, AuditTarget.Group(name), after: new JsonObject { ["group"] = name });
        foreach (var role in withRoles.Distinct(StringComparer.OrdinalIgnoreCase))
            await GrantAsync(actor, group, role);
        return group;
    }

    /// <summary>Takes a group's roles from its people, and forgets it.</summary>
    public async Task<Operated<Group>> DeleteAsync(Actor actor, string name, CancellationToken cancellation)
    {
        if (await groups.FindAsync(name, cancellation) is not { } group)
            return Unknown(name);
        if (await desk.RefuseGroupAsync(actor, group.GroupId, cancellation) is { } fault)
            return fault;
        var before = JsonSerializer.SerializeToNode(await DocumentAsync(group, cancellation), AdminJson.Default.GroupDocument);
        await groups.DeleteAsync(group.GroupId, desk.Now, CancellationToken.None);
        await desk.RecordAsync(AuditAction.GroupDeleted, actor, AuditTarget.Group(group.Name), before);
        return group;
    }

    /// <summary>The same where its people have the very roles by it that were read.</summary>
    public async Task<Operated<Group>> DeleteAsync(Actor actor, Group group, IReadOnlyList<string> read, CancellationToken cancellation)
    {
        if (await desk.RefuseGroupAsync(actor, group.GroupId, cancellation) is { } fault)
            return fault;
        var before = JsonSerializer.SerializeToNode(await DocumentAsync(group, cancellation), AdminJson.Default.GroupDocument);
        if (Fault.Of(await groups.DeleteAsync(group.GroupId, read, desk.Now, CancellationToken.None), Unknown(group.Name), "group") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.GroupDeleted, actor, AuditTarget.Group(group.Name), before);
        return group;
    }

    /// <summary>Gives everybody in a group a role, which is made where there is none of that name.</summary>
    public async Task<Operated<Group>> GrantRoleAsync(Actor actor, string name, string role, CancellationToken cancellation)
    {
        if (await groups.FindAsync(name, cancellation) is not { } group)
            return Unknown(name);
        if (await roles.MakeAsync(actor, role) is { } fault)
            return fault;
        if (await GrantAsync(actor, group, role))
            return group;
        return await groups.FindAsync(name, cancellation) is null ? Unknown(name) : Fault.Conflict("role", $"'{group.Name}' has it already");
    }

    /// <summary>Takes from everybody in a group a role that they have by it.</summary>
    public async Task<Operated<Group>> RevokeRoleAsync(Actor actor, string name, string role, CancellationToken cancellation)
    {
        if (await groups.FindAsync(name, cancellation) is not { } group)
            return Unknown(name);
        if (!(await roles.FindAsync(role)).Try(out var found, out var fault))
            return fault;
        if (Desk.RefuseRole(actor, found.Name!) is { } tooFar)
            return tooFar;
        if (!await groups.RevokeRoleAsync(group.GroupId, found.Id, desk.Now, CancellationToken.None))
            return Fault.Conflict("role", $"'{group.Name}' doesn't have it");
        await desk.RecordAsync(AuditAction.GroupRoleRevoked, actor, AuditTarget.Group(group.Name), before: new JsonObject { ["role"] = found.Name });
        return group;
    }

    /// <summary>Puts a person into a group: they have its roles.</summary>
    public Task<Operated<Group>> AddMemberAsync(Actor actor, string name, User user, CancellationToken cancellation) =>
        ChangeAsync(actor, name, user, groups.AddMemberAsync, AuditAction.GroupMemberAdded, "is in it already", cancellation);

    /// <summary>Takes a person out of a group.</summary>
    public Task<Operated<Group>> RemoveMemberAsync(Actor actor, string name, User user, CancellationToken cancellation) =>
        ChangeAsync(actor, name, user, groups.RemoveMemberAsync, AuditAction.GroupMemberRemoved, "isn't in it", cancellation);

    public static GroupSummary Summary(Group group) => new() { Group = group.Name, CreatedAt = Moments.Text(group.CreatedAt) };

    public async Task<GroupDocument> DocumentAsync(Group group, CancellationToken cancellation) => new()
    {
        Group = group.Name,
        CreatedAt = Moments.Text(group.CreatedAt),
        Roles = await RolesAsync(group, cancellation),
        Members = await groups.CountAsync(group.GroupId, cancellation),
    };

    private async Task<Operated<Group>> ChangeAsync(
        Actor actor, string name, User user, Func<Guid, Guid, DateTimeOffset, CancellationToken, Task<bool>> change, AuditAction action, string otherwise, CancellationToken cancellation)
    {
        if (await groups.FindAsync(name, cancellation) is not { } group)
            return Unknown(name);
        if ((await desk.RefuseGroupAsync(actor, group.GroupId, cancellation) ?? await desk.RefuseAccountAsync(actor, user.Id, cancellation)) is { } fault)
            return fault;
        if (!await change(group.GroupId, user.Id, desk.Now, CancellationToken.None))
            return Fault.Conflict("group", $"{user.UserName} {otherwise}");
        await desk.RecordAsync(action, actor, AuditTarget.User(user.Id), detail: new JsonObject { ["group"] = group.Name });
        return group;
    }

    private async Task<bool> GrantAsync(Actor actor, Group group, string role)
    {
        if (!(await roles.FindAsync(role)).Try(out var found, out _) || !await groups.GrantRoleAsync(group.GroupId, found.Id, desk.Now, CancellationToken.None))
            return false;
        await desk.RecordAsync(AuditAction.GroupRoleGranted, actor, AuditTarget.Group(group.Name), after: new JsonObject { ["role"] = found.Name });
        return true;
    }

    private static Fault Unknown(string name) => Fault.Unknown("group", name, "a group");
}

/// <summary>A group in a list.</summary>
public record GroupSummary
{
    public required string Group { get; init; }

    public required string CreatedAt { get; init; }
}

/// <summary>A group, with the roles of its people and how many they are.</summary>
public sealed record GroupDocument : GroupSummary
{
    public required IReadOnlyList<string> Roles { get; init; }

    public required int Members { get; init; }
}
