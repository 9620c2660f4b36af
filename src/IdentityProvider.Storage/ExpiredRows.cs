using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Removes what time has made meaningless, a few rows at once, so that nobody waits for it.</summary>
public sealed class ExpiredRows(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Rows of one statement.</summary>
    public const int Batch = 500;

    /// <summary>Statements of one call and kind: what is left waits for the next call.</summary>
    public const int MostBatches = 20;

    /// <summary>
    /// How long a row is kept after its end: no access token lives longer than 15 minutes, so a replayed code still finds its family, and a family
    /// the reason why it ended, for as long as any token of it could be used.
    /// </summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromHours(1);

    public async Task<PrunedRows> PruneAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        var end = now - Kept;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return new PrunedRows(
            await RepeatAsync(
                () => db.AuthorizationCodes
                    .Where(c => db.AuthorizationCodes.Where(x => x.ExpiresAt < end).OrderBy(x => x.ExpiresAt).Take(Batch).Select(x => x.CodeHash).Contains(c.CodeHash))
                    .ExecuteDeleteAsync(cancellation)),
            await RepeatAsync(
                () => db.TokenFamilies
                    .Where(f => db.TokenFamilies.Where(x => x.ExpiresAt < end).OrderBy(x => x.ExpiresAt).Take(Batch).Select(x => x.FamilyId).Contains(f.FamilyId))
                    .ExecuteDeleteAsync(cancellation))
            + await RepeatAsync(
                () => db.TokenFamilies
                    .Where(f => db.TokenFamilies.Where(x => x.EndedAt != null && x.EndedAt < end).OrderBy(x => x.EndedAt).Take(Batch).Select(x => x.FamilyId).Contains(f.FamilyId))
                    .ExecuteDeleteAsync(cancellation)),
            await RepeatAsync(
                () => db.Sessions
                    .Where(s => db.Sessions.Where(x => x.ExpiresAt < end).OrderBy(x => x.ExpiresAt).Take(Batch).Select(x => x.SessionId).Contains(s.SessionId))
                    .ExecuteDeleteAsync(cancellation))
            + await RepeatAsync(
                () => db.Sessions
                    .Where(s => db.Sessions.Where(x => x.EndedAt != null && x.EndedAt < end).OrderBy(x => x.EndedAt).Take(Batch).Select(x => x.SessionId).Contains(s.SessionId))
                    .ExecuteDeleteAsync(cancellation)),
            await RepeatAsync(
                () => db.RevokedTokens
                    .Where(t => db.RevokedTokens.Where(x => x.ExpiresAt < end).OrderBy(x => x.ExpiresAt).Take(Batch).Select(x => x.Jti).Contains(t.Jti))
                    .ExecuteDeleteAsync(cancellation)));
    }

    private static async Task<int> RepeatAsync(Func<Task<int>> delete)
    {
        var total = 0;
        for (var i = 0; i < MostBatches; i++)
        {
            var deleted = await delete();
            total += deleted;
            if (deleted < Batch)
                break;
        }

        return total;
    }
}

/// <summary>How many rows of each kind are gone.</summary>
public sealed record PrunedRows(int AuthorizationCodes, int TokenFamilies, int Sessions, int RevokedTokens);
