using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// The browsers that people signed in with, a row for each browser and person: to remember a second factor, to tell a new device from an old one,
/// and to tell a person from a stranger who tries their name.
/// </summary>
public sealed class KnownBrowsers(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Of one person: a browser that forgets its cookies is a new one at each sign-in.</summary>
    public const int MostOfPerson = 100;

    /// <summary>What is known of this browser and person; null where nothing.</summary>
    public async Task<KnownBrowser?> FindAsync(byte[] secretHash, Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.KnownBrowsers.AsNoTracking().FirstOrDefaultAsync(b => b.UserId == userId && b.SecretHash == secretHash, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>
    /// Notes a sign-in, and says which it was of the person in this browser. Of sign-ins that race one is the first.
    /// </summary>
    /// <param name="secretHash">The browser.</param>
    /// <param name="userId">The person.</param>
    /// <param name="address">From where; null where that is unknown.</param>
    /// <param name="userAgent">With what.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<BrowserSighting> SeenAsync(
        byte[] secretHash, Guid userId, string? address, string? userAgent, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (place, agent) = (Longest.Cut(address, Longest.Address), Longest.Cut(userAgent, Longest.UserAgent));
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == secretHash)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.LastSeenAt, now).SetProperty(b => b.Address, place).SetProperty(b => b.UserAgent, agent), cancellation) == 1)
            return BrowserSighting.Known;

        var count = await db.KnownBrowsers.CountAsync(b => b.UserId == userId, cancellation);
        var row = new KnownBrowserRow
        {
            SecretHash = secretHash, UserId = userId, BrowserId = new Guid(secretHash.AsSpan(0, 16)), FirstSeenAt = now, LastSeenAt = now, Address = place, UserAgent = agent,
        };
        if (!await databases.TryInsertAsync(
            (db, _) =>
            {
                db.KnownBrowsers.Add(row);
                return Task.CompletedTask;
            },
            (db, token) => db.KnownBrowsers.AnyAsync(b => b.UserId == userId && b.SecretHash == secretHash, token),
            cancellation))
            return BrowserSighting.Known;
        if (count >= MostOfPerson)
            await db.KnownBrowsers.Where(b => b.UserId == userId).OrderBy(b => b.LastSeenAt).Take(count + 1 - MostOfPerson).ExecuteDeleteAsync(cancellation);
        return count == 0 ? BrowserSighting.FirstOfPerson : BrowserSighting.New;
    }

    /// <summary>The browser holds another secret from now on, for everyone who is known in it: whoever planted the old one knows nothing.</summary>
    public async Task RenewAsync(byte[] oldHash, byte[] newHash, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.KnownBrowsers.Where(b => b.SecretHash == oldHash).ExecuteUpdateAsync(set => set.SetProperty(b => b.SecretHash, newHash), cancellation);
    }

    /// <summary>The second factor isn't asked for in this browser until then; false where the browser isn't known.</summary>
    public async Task<bool> TrustAsync(byte[] secretHash, Guid userId, DateTimeOffset until, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == secretHash)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.TrustedUntil, until), cancellation) == 1;
    }

    /// <summary>A person's browsers, the last used first.</summary>
    public async Task<IReadOnlyList<KnownBrowser>> ListAsync(Guid userId, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.KnownBrowsers.AsNoTracking().Where(b => b.UserId == userId).OrderByDescending(b => b.LastSeenAt).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>Forgets one of a person's browsers; false where there was none.</summary>
    public async Task<bool> ForgetAsync(byte[] secretHash, Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == secretHash).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>The second factor is asked for again in all of a person's browsers: inside a transaction of the caller's.</summary>
    internal static Task<int> DistrustAsync(IdpDb db, Guid userId, CancellationToken cancellation) =>
        db.KnownBrowsers.Where(b => b.UserId == userId && b.TrustedUntil != null)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.TrustedUntil, (DateTimeOffset?)null), cancellation);

    private static KnownBrowser Read(KnownBrowserRow row) => new()
    {
        SecretHash = row.SecretHash,
        UserId = row.UserId,
        BrowserId = row.BrowserId,
        FirstSeenAt = row.FirstSeenAt,
        LastSeenAt = row.LastSeenAt,
        Address = row.Address,
        UserAgent = row.UserAgent,
        TrustedUntil = row.TrustedUntil,
    };
}

/// <summary>Which sign-in of a person in a browser it was.</summary>
public enum BrowserSighting
{
    /// <summary>Not the first one.</summary>
    Known,

    /// <summary>The first one here, of a person who signed in elsewhere before.</summary>
    New,

    /// <summary>The first one at all.</summary>
    FirstOfPerson,
}
