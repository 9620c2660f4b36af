using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// The chain over the audit's lines (<see cref="AuditChain"/>). Lines are added without it; of the nodes one at a time holds its head and gives those
/// that wait their numbers, a few hundred a transaction. Only retention removes any, from the beginning.
/// </summary>
public sealed class AuditLedger(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Rows of one transaction.</summary>
    public const int Batch = 500;

    /// <summary>Numbers lines that wait, the oldest first, and says which; an empty list where none waits.</summary>
    /// <param name="key">Of the head's seal.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AuditSealException">The head isn't sealed under this key: nothing is put to a chain that somebody else wrote.</exception>
    public async Task<IReadOnlyList<ChainedEvent>> ChainAsync(byte[] key, CancellationToken cancellation = default)
    {
        // Mostly there is nothing to do, and then nobody waits for anybody.
        if (await CountWaitingAsync(1, cancellation) == 0)
            return [];
        return await databases.TransactAsync<IReadOnlyList<ChainedEvent>>(
            async (db, token) =>
            {
                var head = await HoldAsync(db, key, token);
                var rows = await db.AuditEvents.Where(e => e.Sequence == null).OrderBy(e => e.At).ThenBy(e => e.EventId).Take(Batch).ToListAsync(token);
                var (next, chained) = head.Read().Append(rows.Select(row => row.Read()));
                foreach (var (row, link) in rows.Zip(chained))
                    (row.Sequence, row.Hash) = (link.Sequence, link.Hash);
                Write(head, next, key);
                await db.SaveChangesAsync(token);
                return chained;
            },
            cancellation);
    }

    /// <summary>Both ends of the chain and their seal.</summary>
    public async Task<(AuditHead Head, byte[] Seal)> FindHeadAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<AuditHeadRow>().AsNoTracking().FirstOrDefaultAsync(cancellation) is { } row ? (row.Read(), row.Seal) : (AuditHead.None, []);
    }

    /// <summary>Rows after this number, in order.</summary>
    public async Task<IReadOnlyList<ChainedEvent>> ListAsync(long after, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.AuditEvents.AsNoTracking().Where(e => e.Sequence > after).OrderBy(e => e.Sequence).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(row => new ChainedEvent(row.Read(), row.Sequence!.Value, row.Hash ?? []))];
    }

    /// <summary>The lowest number of all; null where no row has one.</summary>
    public async Task<long?> FindFirstAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.AuditEvents.Where(e => e.Sequence != null).MinAsync(e => e.Sequence, cancellation);
    }

    /// <summary>How many lines wait for their number, as far as <paramref name="most"/>.</summary>
    public async Task<int> CountWaitingAsync(int most, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.AuditEvents.Where(e => e.Sequence == null).OrderBy(e => e.At).Take(most).CountAsync(cancellation);
    }

    /// <summary>How many lines of the chain are from before a moment, as far as <paramref name="most"/>.</summary>
    public async Task<int> CountOlderAsync(DateTimeOffset end, int most, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.AuditEvents.Where(e => e.Sequence != null && e.At < end).OrderBy(e => e.At).Take(most).CountAsync(cancellation);
    }

    /// <summary>
    /// Removes from the beginning of the chain what is older, up to the first row that isn't; a batch of one call. How many rows, and the number of
    /// the last of them, which the head keeps with its hash, so that the rest can be verified.
    /// </summary>
    /// <param name="end">Rows from before this moment go.</param>
    /// <param name="key">Of the head's seal.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AuditSealException">The head isn't sealed under this key.</exception>
    public async Task<(int Rows, long Through)> PruneAsync(DateTimeOffset end, byte[] key, CancellationToken cancellation = default)
    {
        if (await FindOldestAsync(cancellation) is not { } oldest || oldest >= end)
            return (0, 0);
        return await databases.TransactAsync(
            async (db, token) =>
            {
                var head = await HoldAsync(db, key, token);
                var first = await db.AuditEvents.AsNoTracking().Where(e => e.Sequence > head.AnchorSequence).OrderBy(e => e.Sequence).Take(Batch)
                    .Select(e => new { e.Sequence, e.At, e.Hash }).ToListAsync(token);
                if (first.TakeWhile(e => e.At < end).LastOrDefault() is not { } last)
                    return (0, 0L);
                var through = last.Sequence!.Value;
                if (db is PostgresDb)
                    await db.Database.ExecuteSqlRawAsync("SET LOCAL idp.audit_retention = 'on'", token);
                var removed = await db.AuditEvents.Where(e => e.Sequence <= through).ExecuteDeleteAsync(token);
                Write(head, head.Read() with { AnchorSequence = through, AnchorHash = last.Hash! }, key);
                await db.SaveChangesAsync(token);
                return (removed, through);
            },
            cancellation);
    }

    private async Task<DateTimeOffset?> FindOldestAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.AuditEvents.Where(e => e.Sequence != null).OrderBy(e => e.Sequence).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(cancellation);
    }

    // The update holds the row, so that what is read after it stays as it is until the commit.
    private static async Task<AuditHeadRow> HoldAsync(IdpDb db, byte[] key, CancellationToken cancellation)
    {
        await db.Set<AuditHeadRow>().Where(h => h.Id == AuditHeadRow.TheOne).ExecuteUpdateAsync(set => set.SetProperty(h => h.Round, h => h.Round + 1), cancellation);
        var head = await db.Set<AuditHeadRow>().FirstOrDefaultAsync(h => h.Id == AuditHeadRow.TheOne, cancellation);
        return head is not null && head.Read().IsSealed(key, head.Seal) ? head : throw new AuditSealException();
    }

    private static void Write(AuditHeadRow row, AuditHead head, byte[] key) =>
        (row.Sequence, row.Hash, row.AnchorSequence, row.AnchorHash, row.Seal) = (head.Sequence, head.Hash, head.AnchorSequence, head.AnchorHash, head.Seal(key));
}

/// <summary>The head of the audit's chain isn't sealed under this server's key.</summary>
public sealed class AuditSealException() : Exception("The head of the audit's chain is not sealed under this server's master key: `idp audit verify` says more.");
