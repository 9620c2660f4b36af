using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The signing keys. A row never changes but by revocation. Each change bumps <see cref="Topic.Keys"/> in its own transaction.</summary>
public sealed class SigningKeys
{
    private readonly Func<IdpDb, List<string>, IAsyncEnumerable<string>> _standing = EF.CompileAsyncQuery(
        (IdpDb db, List<string> kids) => db.SigningKeys.Where(k => kids.Contains(k.Kid) && k.RevokedAt == null).Select(k => k.Kid));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<string, string> _stand;

    public SigningKeys(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _stand = Batches.Finding<string, string, string>(databases, (db, kids) => _standing(db, [.. kids.Distinct()]), kid => kid, kid => kid, StringComparer.Ordinal);
    }

    /// <summary>All keys that aren't pruned, by algorithm and generation.</summary>
    public async Task<IReadOnlyList<StoredSigningKey>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var rows = await db.SigningKeys.AsNoTracking().OrderBy(k => k.Algorithm).ThenBy(k => k.Generation).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>Whether the key is there and was not revoked.</summary>
    public async Task<bool> StandsAsync(string kid, CancellationToken cancellation = default) => await _stand.AskAsync(kid, cancellation) is not null;

    /// <summary>Adds a key; false where that generation of its algorithm exists, made by another node.</summary>
    /// <param name="key">The key.</param>
    /// <param name="told">What the audit tells of it, where it is added; null for nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> AddAsync(StoredSigningKey key, AuditEvent? told = null, CancellationToken cancellation = default) =>
        _databases.TryInsertAsync(
            async (db, token) =>
            {
                db.SigningKeys.Add(Row(key));
                if (told is not null)
                    db.AuditEvents.Add(AuditEventRow.Of(told));
                await db.SaveChangesAsync(token);
                await db.BumpAsync(Topic.Keys, token);
            },
            (db, token) => db.SigningKeys.AnyAsync(k => k.Kid == key.Kid, token),
            cancellation);

    /// <summary>
    /// The emergency: the key is out at once. With a successor, both or neither, so that there is no moment without a key. False where the key
    /// is not there, was revoked before, or the successor's generation exists.
    /// </summary>
    /// <param name="kid">Which.</param>
    /// <param name="now">The moment.</param>
    /// <param name="successor">The key that takes over; null where another does.</param>
    /// <param name="told">What the audit tells of the successor; null for nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> RevokeAsync(
        string kid, DateTimeOffset now, StoredSigningKey? successor = null, AuditEvent? told = null, CancellationToken cancellation = default)
    {
        try
        {
            return await _databases.TransactAsync(
                async (db, token) =>
                {
                    if (successor is not null)
                    {
                        db.SigningKeys.Add(Row(successor));
                        if (told is not null)
                            db.AuditEvents.Add(AuditEventRow.Of(told));
                        await db.SaveChangesAsync(token);
                    }

                    if (await db.SigningKeys.Where(k => k.Kid == kid && k.RevokedAt == null)
                        .ExecuteUpdateAsync(set => set.SetProperty(k => k.RevokedAt, now), token) != 1)
                        throw new SomebodyWasFirst();
                    await db.BumpAsync(Topic.Keys, token);
                    await db.MarkBlocksAsync(db.StatusBlocks.Where(b => b.Kid == kid), StatusValue.Invalid, now, token);
                    return true;
                },
                async (db, token) => await db.SigningKeys.AnyAsync(k => k.Kid == kid && k.RevokedAt == now, token)
                    && (successor is null || await db.SigningKeys.AnyAsync(k => k.Kid == successor.Kid, token)),
                cancellation);
        }
        catch (Exception e) when (e is SomebodyWasFirst || Writes.IsUniqueViolation(e))
        {
            return false;
        }
    }

    /// <summary>Deletes keys for good, with their private parts; how many this call deleted. Which may go is <c>Ring.Forgettable</c>'s to say.</summary>
    public Task<int> DeleteAsync(IReadOnlyCollection<string> kids, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                var deleted = await db.SigningKeys.Where(k => kids.Contains(k.Kid)).ExecuteDeleteAsync(token);
                if (deleted > 0)
                    await db.BumpAsync(Topic.Keys, token);
                return deleted;
            },
            cancellation);

    private static SigningKeyRow Row(StoredSigningKey key) => new()
    {
        Kid = key.Kid,
        Algorithm = key.Algorithm,
        Generation = key.Generation,
        PublicJwk = key.PublicJwk,
        EncryptedPrivateKey = key.EncryptedPrivateKey,
        AnnouncedAt = key.AnnouncedAt,
        ActiveAt = key.ActiveAt,
        RetiredAt = key.RetiredAt,
        GoneAt = key.GoneAt,
        RevokedAt = key.RevokedAt,
    };

    private static StoredSigningKey Read(SigningKeyRow row) => new()
    {
        Kid = row.Kid,
        Algorithm = row.Algorithm,
        Generation = row.Generation,
        PublicJwk = row.PublicJwk,
        EncryptedPrivateKey = row.EncryptedPrivateKey,
        AnnouncedAt = row.AnnouncedAt,
        ActiveAt = row.ActiveAt,
        RetiredAt = row.RetiredAt,
        GoneAt = row.GoneAt,
        RevokedAt = row.RevokedAt,
    };

    // Rolls the transaction back.
    private sealed class SomebodyWasFirst : Exception;
}
