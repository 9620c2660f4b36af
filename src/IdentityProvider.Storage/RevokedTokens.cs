using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Access tokens that were revoked one by one; a row per revocation, until the token itself expires.</summary>
public sealed class RevokedTokens
{
    private readonly Func<IdpDb, List<string>, IAsyncEnumerable<string>> _among = EF.CompileAsyncQuery(
        (IdpDb db, List<string> jtis) => db.RevokedTokens.Where(t => jtis.Contains(t.Jti)).Select(t => t.Jti));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<string, string> _revoked;

    public RevokedTokens(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _revoked = Batches.Finding<string, string, string>(databases, (db, jtis) => _among(db, [.. jtis]), jti => jti, jti => jti, StringComparer.Ordinal);
    }

    /// <summary>True for the one who revoked it; false where it was already. Its status, where it has one, says so too.</summary>
    public Task<bool> AddAsync(string jti, DateTimeOffset expiresAt, StatusReference? status, CancellationToken cancellation = default) =>
        _databases.TryInsertAsync(
            async (db, token) =>
            {
                db.RevokedTokens.Add(new RevokedTokenRow { Jti = jti, ExpiresAt = expiresAt });
                await db.SaveChangesAsync(token);
                if (status is { } at)
                    await db.MarkAsync([new StatusRange(at.List, at.Index, 1, StatusValue.Invalid)], token);
            },
            (db, token) => db.RevokedTokens.AnyAsync(t => t.Jti == jti, token),
            cancellation);

    public async Task<bool> ContainsAsync(string jti, CancellationToken cancellation = default) =>
        Longest.Fits(jti, Longest.Jti) && await _revoked.AskAsync(jti, cancellation) is not null;
}
