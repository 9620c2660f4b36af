using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Removes what time has made meaningless, a few rows at once, so that nobody waits for it.</summary>
public sealed class ExpiredRows(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Rows of one statement.</summary>
    public const int Batch = 500;

    /// <summary>Statements of one call and kind: what is left waits for the next call.</summary>
    public const int MostBatches = 20;

    /// <summary>No kind is counted further: it would take longer than the answer is worth.</summary>
    public const int MostCounted = 1_000_000;

    /// <summary>
    /// How long a row is kept after its end: no access token lives longer than 15 minutes, so a replayed code still finds its family, and a family
    /// the reason why it ended, for as long as any token of it could be used.
    /// </summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The same for a pushed request that nobody is at: it never came to our pages, or was answered. Anyone may push in the name of a public client,
    /// so that these must not heap up.
    /// </summary>
    public static TimeSpan PushedKept { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Removes the oldest first. Nodes that prune at once share the work.</summary>
    public Task<PrunedRows> PruneAsync(DateTimeOffset now, CancellationToken cancellation = default) => RemoveAsync(now, onlyCounts: false, cancellation);

    /// <summary>How many rows of each kind there are to remove, up to <see cref="MostCounted"/>; removes none.</summary>
    public Task<PrunedRows> CountAsync(DateTimeOffset now, CancellationToken cancellation = default) => RemoveAsync(now, onlyCounts: true, cancellation);

    private async Task<PrunedRows> RemoveAsync(DateTimeOffset now, bool onlyCounts, CancellationToken cancellation)
    {
        var end = now - Kept;
        var endOfPushed = now - PushedKept;
        var endOfHistory = now - SignInEvent.Kept;
        var forgotten = now - KnownBrowser.Kept;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return new PrunedRows
        {
            AuthorizationCodes = await RemoveAsync(db.AuthorizationCodes.Where(c => c.ExpiresAt < end).OrderBy(c => c.ExpiresAt), onlyCounts, cancellation),
            PushedRequests = await RemoveAsync(
                db.PushedRequests.Where(p => p.ExpiresAt < (p.OpenedAt != null && p.SpentAt == null ? end : endOfPushed)).OrderBy(p => p.ExpiresAt), onlyCounts, cancellation),
            DecoupledRequests = await RemoveAsync(db.DecoupledRequests.Where(r => r.ExpiresAt < end).OrderBy(r => r.ExpiresAt), onlyCounts, cancellation),
            TokenFamilies = await RemoveAsync(db.TokenFamilies.Where(f => f.ExpiresAt < end).OrderBy(f => f.ExpiresAt), onlyCounts, cancellation)
                + await RemoveAsync(db.TokenFamilies.Where(f => f.EndedAt != null && f.EndedAt < end && f.ExpiresAt >= end).OrderBy(f => f.EndedAt), onlyCounts, cancellation),
            Sessions = await RemoveAsync(db.Sessions.Where(s => s.ExpiresAt < end).OrderBy(s => s.ExpiresAt), onlyCounts, cancellation)
                + await RemoveAsync(db.Sessions.Where(s => s.EndedAt != null && s.EndedAt < end && s.ExpiresAt >= end).OrderBy(s => s.EndedAt), onlyCounts, cancellation),
            RevokedTokens = await RemoveAsync(db.RevokedTokens.Where(t => t.ExpiresAt < end).OrderBy(t => t.ExpiresAt), onlyCounts, cancellation),
            SpentIdentifiers = await RemoveAsync(
                db.SpentIdentifiers.Where(s => s.ExpiresAt < now - Storage.SpentIdentifiers.Kept).OrderBy(s => s.ExpiresAt), onlyCounts, cancellation),
            IdempotentRequests = await RemoveAsync(db.Set<IdempotentRequestRow>().Where(r => r.ExpiresAt < now).OrderBy(r => r.ExpiresAt), onlyCounts, cancellation),
            AccountLinks = await RemoveAsync(db.AccountLinks.Where(l => l.ExpiresAt < end).OrderBy(l => l.ExpiresAt), onlyCounts, cancellation),
            SignInEvents = await RemoveAsync(db.SignInEvents.Where(e => e.At < endOfHistory).OrderBy(e => e.At), onlyCounts, cancellation),
            Attempts = await RemoveAsync(db.Attempts.Where(a => a.EndsAt < now).OrderBy(a => a.EndsAt), onlyCounts, cancellation),
            KnownBrowsers = await RemoveAsync(db.KnownBrowsers.Where(b => b.LastSeenAt < forgotten).OrderBy(b => b.LastSeenAt), onlyCounts, cancellation),
            OutboxMessages = await RemoveAsync(db.OutboxMessages.Where(m => m.DeliveredAt < now - Outbox.DeliveredKept).OrderBy(m => m.DeliveredAt), onlyCounts, cancellation)
                + await RemoveAsync(db.OutboxMessages.Where(m => m.GivenUpAt < now - Outbox.GivenUpKept).OrderBy(m => m.GivenUpAt), onlyCounts, cancellation),
            SignalEvents = await RemoveAsync(db.SignalEvents.Where(e => e.ExpiresAt < now).OrderBy(e => e.ExpiresAt), onlyCounts, cancellation)
                + await RemoveSignalsAsync(db, onlyCounts, cancellation),
            Statuses = await RemoveAsync(db.StatusBlocks.Where(b => b.LastTokenExpiresAt < end).OrderBy(b => b.LastTokenExpiresAt), onlyCounts, cancellation)
                + await RemoveStatusListsAsync(db, end, onlyCounts, cancellation),
        };
    }

    // Of a receiver that doesn't come for its events, so many that nobody wants them any more: the oldest.
    private static async Task<int> RemoveSignalsAsync(IdpDb db, bool onlyCounts, CancellationToken cancellation)
    {
        var full = await db.SignalEvents.GroupBy(e => e.StreamId).Where(g => g.Count() > SignalStream.MostWaiting).Select(g => g.Key).OrderBy(id => id).Take(Batch).ToListAsync(cancellation);
        var total = 0;
        foreach (var streamId in full)
        {
            var waiting = db.SignalEvents.Where(e => e.StreamId == streamId);
            var oldest = await waiting.OrderByDescending(e => e.Sequence).Skip(SignalStream.MostWaiting).Select(e => e.Sequence).FirstOrDefaultAsync(cancellation);
            total += await RemoveAsync(waiting.Where(e => e.Sequence <= oldest).OrderBy(e => e.Sequence), onlyCounts, cancellation);
        }

        return total;
    }

    // What was set in a list goes before the list does, so that a batch that ends early leaves no change without its list. The newest stays:
    // the next one takes its number from it.
    private static async Task<int> RemoveStatusListsAsync(IdpDb db, DateTimeOffset end, bool onlyCounts, CancellationToken cancellation)
    {
        var retired = db.StatusLists.Where(l => l.LastTokenExpiresAt < end && db.StatusLists.Any(newer => newer.ListId > l.ListId));
        var changes = await RemoveAsync(
            db.StatusChanges.Where(c => retired.Any(l => l.ListId == c.ListId)).OrderBy(c => c.Sequence), onlyCounts, cancellation);
        var emptied = onlyCounts ? retired : retired.Where(l => !db.StatusChanges.Any(c => c.ListId == l.ListId));
        return changes + await RemoveAsync(emptied.OrderBy(l => l.ListId), onlyCounts, cancellation);
    }

    private static async Task<int> RemoveAsync<TRow>(IOrderedQueryable<TRow> expired, bool onlyCounts, CancellationToken cancellation)
    {
        if (onlyCounts)
            return await expired.Take(MostCounted).CountAsync(cancellation);
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
public sealed record PrunedRows
{
    public int AuthorizationCodes { get; init; }

    public int PushedRequests { get; init; }

    public int DecoupledRequests { get; init; }

    public int TokenFamilies { get; init; }

    public int Sessions { get; init; }

    public int RevokedTokens { get; init; }

    public int SpentIdentifiers { get; init; }

    public int IdempotentRequests { get; init; }

    public int AccountLinks { get; init; }

    public int SignInEvents { get; init; }

    public int Attempts { get; init; }

    public int KnownBrowsers { get; init; }

    public int OutboxMessages { get; init; }

    public int SignalEvents { get; init; }

    public int Statuses { get; init; }

    /// <summary>Each kind by the name that an operator reads.</summary>
    public IReadOnlyList<(string Kind, int Rows)> Kinds =>
    [
        ("authorization_codes", AuthorizationCodes),
        ("pushed_requests", PushedRequests),
        ("decoupled_requests", DecoupledRequests),
        ("token_families", TokenFamilies),
        ("sessions", Sessions),
        ("revoked_tokens", RevokedTokens),
        ("spent_identifiers", SpentIdentifiers),
        ("idempotent_requests", IdempotentRequests),
        ("account_links", AccountLinks),
        ("sign_in_events", SignInEvents),
        ("attempts", Attempts),
        ("known_browsers", KnownBrowsers),
        ("outbox_messages", OutboxMessages),
        ("signal_events", SignalEvents),
        ("statuses", Statuses),
    ];

    public int Total => Kinds.Sum(k => k.Rows);

    /// <summary>Whether a kind used up its batches, so that more of it is probably left.</summary>
    public bool HasMore => Kinds.Max(k => k.Rows) >= ExpiredRows.Batch * ExpiredRows.MostBatches;
}
