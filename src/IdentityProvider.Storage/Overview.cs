using IdentityProvider.Protocol.Audit;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What an installation does, in numbers: counts over indexes that an operator looks at now and then. Nothing that is decided rests on them.</summary>
public sealed class Overview(ReadOnlyDatabase database)
{
    /// <summary>How often something happened in a span.</summary>
    public async Task<long> CountAsync(AuditAction action, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default)
    {
        var name = AuditActions.NameOf(action);
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await db.AuditEvents.Where(e => e.Action == name && e.At >= from && e.At < to).SumAsync(e => (long)e.Count, cancellation);
    }

    /// <summary>How often each of these happened, hour by hour (UTC); hours in which nothing did are left out.</summary>
    public async Task<IReadOnlyList<CountOfHour>> CountByHourAsync(IReadOnlyList<AuditAction> actions, DateTimeOffset from, CancellationToken cancellation = default)
    {
        var names = actions.Select(AuditActions.NameOf).ToList();
        await using var db = await database.CreateDbContextAsync(cancellation);
        var counted = await db.AuditEvents.Where(e => names.Contains(e.Action) && e.At >= from)
            .GroupBy(e => new { e.Action, e.At.Year, e.At.Month, e.At.Day, e.At.Hour })
            .Select(hour => new { hour.Key, Count = hour.Sum(e => (long)e.Count) })
            .ToListAsync(cancellation);
        return [.. counted.Select(hour => new CountOfHour(hour.Key.Action, new DateTimeOffset(hour.Key.Year, hour.Key.Month, hour.Key.Day, hour.Key.Hour, 0, 0, TimeSpan.Zero), hour.Count))];
    }

    /// <summary>What lives now.</summary>
    public async Task<LivingNow> CountLivingAsync(TimeSpan idleLimit, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var idleSince = now - idleLimit;
        await using var db = await database.CreateDbContextAsync(cancellation);
        return new LivingNow(
            await db.Sessions.LongCountAsync(s => s.EndedAt == null && s.ExpiresAt > now && s.LastUsedAt > idleSince, cancellation),
            await db.TokenFamilies.LongCountAsync(f => f.EndedAt == null && f.ExpiresAt > now, cancellation));
    }
}

/// <summary>How often something happened within an hour.</summary>
/// <param name="Action">Its name (<see cref="AuditActions"/>).</param>
/// <param name="Hour">When the hour began.</param>
/// <param name="Count">How often.</param>
public sealed record CountOfHour(string Action, DateTimeOffset Hour, long Count);

/// <summary>What lives now.</summary>
/// <param name="Sessions">Browsers that are signed in.</param>
/// <param name="SignIns">Sign-ins of apps: each can have tokens.</param>
public sealed record LivingNow(long Sessions, long SignIns);
