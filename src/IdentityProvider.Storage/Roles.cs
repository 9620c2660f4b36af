using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What ASP.NET Core Identity's own store doesn't know of roles: what they ask of a sign-in, and an end that tokens notice.</summary>
public sealed class Roles(IDbContextFactory<IdpDb> databases)
{
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

    private async Task<Guid?> FindHolderAsync(Guid roleId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.GroupRoles.Where(link => link.RoleId == roleId).OrderBy(link => link.GroupId).Select(link => (Guid?)link.GroupId).FirstOrDefaultAsync(cancellation);
    }
}
