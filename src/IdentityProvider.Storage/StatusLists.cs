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

    /// <summary>After a restore the lists' numbers go on so much further: more than the database that was lost can have begun since.</summary>
    public const int ListLeap = 1_000_000;

    /// <summary>The same of the numbers of changes.</summary>
    public const long ChangeLeap = 1_000_000_000;

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

    /// <summary>
    /// After a restore. What the lost database gave out since the backup isn't known here: so no index of it is given out again, those that may have been are
    /// invalid, the next list has a number that none had, and the changes' numbers go on behind all that a verifier can have heard.
    /// </summary>
    /// <returns>The number of the list that gives out indexes from now on.</returns>
    public Task<int> LeapAsync(DateTimeOffset now, CancellationToken cancellation = default) => databases.TransactAsync(
        async (db, token) =>
        {
            var newest = await db.StatusLists.AsNoTracking().OrderByDescending(l => l.ListId).FirstOrDefaultAsync(token);
            List<StatusRange> given = [];
            if (newest is not null)
            {
                // It is published for as long as a token can live that the lost database issued a moment ago.
                var last = now + StatusBlock.UsableFor + Protocol.Resources.Resource.LongestAccessTokenLifetime;
                await db.StatusLists.Where(l => l.ListId == newest.ListId)
                    .ExecuteUpdateAsync(set => set.SetProperty(l => l.Next, StatusList.Size).SetProperty(l => l.LastTokenExpiresAt, last), token);
                if (newest.Next < StatusList.Size)
                    given.Add(new StatusRange(newest.ListId, newest.Next, StatusList.Size - newest.Next, StatusValue.Invalid));
            }

            var next = (newest?.ListId ?? 0) + ListLeap;
            db.StatusLists.Add(new StatusListRow { ListId = next, CreatedAt = now, Next = 0, LastTokenExpiresAt = now });
            await db.SaveChangesAsync(token);
            await db.Topics.ExecuteUpdateAsync(set => set.SetProperty(t => t.Version, t => t.Version + ChangeLeap), token);
            await db.MarkAsync(given, token);
            return next;
        },
        cancellation);

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
