using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Groups of people, and the roles that their people have by them. Whatever changes somebody's roles or groups marks what their living tokens
/// say as old: of one person in the same transaction, of many in batches after it.
/// </summary>
public sealed class Groups(IDbContextFactory<IdpDb> databases)
{
    private const int PeopleAtOnce = 500;

    /// <summary>False where the name is taken, however it is written.</summary>
    public Task<bool> AddAsync(Group group, CancellationToken cancellation = default)
    {
        var row = new GroupRow { GroupId = group.GroupId, Name = group.Name, NormalizedName = group.Name.ToUpperInvariant(), CreatedAt = group.CreatedAt };
        return InsertAsync(db => db.Groups.Add(row), (db, token) => db.Groups.AnyAsync(g => g.GroupId == row.GroupId, token), cancellation);
    }

    public async Task<Group?> FindAsync(string name, CancellationToken cancellation = default)
    {
        var normalized = name.ToUpperInvariant();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Groups.AsNoTracking().FirstOrDefaultAsync(g => g.NormalizedName == normalized, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>One page, by name, of those after <paramref name="afterName"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<Group>> ListAsync(string? afterName, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var after = afterName?.ToUpperInvariant() ?? "";
        var rows = await db.Groups.AsNoTracking().Where(g => g.NormalizedName.CompareTo(after) > 0).OrderBy(g => g.NormalizedName).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>The names of the roles that its people have by it, in order.</summary>
    public async Task<IReadOnlyList<string>> RolesOfAsync(Guid groupId, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.GroupRoles.Where(link => link.GroupId == groupId && link.RemovedAt == null)
            .Join(db.Roles, link => link.RoleId, role => role.Id, (_, role) => role.Name!).OrderBy(name => name).Take(limit).ToListAsync(cancellation);
    }

    /// <summary>Whether its people have one of these roles by it.</summary>
    public async Task<bool> HasRoleAmongAsync(Guid groupId, IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        var normalized = names.Select(name => name.ToUpperInvariant()).ToList();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.GroupRoles.Where(link => link.GroupId == groupId)
            .Join(db.Roles.Where(role => normalized.Contains(role.NormalizedName!)), link => link.RoleId, role => role.Id, (_, role) => role.Id).AnyAsync(cancellation);
    }

    /// <summary>How many people are in it.</summary>
    public async Task<int> CountAsync(Guid groupId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.UserGroups.CountAsync(member => member.GroupId == groupId, cancellation);
    }

    /// <summary>One page of the user names of its people, after the one named; from the first where it is null.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(Guid groupId, string? afterName, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var after = afterName?.ToUpperInvariant() ?? "";
        return await db.UserGroups.Where(member => member.GroupId == groupId)
            .Join(db.Users, member => member.UserId, user => user.Id, (_, user) => user)
            .Where(user => user.NormalizedUserName!.CompareTo(after) > 0)
            .OrderBy(user => user.NormalizedUserName)
            .Select(user => user.UserName!)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>False where they were in it already.</summary>
    public async Task<bool> AddMemberAsync(Guid groupId, Guid userId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var isNew = await databases.TryInsertAsync(
            async (db, token) =>
            {
                db.UserGroups.Add(new UserGroupRow { UserId = userId, GroupId = groupId });
                await db.SaveChangesAsync(token);
                await db.MarkPeopleStaleAsync([userId], now, token);
            },
            (db, token) => db.UserGroups.AnyAsync(m => m.UserId == userId && m.GroupId == groupId, token),
            cancellation);
        return isNew;
    }

    /// <summary>False where they weren't in it.</summary>
    public Task<bool> RemoveMemberAsync(Guid groupId, Guid userId, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.UserGroups.Where(m => m.UserId == userId && m.GroupId == groupId).ExecuteDeleteAsync(token) == 0)
                    return false;
                await db.MarkPeopleStaleAsync([userId], now, token);
                return true;
            },
            cancellation);

    /// <summary>Gives a role to everybody in a group, now and later; false where they had it by it already. What is cut off goes on when it is done again.</summary>
    public async Task<bool> GrantRoleAsync(Guid groupId, Guid roleId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var isThere = true;
        var isNew = await databases.TryInsertAsync(
            async (db, token) =>
            {
                isThere = await HoldAsync(db, groupId, token);
                if (isThere)
                    db.GroupRoles.Add(new GroupRoleRow { GroupId = groupId, RoleId = roleId });
            },
            (db, token) => db.GroupRoles.AnyAsync(l => l.GroupId == groupId && l.RoleId == roleId, token),
            cancellation)
            || await databases.TransactAsync(
                async (db, token) => await HoldAsync(db, groupId, token) && await db.GroupRoles.Where(l => l.GroupId == groupId && l.RoleId == roleId && l.RemovedAt != null)
                    .ExecuteUpdateAsync(set => set.SetProperty(l => l.RemovedAt, (DateTimeOffset?)null), token) == 1,
                cancellation);
        await databases.MarkMembersStaleAsync(groupId, now, cancellation);
        return isNew && isThere;
    }

    /// <summary>Takes a role from everybody who has it by this group; false where nobody had it. What is cut off goes on when it is done again.</summary>
    public Task<bool> RevokeRoleAsync(Guid groupId, Guid roleId, DateTimeOffset now, CancellationToken cancellation = default) =>
        RevokeRoleAsync(databases, groupId, roleId, now, cancellation);

    /// <summary>
    /// Takes a group's roles and people away, which their tokens say, and then the group itself; false where there is no such group. What is cut
    /// off goes on when it is done again.
    /// </summary>
    public async Task<bool> DeleteAsync(Guid groupId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await databases.TransactAsync((db, token) => db.GroupRoles.Where(l => l.GroupId == groupId).ExecuteDeleteAsync(token), cancellation);
        await databases.UnlinkAllAsync(
            db => db.UserGroups.Where(m => m.GroupId == groupId).OrderBy(m => m.UserId).Select(m => m.UserId),
            (db, people, token) => db.UserGroups.Where(m => m.GroupId == groupId && people.Contains(m.UserId)).ExecuteDeleteAsync(token),
            now,
            cancellation);
        return await databases.TransactAsync(async (db, token) => await db.Groups.Where(g => g.GroupId == groupId).ExecuteDeleteAsync(token) == 1, cancellation);
    }

    /// <summary>The same where its people have the very roles by it that were read, in order: of who changes these and who deletes it, one is first.</summary>
    public Task<Replaced> DeleteAsync(Guid groupId, IReadOnlyList<string> roles, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (!await HoldAsync(db, groupId, token))
                    return Replaced.Unknown;
                var standing = await db.GroupRoles.Where(link => link.GroupId == groupId && link.RemovedAt == null)
                    .Join(db.Roles, link => link.RoleId, role => role.Id, (_, role) => role.Name!).ToListAsync(token);
                if (!standing.Order(StringComparer.Ordinal).SequenceEqual(roles.Order(StringComparer.Ordinal), StringComparer.Ordinal))
                    return Replaced.Changed;

                // All of it in one transaction: in between, somebody could give it a role that nobody saw go.
                var people = await db.UserGroups.Where(m => m.GroupId == groupId).OrderBy(m => m.UserId).Select(m => m.UserId).ToListAsync(token);
                await db.UserGroups.Where(m => m.GroupId == groupId).ExecuteDeleteAsync(token);
                foreach (var some in people.Chunk(PeopleAtOnce))
                    await db.MarkPeopleStaleAsync(some, now, token);
                await db.GroupRoles.Where(l => l.GroupId == groupId).ExecuteDeleteAsync(token);
                await db.Groups.Where(g => g.GroupId == groupId).ExecuteDeleteAsync(token);
                return Replaced.Done;
            },
            cancellation);

    // Whoever changes a group's roles waits for who holds it.
    private static async Task<bool> HoldAsync(IdpDb db, Guid groupId, CancellationToken cancellation) =>
        await db.Groups.Where(g => g.GroupId == groupId).ExecuteUpdateAsync(set => set.SetProperty(g => g.Name, g => g.Name), cancellation) == 1;

    // The link goes last: while it is there, doing it again finds whose tokens aren't marked yet.
    internal static async Task<bool> RevokeRoleAsync(
        IDbContextFactory<IdpDb> databases, Guid groupId, Guid roleId, DateTimeOffset now, CancellationToken cancellation)
    {
        var found = await databases.TransactAsync(
            async (db, token) => await HoldAsync(db, groupId, token) && await db.GroupRoles.Where(l => l.GroupId == groupId && l.RoleId == roleId)
                .ExecuteUpdateAsync(set => set.SetProperty(l => l.RemovedAt, l => l.RemovedAt ?? now), token) == 1,
            cancellation);
        if (!found)
            return false;
        await databases.MarkMembersStaleAsync(groupId, now, cancellation);
        await databases.TransactAsync(
            (db, token) => db.GroupRoles.Where(l => l.GroupId == groupId && l.RoleId == roleId && l.RemovedAt != null).ExecuteDeleteAsync(token), cancellation);
        return true;
    }

    private Task<bool> InsertAsync(Action<IdpDb> add, Func<IdpDb, CancellationToken, Task<bool>> isDone, CancellationToken cancellation) => databases.TryInsertAsync(
        (db, _) =>
        {
            add(db);
            return Task.CompletedTask;
        },
        isDone,
        cancellation);

    private static Group Read(GroupRow row) => new(row.GroupId, row.Name, row.CreatedAt);
}
