using IdentityProvider.Protocol.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Tries of second factors: <see cref="Attempts"/> by account, and for browsers that the person signed in with before by browser, so that nobody
/// who got the password elsewhere can lock them out of those. A try counts as failed before its outcome is known.
/// </summary>
public sealed class SecondFactorTries(IDbContextFactory<IdpDb> databases, Attempts attempts)
{
    /// <summary>Takes a try; false where none may be made now.</summary>
    /// <param name="userId">Whose second factor.</param>
    /// <param name="browser">The hash of the browser's secret (<see cref="KnownBrowsers"/>); null where it shows none.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> TakeAsync(Guid userId, byte[]? browser, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var known = await FindBrowserAsync(userId, browser, cancellation);
        if (known is null && !await IsThereAsync(userId, cancellation))
            return false;
        return await attempts.TakeAsync(KeyOf(userId, known), AttemptLimit.OfSecondFactor, now, cancellation) is not null;
    }

    /// <summary>The try was right: there and in this browser those before it count no more.</summary>
    public async Task ForgetAsync(Guid userId, byte[]? browser, CancellationToken cancellation = default)
    {
        await attempts.ForgetAsync(AttemptKey.OfSecondFactor(userId), cancellation);
        if (await FindBrowserAsync(userId, browser, cancellation) is { } known)
            await attempts.ForgetAsync(KeyOf(userId, known), cancellation);
    }

    private static string KeyOf(Guid userId, Guid? known) => known is { } id ? AttemptKey.OfSecondFactor(userId, id) : AttemptKey.OfSecondFactor(userId);

    private async Task<Guid?> FindBrowserAsync(Guid userId, byte[]? browser, CancellationToken cancellation)
    {
        if (browser is null)
            return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.KnownBrowsers.Where(b => b.UserId == userId && b.SecretHash == browser).Select(b => (Guid?)b.BrowserId).FirstOrDefaultAsync(cancellation);
    }

    private async Task<bool> IsThereAsync(Guid userId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Users.AnyAsync(u => u.Id == userId, cancellation);
    }
}
