using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The history of accounts, by person. A row lasts for <see cref="SignInEvent.Kept"/>.</summary>
public sealed class SignInEvents(IDbContextFactory<IdpDb> databases)
{
    public Task AddAsync(SignInEvent entry, CancellationToken cancellation = default) => AddAsync(entry, told: null, cancellation);

    /// <summary>The same, with what the audit tells of it: both or neither.</summary>
    public Task AddAsync(SignInEvent entry, AuditEvent? told, CancellationToken cancellation = default) => databases.InsertAsync(
        db =>
        {
            db.SignInEvents.Add(Row(entry));
            if (told is not null)
                db.AuditEvents.Add(AuditEventRow.Of(told));
        },
        cancellation);

    /// <summary>
    /// Counts a failure: those of one person, kind and address within an hour are one line, so that no flood of them pushes out the rest. Its
    /// identifier, by which it can be taken back.
    /// </summary>
    public async Task<Guid> CountAsync(SignInEvent entry, CancellationToken cancellation = default)
    {
        var line = entry with { EventId = LineOf(entry) };
        if (await CountAsync(line.EventId, cancellation))
            return line.EventId;
        var isNew = await databases.TryInsertAsync(
            (db, _) =>
            {
                db.SignInEvents.Add(Row(line));
                return Task.CompletedTask;
            },
            (_, _) => Task.FromResult(false), // counted twice is better than not at all
            cancellation);
        if (!isNew)
            await CountAsync(line.EventId, cancellation);
        return line.EventId;
    }

    /// <summary>One that was counted was none.</summary>
    public async Task TakeBackAsync(Guid eventId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.SignInEvents.Where(e => e.EventId == eventId && e.Count > 1).ExecuteUpdateAsync(set => set.SetProperty(e => e.Count, e => e.Count - 1), cancellation) == 0)
            await db.SignInEvents.Where(e => e.EventId == eventId && e.Count == 1).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Says how the attempt ended, of which only the start was noted.</summary>
    public async Task DecideAsync(Guid eventId, SignInOutcome outcome, string? detail = null, CancellationToken cancellation = default)
    {
        var about = Longest.CutText(detail, Longest.Detail);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.SignInEvents.Where(e => e.EventId == eventId)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Outcome, outcome).SetProperty(e => e.Detail, about), cancellation);
    }

    /// <summary>A person's own, newest first, as far back as they are kept.</summary>
    public Task<IReadOnlyList<SignInEvent>> ListAsync(Guid userId, DateTimeOffset now, int limit, CancellationToken cancellation = default) =>
        ListAsync(userId, now, limit, before: null, cancellation);

    /// <summary>Of these, those that come after one in that order; from the first where it is null.</summary>
    public async Task<IReadOnlyList<SignInEvent>> ListAsync(
        Guid userId, DateTimeOffset now, int limit, HistoryPlace? before, CancellationToken cancellation = default)
    {
        var oldest = now - SignInEvent.Kept;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var lines = db.SignInEvents.AsNoTracking().Where(e => e.UserId == userId && e.At > oldest);
        if (before is var (at, eventId))
            lines = lines.Where(e => e.At < at || (e.At == at && e.EventId.CompareTo(eventId) > 0));
        var rows = await lines.OrderByDescending(e => e.At).ThenBy(e => e.EventId).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    private async Task<bool> CountAsync(Guid eventId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignInEvents.Where(e => e.EventId == eventId)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Count, e => e.Count + 1), cancellation) == 1;
    }

    private static Guid LineOf(SignInEvent entry)
    {
        var hour = entry.At.UtcTicks / TimeSpan.TicksPerHour;
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.UserId:N} {entry.Outcome} {entry.Address} {hour}")).AsSpan(0, 16));
    }

    private static SignInEventRow Row(SignInEvent entry) => new()
    {
        EventId = entry.EventId,
        UserId = entry.UserId,
        At = entry.At,
        Address = Longest.Cut(entry.Address, Longest.Address),
        UserAgent = Longest.Cut(entry.UserAgent, Longest.UserAgent),
        Outcome = entry.Outcome,
        Detail = Longest.CutText(entry.Detail, Longest.Detail),
        Count = entry.Count,
    };

    private static SignInEvent Read(SignInEventRow row) => new()
    {
        EventId = row.EventId,
        UserId = row.UserId,
        At = row.At,
        Address = row.Address,
        UserAgent = row.UserAgent,
        Outcome = row.Outcome,
        Detail = row.Detail,
        Count = row.Count,
    };
}

/// <summary>A place in a history: the line there.</summary>
public sealed record HistoryPlace(DateTimeOffset At, Guid EventId);
