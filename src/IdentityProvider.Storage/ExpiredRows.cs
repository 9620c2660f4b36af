using IdentityProvider.Protocol.Sessions;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Removes what time has made meaningless, a few rows at once, so that nobody waits for it.</summary>
public sealed class ExpiredRows(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Rows of one statement.</summary>
    public const int Batch = 500;

    /// <summary>Statements of one call and kind: what is left waits for the next call.</summary>
    public const int MostBatches = 20;

    /// <summary>
    /// How long a row is kept after its end: no access token lives longer than 15 minutes, so a replayed code still finds its family, and a family
    /// the reason why it ended, for as long as any token of it could be used.
    /// </summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromHours(1);

    /// <summary>Removes the oldest first. Nodes that prune at once share the work.</summary>
    public async Task<PrunedRows> PruneAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        var end = now - Kept;
        var endOfHistory = now - SignInEvent.Kept;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return new PrunedRows(
            await DeleteAsync(db.AuthorizationCodes.Where(c => c.ExpiresAt < end).OrderBy(c => c.ExpiresAt), cancellation),
            await DeleteAsync(db.TokenFamilies.Where(f => f.ExpiresAt < end).OrderBy(f => f.ExpiresAt), cancellation)
                + await DeleteAsync(db.TokenFamilies.Where(f => f.EndedAt != null && f.EndedAt < end).OrderBy(f => f.EndedAt), cancellation),
            await DeleteAsync(db.Sessions.Where(s => s.ExpiresAt < end).OrderBy(s => s.ExpiresAt), cancellation)
                + await DeleteAsync(db.Sessions.Where(s => s.EndedAt != null && s.EndedAt < end).OrderBy(s => s.EndedAt), cancellation),
            await DeleteAsync(db.RevokedTokens.Where(t => t.ExpiresAt < end).OrderBy(t => t.ExpiresAt), cancellation),
            await DeleteAsync(db.SignInEvents.Where(e => e.At < endOfHistory).OrderBy(e => e.At), cancellation),
            await DeleteAsync(db.OutboxMessages.Where(m => m.DeliveredAt < now - Outbox.DeliveredKept).OrderBy(m => m.DeliveredAt), cancellation)
                + await DeleteAsync(db.OutboxMessages.Where(m => m.GivenUpAt < now - Outbox.GivenUpKept).OrderBy(m => m.GivenUpAt), cancellation));
    }

    private static async Task<int> DeleteAsync<TRow>(IOrderedQueryable<TRow> expired, CancellationToken cancellation)
    {
        var total = 0;
        for (var i = 0; i < MostBatches; i++)
        {
            // Fewer than a batch may be another node's doing; none means that all are gone.
            var deleted = await expired.Take(Batch).ExecuteDeleteAsync(cancellation);
            if (deleted == 0)
                break;
            total += deleted;
        }

        return total;
    }
}

/// <summary>How many rows of each kind are gone.</summary>
public sealed record PrunedRows(int AuthorizationCodes, int TokenFamilies, int Sessions, int RevokedTokens, int SignInEvents, int OutboxMessages)
{
    /// <summary>Whether a kind used up its batches, so that more of it is probably left.</summary>
    public bool HasMore => new[] { AuthorizationCodes, TokenFamilies, Sessions, RevokedTokens, SignInEvents, OutboxMessages }.Max() >= ExpiredRows.Batch * ExpiredRows.MostBatches;
}
