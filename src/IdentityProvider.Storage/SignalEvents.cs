using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Security events that receivers have not heard yet (<see cref="Signals"/> writes them). One that was heard is gone.</summary>
public sealed class SignalEvents(IDbContextFactory<IdpDb> databases)
{
    public async Task<StoredSignal?> FindAsync(Guid eventId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignalEvents.AsNoTracking().FirstOrDefaultAsync(e => e.EventId == eventId, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>What waits in a stream, the oldest first; where <paramref name="only"/> is given, of that kind.</summary>
    public async Task<IReadOnlyList<StoredSignal>> ListAsync(Guid streamId, DateTimeOffset now, int limit, SignalKind? only = null, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.SignalEvents.AsNoTracking().Where(e => e.StreamId == streamId && e.ExpiresAt > now && (only == null || e.Kind == only)).OrderBy(e => e.Sequence).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>How many wait in a stream.</summary>
    public async Task<int> CountAsync(Guid streamId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignalEvents.Where(e => e.StreamId == streamId).Take(SignalStream.MostWaiting).CountAsync(cancellation);
    }

    /// <summary>Lets go of what was heard, of this stream alone; says how many that were.</summary>
    public async Task<int> RemoveAsync(Guid streamId, IReadOnlyCollection<Guid> eventIds, CancellationToken cancellation = default)
    {
        if (eventIds.Count == 0)
            return 0;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignalEvents.Where(e => e.StreamId == streamId && eventIds.Contains(e.EventId)).ExecuteDeleteAsync(cancellation);
    }

    private static StoredSignal Read(SignalEventRow row) => new(row.EventId, row.StreamId, row.Kind, row.UserId, row.SessionId, row.Detail, row.CreatedAt);
}

/// <summary>Something that a receiver has not heard yet.</summary>
/// <param name="EventId">Its <c>jti</c>.</param>
/// <param name="StreamId">In which stream.</param>
/// <param name="Kind">What it says.</param>
/// <param name="UserId">Of whom; null where it is about the stream.</param>
/// <param name="SessionId">Of which sign-in; null for none.</param>
/// <param name="Detail">What else (<see cref="SecurityEvent.Detail"/>).</param>
/// <param name="At">When it happened.</param>
public sealed record StoredSignal(Guid EventId, Guid StreamId, SignalKind Kind, Guid? UserId, Guid? SessionId, string? Detail, DateTimeOffset At);
