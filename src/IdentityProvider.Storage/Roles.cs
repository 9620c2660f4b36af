using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What ASP.NET Core Identity's own store doesn't know of roles: what they ask of a sign-in, and an end that tokens notice.</summary>
public sealed class Roles(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Before the version of a role that is being deleted.</summary>
    private const string Deleting = "-";

    /// <summary>One page of roles, by normalized name, of those after <paramref name="afterName"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<Role>> ListAsync(string? afterName, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var after = afterName?.ToUpperInvariant() ?? "";
        return await db.Roles.AsNoTracking()
            .Where(r => r.NormalizedName!.CompareTo(after) > 0)
            .OrderBy(r => r.NormalizedName)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Takes a role from everybody and from every group, which the tokens of those who had it say, and then deletes it. What is cut off goes on
    /// when it is done again. False where there is no such role.
    /// </summary>
    public async Task<bool> DeleteAsync(Guid roleId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await databases.UnlinkAllAsync(
            db => db.UserRoles.Where(link => link.RoleId == roleId).OrderBy(link => link.UserId).Select(link => link.UserId),
            (db, people, token) => db.UserRoles.Where(link => link.RoleId == roleId && people.Contains(link.UserId)).ExecuteDeleteAsync(token),
            now,
            cancellation);
        while (await FindHolderAsync(roleId, cancellation) is { } groupId)
            await Groups.RevokeRoleAsync(databases, groupId, roleId, now, cancellation);
        return await databases.TransactAsync(
            async (db, token) => await db.Roles.Where(role => role.Id == roleId).ExecuteDeleteAsync(token) == 1, cancellation);
    }

    /// <summary>Whether somebody is about to delete it, or was cut off at it: nothing is changed of it any more.</summary>
    public static bool IsBeingDeleted(Role role) => role.ConcurrencyStamp?.StartsWith(Deleting, StringComparison.Ordinal) == true;

    /// <summary>The same where nobody changed the role since it was read: its version is taken first, so that who changes it later is told that it is another.</summary>
    public async Task<Replaced> DeleteAsync(Role read, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (seen, taken) = (read.ConcurrencyStamp, IsBeingDeleted(read) ? read.ConcurrencyStamp : Deleting + read.ConcurrencyStamp);
        var held = await databases.TransactAsync(
            async (db, token) => await db.Roles.Where(role => role.Id == read.Id && (role.ConcurrencyStamp == seen || role.ConcurrencyStamp == taken))
                .ExecuteUpdateAsync(set => set.SetProperty(role => role.ConcurrencyStamp, taken), token) == 1,
            cancellation);
        if (held)
            return await DeleteAsync(read.Id, now, cancellation) ? Replaced.Done : Replaced.Unknown;
        await using var looked = await databases.CreateDbContextAsync(cancellation);
        return await looked.Roles.AnyAsync(role => role.Id == read.Id, cancellation) ? Replaced.Changed : Replaced.Unknown;
    }

    private async Task<Guid?> FindHolderAsync(Guid roleId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.GroupRoles.Where(link => link.RoleId == roleId).OrderBy(link => link.GroupId).Select(link => (Guid?)link.GroupId).FirstOrDefaultAsync(cancellation);
    }
}
