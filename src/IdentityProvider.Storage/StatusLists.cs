using System.Data;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// The status lists: which indexes are given out, in blocks, and what was set. Nothing is written for a token; what is set is a range, and
/// every transaction that sets any takes the next number of <see cref="Topic.Status"/>, so that readers who go on from a number miss none.
/// </summary>
public sealed class StatusLists(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Changes of one reading; a reader comes again for the rest.</summary>
    public const int MostChanges = 10_000;

    private const int MostAttempts = 10;

    /// <summary>
    /// Takes a block of indexes that nobody else has or ever gets, from the newest list or a new one. Where the answer of a commit is lost, a
    /// block is lost with it, and there are plenty.
    /// </summary>
    /// <param name="owner">Whose tokens it is for.</param>
    /// <param name="kid">The key that signs all of them.</param>
    /// <param name="count">How many indexes; less than a list has.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<StatusBlock> LeaseAsync(
        StatusBlockOwner owner, string kid, int count, DateTimeOffset now, CancellationToken cancellation = default)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            try
            {
                return await databases.TransactAsync((db, token) => LeaseAsync(db, owner, kid, count, now, token), cancellation);
            }
            catch (Exception e) when (Writes.IsUniqueViolation(e))
            {
                // Another node began the next list first: there is room in it now.
            }
        }

        throw new InvalidOperationException($"Others began a new status list {MostAttempts} times, and each had no room for {count}.");
    }

    /// <summary>The lists that somebody may still ask for, oldest first.</summary>
    public async Task<IReadOnlyList<StatusList>> ListAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.StatusLists.AsNoTracking().OrderBy(l => l.ListId).ToListAsync(cancellation);
        var lists = rows.Select(Read).ToList();
        return [.. lists.Where(list => !list.IsRetired(list == lists[^1], now))];
    }

    /// <summary>What was set after this number, in order, at most <see cref="MostChanges"/> ranges and always whole transactions.</summary>
    public async Task<IReadOnlyList<(long Sequence, StatusRange Range)>> ChangesAsync(long after, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.StatusChanges.AsNoTracking().Where(c => c.Sequence > after)
            .OrderBy(c => c.Sequence).ThenBy(c => c.ListId).ThenBy(c => c.First)
            .Take(MostChanges).ToListAsync(cancellation);
        if (rows.Count == MostChanges)
        {
            // The last transaction may be cut: it is read whole, alone if it is as large as that.
            var last = rows[^1].Sequence;
            var isAlone = rows[0].Sequence == last;
            rows.RemoveAll(c => c.Sequence == last);
            if (isAlone)
                rows = await db.StatusChanges.AsNoTracking().Where(c => c.Sequence == last).OrderBy(c => c.ListId).ThenBy(c => c.First).ToListAsync(cancellation);
        }

        return [.. rows.Select(c => (c.Sequence, new StatusRange(c.ListId, c.First, c.Count, c.Value)))];
    }

    private static async Task<StatusBlock> LeaseAsync(
        IdpDb db, StatusBlockOwner owner, string kid, int count, DateTimeOffset now, CancellationToken cancellation)
    {
        var usableUntil = now + StatusBlock.UsableFor;
        var newest = await db.StatusLists.AsNoTracking().OrderByDescending(l => l.ListId).FirstOrDefaultAsync(cancellation);
        var block = newest is not null && Read(newest).HasRoom(count, now)
            ? await ExtendAsync(db, newest, count, usableUntil, cancellation)
            : null;
        if (block is null)
        {
            block = new StatusBlock((newest?.ListId ?? 0) + 1, 0, count, usableUntil);
            db.StatusLists.Add(new StatusListRow { ListId = block.List, CreatedAt = now, Next = count, LastTokenExpiresAt = block.LastTokenExpiresAt });
        }

        db.StatusBlocks.Add(new StatusBlockRow
        {
            ListId = block.List,
            First = block.First,
            Count = count,
            ClientId = owner.ClientId,
            FamilyId = owner.FamilyId,
            Kid = kid,
            LastTokenExpiresAt = block.LastTokenExpiresAt,
        });
        await db.SaveChangesAsync(cancellation);

        // Other nodes learn of a new list.
        if (block.First == 0)
            await db.BumpAsync(Topic.Status, cancellation);
        return block;
    }

    // The row is locked from here to the commit, and what it says then is after this block.
    private static async Task<StatusBlock?> ExtendAsync(IdpDb db, StatusListRow list, int count, DateTimeOffset usableUntil, CancellationToken cancellation)
    {
        var block = new StatusBlock(list.ListId, 0, count, usableUntil);
        var updated = await db.StatusLists.Where(l => l.ListId == list.ListId && l.Next + count <= StatusList.Size)
            .ExecuteUpdateAsync(
                set => set.SetProperty(l => l.Next, l => l.Next + count)
                    .SetProperty(l => l.LastTokenExpiresAt, l => l.LastTokenExpiresAt > block.LastTokenExpiresAt ? l.LastTokenExpiresAt : block.LastTokenExpiresAt),
                cancellation);
        if (updated == 0)
            return null;
        var next = await db.StatusLists.Where(l => l.ListId == list.ListId).Select(l => l.Next).SingleAsync(cancellation);
        return block with { First = next - count };
    }

    private static StatusList Read(StatusListRow row) => new(row.ListId, row.CreatedAt, row.Next, row.LastTokenExpiresAt);
}
