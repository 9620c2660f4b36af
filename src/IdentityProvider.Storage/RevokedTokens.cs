using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Access tokens that were revoked one by one; a row per revocation, until the token itself expires.</summary>
public sealed class RevokedTokens(IDbContextFactory<IdpDb> databases)
{
    private readonly Func<IdpDb, string, CancellationToken, Task<bool>> _contains = EF.CompileAsyncQuery(
        (IdpDb db, string jti, CancellationToken cancellation) => db.RevokedTokens.Any(t => t.Jti == jti));

    /// <summary>True for the one who revoked it; false where it was already. Its status, where it has one, says so too.</summary>
    public Task<bool> AddAsync(string jti, DateTimeOffset expiresAt, StatusReference? status, CancellationToken cancellation = default) =>
        databases.TryInsertAsync(
            async (db, token) =>
            {
                db.RevokedTokens.Add(new RevokedTokenRow { Jti = jti, ExpiresAt = expiresAt });
                await db.SaveChangesAsync(token);
                if (status is { } at)
                    await db.MarkAsync([new StatusRange(at.List, at.Index, 1, StatusValue.Invalid)], token);
            },
            (db, token) => db.RevokedTokens.AnyAsync(t => t.Jti == jti, token),
            cancellation);

    public async Task<bool> ContainsAsync(string jti, CancellationToken cancellation = default)
    {
        if (!Longest.Fits(jti, Longest.Jti))
            return false;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await _contains(db, jti, cancellation);
    }
}
