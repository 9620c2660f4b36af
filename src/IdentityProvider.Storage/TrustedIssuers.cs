using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Issuers whose assertions are believed (RFC 7523). Read at each use, so that one that is deleted is believed no more, on any node.</summary>
public sealed class TrustedIssuers(IDbContextFactory<IdpDb> databases)
{
    public async Task<TrustedIssuer?> FindAsync(string issuer, CancellationToken cancellation = default)
    {
        if (!Longest.Fits(issuer, Longest.TrustedIssuer))
            return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db.TrustedIssuers.AsNoTracking().FirstOrDefaultAsync(i => i.Issuer == issuer, cancellation);

        // SQL Server's equality ignores spaces at the end.
        return row is not null && row.Issuer == issuer ? Documents.Read(row) : null;
    }

    /// <summary>False where the name is taken.</summary>
    public Task<bool> AddAsync(TrustedIssuer issuer, CancellationToken cancellation = default)
    {
        var document = Documents.Write(issuer);
        return databases.TryInsertAsync(
            (db, _) =>
            {
                db.TrustedIssuers.Add(new TrustedIssuerRow { Issuer = issuer.Issuer, Document = document });
                return Task.CompletedTask;
            },
            (db, token) => db.TrustedIssuers.AnyAsync(i => i.Issuer == issuer.Issuer && i.Document == document, token),
            cancellation);
    }

    /// <summary>False where there is no such issuer.</summary>
    public async Task<bool> DeleteAsync(string issuer, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.TrustedIssuers.Where(i => i.Issuer == issuer).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>One page, in the names' byte order, of those after <paramref name="after"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<TrustedIssuer>> ListAsync(string? after, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var from = after ?? "";
        var rows = await db.TrustedIssuers.AsNoTracking().Where(i => i.Issuer.CompareTo(from) > 0).OrderBy(i => i.Issuer).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Documents.Read)];
    }
}
