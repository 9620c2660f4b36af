using IdentityProvider.Protocol.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Tries of second factors, counted on every node together: by account, and for browsers that the person signed in with before by browser, so that
/// nobody who got the password elsewhere can lock them out of those. A try counts as failed before its outcome is known.
/// </summary>
public sealed class SecondFactorTries(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Of tries that race one wins each round; who loses so often is one of very many.</summary>
    private const int MostRounds = 20;

    /// <summary>Takes a try; false where none may be made now.</summary>
    /// <param name="userId">Whose second factor.</param>
    /// <param name="browser">The hash of the browser's secret (<see cref="KnownBrowsers"/>); null where it shows none.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> TakeAsync(Guid userId, byte[]? browser, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        for (var round = 0; round < MostRounds; round++)
        {
            var known = browser is null
                ? null
                : await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == browser)
                    .Select(b => new Standing(b.SecondFactorFailures, b.SecondFactorNextTryAt)).FirstOrDefaultAsync(cancellation);
            var standing = known ?? await db.Users.Where(u => u.Id == userId)
                .Select(u => new Standing(u.SecondFactorFailures, u.SecondFactorNextTryAt)).FirstOrDefaultAsync(cancellation);
            if (standing is null || now < standing.NextTryAt)
                return false;
            var (before, failures) = (standing.Failures, standing.Failures + 1);
            var nextTryAt = SecondFactorLimit.NextTryAt(failures, now);
            var taken = known is null
                ? await db.Users.Where(u => u.Id == userId && u.SecondFactorFailures == before)
                    .ExecuteUpdateAsync(set => set.SetProperty(u => u.SecondFactorFailures, failures).SetProperty(u => u.SecondFactorNextTryAt, nextTryAt), cancellation)
                : await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == browser && b.SecondFactorFailures == before)
                    .ExecuteUpdateAsync(set => set.SetProperty(b => b.SecondFactorFailures, failures).SetProperty(b => b.SecondFactorNextTryAt, nextTryAt), cancellation);
            if (taken == 1)
                return true;
        }

        return false;
    }

    /// <summary>The try was right: there and in this browser those before it count no more.</summary>
    public async Task ForgetAsync(Guid userId, byte[]? browser, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.Users.Where(u => u.Id == userId && u.SecondFactorFailures > 0)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.SecondFactorFailures, 0).SetProperty(u => u.SecondFactorNextTryAt, (DateTimeOffset?)null), cancellation);
        await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == browser && b.SecondFactorFailures > 0)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.SecondFactorFailures, 0).SetProperty(b => b.SecondFactorNextTryAt, (DateTimeOffset?)null), cancellation);
    }

    private sealed record Standing(int Failures, DateTimeOffset? NextTryAt);
}
