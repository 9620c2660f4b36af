using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// What an end means for the status lists, inside the transaction of that end: exactly the bits of the tokens that may still live. The topic's
/// row is locked last of all and until the commit, so that the numbers commit in order.
/// </summary>
internal static class StatusMarks
{
    /// <summary>Ends families that haven't ended, with the bits of their tokens; says how many.</summary>
    public static async Task<int> EndFamiliesAsync(
        this IdpDb db, IQueryable<TokenFamilyRow> families, FamilyEnd reason, DateTimeOffset now, CancellationToken cancellation) =>
        await db.EndFamiliesAsync([(families, reason)], now, cancellation);

    /// <summary>The same of several kinds: all their rows are locked before the topic's is.</summary>
    public static async Task<int> EndFamiliesAsync(
        this IdpDb db, IReadOnlyList<(IQueryable<TokenFamilyRow> Families, FamilyEnd Reason)> kinds, DateTimeOffset now, CancellationToken cancellation)
    {
        var ended = new int[kinds.Count];
        for (var i = 0; i < ended.Length; i++)
        {
            var (families, reason) = kinds[i];
            ended[i] = await families.Where(f => f.EndedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(f => f.EndedAt, now).SetProperty(f => f.EndReason, reason), cancellation);
        }

        for (var i = 0; i < ended.Length; i++)
        {
            if (ended[i] > 0)
                await db.MarkFamiliesAsync(kinds[i].Families.Where(f => f.EndedAt == now), StatusValue.Invalid, now, cancellation);
        }

        return ended.Sum();
    }

    /// <summary>Sets the bits of all living tokens of these families.</summary>
    public static async Task MarkFamiliesAsync(
        this IdpDb db, IQueryable<TokenFamilyRow> families, StatusValue value, DateTimeOffset now, CancellationToken cancellation)
    {
        var noted = await families.Where(f => f.Statuses != "").Select(f => f.Statuses).ToListAsync(cancellation);
        var blocks = db.StatusBlocks.Where(b => b.FamilyId != null && families.Any(f => f.FamilyId == b.FamilyId));
        await db.MarkAsync(
            [
                .. from status in noted.SelectMany(Lists.Statuses)
                   where status.ExpiresAt > now
                   select new StatusRange(status.Reference.List, status.Reference.Index, 1, value),
                .. await RangesAsync(blocks, value, now, cancellation),
            ],
            cancellation);
    }

    /// <summary>Sets the bits of all living tokens that these blocks were for.</summary>
    public static async Task MarkBlocksAsync(
        this IdpDb db, IQueryable<StatusBlockRow> blocks, StatusValue value, DateTimeOffset now, CancellationToken cancellation) =>
        await db.MarkAsync(await RangesAsync(blocks, value, now, cancellation), cancellation);

    /// <summary>Sets these, under the transaction's number.</summary>
    public static async Task MarkAsync(this IdpDb db, IReadOnlyCollection<StatusRange> ranges, CancellationToken cancellation)
    {
        if (ranges.Count == 0)
            return;
        await db.BumpAsync(Topic.Status, cancellation);
        var sequence = await db.Topics.Where(t => t.Name == Topic.Status).Select(t => t.Version).SingleAsync(cancellation);
        db.StatusChanges.AddRange(Merge(ranges).Select(range => new StatusChangeRow
        {
            Sequence = sequence,
            ListId = range.List,
            First = range.First,
            Count = range.Count,
            Value = range.Value,
        }));
        await db.SaveChangesAsync(cancellation);
    }

    private static async Task<List<StatusRange>> RangesAsync(
        IQueryable<StatusBlockRow> blocks, StatusValue value, DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = await blocks.AsNoTracking().Where(b => b.LastTokenExpiresAt > now).ToListAsync(cancellation);
        return [.. rows.Select(block => new StatusRange(block.ListId, block.First, block.Count, value))];
    }

    // Of all values of one call there is one, so neighbours become one range.
    private static List<StatusRange> Merge(IEnumerable<StatusRange> ranges)
    {
        var merged = new List<StatusRange>();
        foreach (var range in ranges.Distinct().OrderBy(r => r.List).ThenBy(r => r.First))
        {
            if (merged.Count > 0 && merged[^1] is var last && last.List == range.List && last.First + last.Count >= range.First)
                merged[^1] = last with { Count = Math.Max(last.Count, range.First + range.Count - last.First) };
            else
                merged.Add(range);
        }

        return merged;
    }
}
