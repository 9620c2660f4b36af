using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Attempts at passwords and second factors, counted for all nodes. Each is one conditional statement on the row as it was read, which says who was first.</summary>
public sealed class Attempts(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Who loses so often against others at the same key is one of too many.</summary>
    private const int MostRounds = 10;

    /// <summary>Takes one more of the key's attempts; null where none may be made.</summary>
    public async Task<AttemptCount?> TakeAsync(string key, AttemptLimit limit, DateTimeOffset now, CancellationToken cancellation = default)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var standing = await FindAsync(key, cancellation);
            if (AttemptRules.Take(standing, limit, now) is not { } taken)
                return null;
            if (standing is null ? await AddAsync(key, taken, limit, cancellation) : await SwapAsync(key, standing, taken, limit, cancellation))
                return taken;
        }

        return null;
    }

    /// <summary>Takes back one that was right.</summary>
    public async Task GiveBackAsync(string key, AttemptLimit limit, CancellationToken cancellation = default)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (await FindAsync(key, cancellation) is not { } standing || await SwapAsync(key, standing, AttemptRules.GiveBack(standing, limit), limit, cancellation))
                return;
        }
    }

    /// <summary>What is remembered of the key; null where nothing.</summary>
    public async Task<AttemptCount?> FindAsync(string key, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Attempts.AsNoTracking().Where(a => a.Key == key).Select(a => new AttemptCount(a.Count, a.CountedAt, a.NextAt)).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Forgets all of the key's.</summary>
    public async Task ForgetAsync(string key, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await ForgetAsync(db, key, cancellation);
    }

    /// <summary>The same, in a transaction of the caller's.</summary>
    internal static Task ForgetAsync(IdpDb db, string key, CancellationToken cancellation) =>
        db.Attempts.Where(a => a.Key == key).ExecuteDeleteAsync(cancellation);

    private Task<bool> AddAsync(string key, AttemptCount taken, AttemptLimit limit, CancellationToken cancellation) => databases.TryInsertAsync(
        (db, _) =>
        {
            db.Attempts.Add(new AttemptRow { Key = key, Count = taken.Count, CountedAt = taken.CountedAt, NextAt = taken.NextAt, EndsAt = AttemptRules.EndOf(taken, limit) });
            return Task.CompletedTask;
        },
        (db, token) => db.Attempts.AnyAsync(a => a.Key == key && a.CountedAt == taken.CountedAt, token),
        cancellation);

    private async Task<bool> SwapAsync(string key, AttemptCount read, AttemptCount written, AttemptLimit limit, CancellationToken cancellation)
    {
        var end = AttemptRules.EndOf(written, limit);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Attempts.Where(a => a.Key == key && a.Count == read.Count && a.CountedAt == read.CountedAt && a.NextAt == read.NextAt)
            .ExecuteUpdateAsync(
                set => set.SetProperty(a => a.Count, written.Count).SetProperty(a => a.CountedAt, written.CountedAt)
                    .SetProperty(a => a.NextAt, written.NextAt).SetProperty(a => a.EndsAt, end),
                cancellation) == 1;
    }
}
