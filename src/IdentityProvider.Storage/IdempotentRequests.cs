using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Requests that are done once, however often they come: of those with the same key one begins, and its answer is kept for the others.</summary>
public sealed class IdempotentRequests(IDbContextFactory<IdpDb> databases)
{
    /// <summary>How long a key stands for its request.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromHours(24);

    /// <summary>Begins; null for the one who does. The others get what is there.</summary>
    /// <param name="keyHash">SHA-256 of who asks, what for, and the key.</param>
    /// <param name="bodyHash">SHA-256 of the body.</param>
    /// <param name="attemptId">Random; by which a retry knows its own work.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<BegunRequest?> BeginAsync(byte[] keyHash, byte[] bodyHash, Guid attemptId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        while (true)
        {
            var isFirst = await databases.TryInsertAsync(
                async (db, token) =>
                {
                    await db.Set<IdempotentRequestRow>().Where(r => r.KeyHash == keyHash && r.ExpiresAt <= now).ExecuteDeleteAsync(token);
                    db.Set<IdempotentRequestRow>().Add(new IdempotentRequestRow { KeyHash = keyHash, BodyHash = bodyHash, AttemptId = attemptId, BegunAt = now, ExpiresAt = now + Kept });
                },
                (db, token) => db.Set<IdempotentRequestRow>().AnyAsync(r => r.KeyHash == keyHash && r.AttemptId == attemptId, token),
                cancellation);
            if (isFirst)
                return null;
            await using var db = await databases.CreateDbContextAsync(cancellation);
            if (await db.Set<IdempotentRequestRow>().AsNoTracking().FirstOrDefaultAsync(r => r.KeyHash == keyHash && r.ExpiresAt > now, cancellation) is { } row)
                return new BegunRequest(row.BodyHash, row.BegunAt, row.SealedAnswer);
        }
    }

    /// <summary>Keeps the answer of the one who began.</summary>
    public async Task EndAsync(byte[] keyHash, Guid attemptId, byte[] sealedAnswer, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.Set<IdempotentRequestRow>().Where(r => r.KeyHash == keyHash && r.AttemptId == attemptId)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.SealedAnswer, sealedAnswer), cancellation);
    }

    /// <summary>Nothing was done, so that the key may be used again.</summary>
    public async Task ForgetAsync(byte[] keyHash, Guid attemptId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.Set<IdempotentRequestRow>().Where(r => r.KeyHash == keyHash && r.AttemptId == attemptId && r.SealedAnswer == null).ExecuteDeleteAsync(cancellation);
    }
}

/// <summary>A request that somebody began before.</summary>
/// <param name="BodyHash">SHA-256 of its body.</param>
/// <param name="BegunAt">When.</param>
/// <param name="SealedAnswer">Its answer; null where there is none yet.</param>
public sealed record BegunRequest(byte[] BodyHash, DateTimeOffset BegunAt, byte[]? SealedAnswer);
