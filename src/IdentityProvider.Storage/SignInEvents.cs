using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The history of sign-ins, by person. A row lasts for <see cref="SignInEvent.Kept"/>.</summary>
public sealed class SignInEvents(IDbContextFactory<IdpDb> databases)
{
    public Task AddAsync(SignInEvent entry, CancellationToken cancellation = default) =>
        databases.InsertAsync(
            db => db.SignInEvents.Add(new SignInEventRow
            {
                EventId = entry.EventId,
                UserId = entry.UserId,
                At = entry.At,
                Address = Longest.Cut(entry.Address, Longest.Address),
                UserAgent = Longest.Cut(entry.UserAgent, Longest.UserAgent),
                Outcome = entry.Outcome,
            }),
            cancellation);

    /// <summary>Says how the attempt ended, of which only the start was noted.</summary>
    public async Task DecideAsync(Guid eventId, SignInOutcome outcome, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.SignInEvents.Where(e => e.EventId == eventId).ExecuteUpdateAsync(set => set.SetProperty(e => e.Outcome, outcome), cancellation);
    }

    /// <summary>A person's own, newest first, as far back as they are kept.</summary>
    public async Task<IReadOnlyList<SignInEvent>> ListAsync(Guid userId, DateTimeOffset now, int limit, CancellationToken cancellation = default)
    {
        var oldest = now - SignInEvent.Kept;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.SignInEvents.AsNoTracking()
            .Where(e => e.UserId == userId && e.At > oldest)
            .OrderByDescending(e => e.At).ThenBy(e => e.EventId)
            .Take(limit)
            .ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    private static SignInEvent Read(SignInEventRow row) => new()
    {
        EventId = row.EventId,
        UserId = row.UserId,
        At = row.At,
        Address = row.Address,
        UserAgent = row.UserAgent,
        Outcome = row.Outcome,
    };
}
