using IdentityProvider.Protocol.Status;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Which roles people have, by themselves and by their groups, and what it means for their tokens that those change.</summary>
internal static class Memberships
{
    /// <summary>People of one transaction: who waits for the topic's row waits no longer than for these.</summary>
    public const int Batch = 200;

    /// <summary>Each once.</summary>
    public static IQueryable<Guid> RoleIdsOf(this IdpDb db, Guid userId) =>
        db.UserRoles.Where(link => link.UserId == userId).Select(link => link.RoleId).Union(
            from member in db.UserGroups
            join link in db.GroupRoles on member.GroupId equals link.GroupId
            where member.UserId == userId && link.RemovedAt == null
            select link.RoleId);

    /// <summary>
    /// What the living access tokens of these people say is old now. A batch of them at most. They and their families are counted on first, which locks
    /// them: whoever has read the roles of before, for a new family or a refresh, either committed, and its token is among those marked, or finds the count another.
    /// </summary>
    public static async Task MarkPeopleStaleAsync(this IdpDb db, IReadOnlyList<Guid> people, DateTimeOffset now, CancellationToken cancellation)
    {
        if (people.Count == 0)
            return;
        await db.Users.Where(u => people.Contains(u.Id)).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleChanges, u => u.RoleChanges + 1), cancellation);
        await Signals.RolesChangedAsync(db, people, now, cancellation);
        var families = db.TokenFamilies.Where(f => people.Contains(f.UserId) && f.EndedAt == null);
        if (await families.ExecuteUpdateAsync(set => set.SetProperty(f => f.RoleChanges, f => f.RoleChanges + 1), cancellation) > 0)
            await db.MarkFamiliesAsync(families, StatusValue.Stale, now, cancellation);
    }

    /// <summary>Locks the account until the transaction ends, where its roles are still those that were read; null where none were, and nothing is locked.</summary>
    public static async Task<bool> HoldRolesAsync(this IdpDb db, Guid userId, int? roleChanges, CancellationToken cancellation) =>
        roleChanges is not { } seen
        || await db.Users.Where(u => u.Id == userId && u.RoleChanges == seen).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleChanges, seen), cancellation) == 1;

    /// <summary>The same of everybody in a group, however many, a batch after the other.</summary>
    public static async Task MarkMembersStaleAsync(this IDbContextFactory<IdpDb> databases, Guid groupId, DateTimeOffset now, CancellationToken cancellation)
    {
        Guid? last = null;
        while (true)
        {
            var after = last;
            var people = await databases.TransactAsync(
                async (db, token) =>
                {
                    var members = db.UserGroups.Where(m => m.GroupId == groupId && (after == null || m.UserId > after));
                    var batch = await members.OrderBy(m => m.UserId).Take(Batch).Select(m => m.UserId).ToListAsync(token);
                    await db.MarkPeopleStaleAsync(batch, now, token);
                    return batch;
                },
                cancellation);
            if (people.Count < Batch)
                return;
            last = people[^1];
        }
    }

    /// <summary>
    /// Takes away, a batch after the other, what links people to a role or a group until nobody is left; each batch with what it means for their
    /// tokens, so that one that is cut off leaves nothing half done.
    /// </summary>
    /// <param name="databases">The database.</param>
    /// <param name="people">Those who are linked; in a stable order.</param>
    /// <param name="unlink">Deletes the links of these people.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task UnlinkAllAsync(
        this IDbContextFactory<IdpDb> databases,
        Func<IdpDb, IQueryable<Guid>> people,
        Func<IdpDb, IReadOnlyList<Guid>, CancellationToken, Task<int>> unlink,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        while (await databases.TransactAsync(
            async (db, token) =>
            {
                var batch = await people(db).Take(Batch).ToListAsync(token);
                await unlink(db, batch, token);
                await db.MarkPeopleStaleAsync(batch, now, token);
                return batch.Count == Batch;
            },
            cancellation))
        {
        }
    }
}
