using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The lines of the audit: added, found, searched. No method changes one; <see cref="AuditLedger"/> numbers them, and lets go of old ones.</summary>
public sealed class AuditEvents(IDbContextFactory<IdpDb> databases, ReadOnlyDatabase lists)
{
    /// <summary>Adds a line: one insert, no lock.</summary>
    public Task AddAsync(AuditEvent entry, CancellationToken cancellation = default) =>
        databases.InsertAsync(db => db.AuditEvents.Add(AuditEventRow.Of(entry)), cancellation);

    /// <summary>Adds lines, all or none. Those that are there already were added before, by a try whose answer was lost.</summary>
    public async Task AddAsync(IReadOnlyCollection<AuditEvent> entries, CancellationToken cancellation = default)
    {
        try
        {
            await databases.InsertAsync(db => db.AuditEvents.AddRange(entries.Select(AuditEventRow.Of)), cancellation);
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            // Identifiers are random: nobody else has one of these.
        }
    }

    /// <summary>One line, with its place in the chain where it has it; null where there is none.</summary>
    public async Task<AuditLine?> FindAsync(Guid eventId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.AuditEvents.AsNoTracking().FirstOrDefaultAsync(e => e.EventId == eventId, cancellation) is { } row ? Line(row) : null;
    }

    /// <summary>Lines, the newest first.</summary>
    /// <param name="search">Which.</param>
    /// <param name="before">Only those that come after this one in that order; null begins with the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<AuditLine>> SearchAsync(AuditSearch search, AuditPlace? before, int limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        await using var db = await lists.CreateDbContextAsync(cancellation);
        var rows = db.AuditEvents.AsNoTracking();
        if (search.Actions is [var only])
            rows = rows.Where(e => e.Action == only);
        else if (search.Actions is { } actions)
            rows = rows.Where(e => actions.Contains(e.Action));
        if (search.Actor is { } actor)
            rows = rows.Where(e => e.Actor == actor);
        if (search.Target is { } target)
            rows = rows.Where(e => e.Target == target);
        if (search.From is { } from)
            rows = rows.Where(e => e.At >= from);
        if (search.To is { } to)
            rows = rows.Where(e => e.At < to);
        if (before is var (at, eventId))
            rows = rows.Where(e => e.At < at || (e.At == at && e.EventId.CompareTo(eventId) > 0));
        var found = await rows.OrderByDescending(e => e.At).ThenBy(e => e.EventId).Take(limit).ToListAsync(cancellation);
        return [.. found.Select(Line)];
    }

    internal static AuditLine Line(AuditEventRow row) => new(row.Read(), row.Sequence, row.Hash);
}

/// <summary>A line as it is stored.</summary>
/// <param name="Event">What it says.</param>
/// <param name="Sequence">Its number in the chain; null for the second or so in which it waits for it.</param>
/// <param name="Hash">Its hash in the chain; null as long.</param>
public sealed record AuditLine(AuditEvent Event, long? Sequence, byte[]? Hash);

/// <summary>Which lines; null for whatever.</summary>
public sealed record AuditSearch
{
    /// <summary>By their names (<see cref="AuditActions"/>).</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    public string? Actor { get; init; }

    public string? Target { get; init; }

    /// <summary>From this moment on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this moment.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A place in the audit: the line there.</summary>
public sealed record AuditPlace(DateTimeOffset At, Guid EventId);
