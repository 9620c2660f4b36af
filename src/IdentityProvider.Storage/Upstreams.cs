using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>OpenID Providers by which people sign in. Read at each use, so that one that is switched off is off at once, on any node.</summary>
public sealed class Upstreams(IDbContextFactory<IdpDb> databases)
{
    /// <summary>More than a page of sign-in has room for.</summary>
    public const int Most = 20;

    public async Task<StoredUpstream?> FindAsync(string name, CancellationToken cancellation = default)
    {
        if (!UpstreamRules.IsName(name))
            return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Upstreams.AsNoTracking().FirstOrDefaultAsync(u => u.Name == name, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>One page, in the names' byte order, of those after <paramref name="after"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<UpstreamProvider>> ListAsync(string? after, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var from = after ?? "";
        var rows = await db.Upstreams.AsNoTracking().Where(u => u.Name.CompareTo(from) > 0).OrderBy(u => u.Name).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Documents.Read)];
    }

    /// <summary>All of them, as far as a page has room.</summary>
    public Task<IReadOnlyList<UpstreamProvider>> ListAsync(CancellationToken cancellation = default) => ListAsync(after: null, Most, cancellation);

    /// <summary>False where the name or the issuer is taken.</summary>
    public Task<bool> AddAsync(StoredUpstream upstream, CancellationToken cancellation = default)
    {
        var (provider, secret) = upstream;
        var document = Documents.Write(provider);
        return databases.TryInsertAsync(
            (db, _) =>
            {
                db.Upstreams.Add(new UpstreamRow { Name = provider.Name, Issuer = provider.Issuer, Document = document, SealedSecret = secret });
                return Task.CompletedTask;
            },
            (db, token) => db.Upstreams.AnyAsync(u => u.Name == provider.Name && u.Issuer == provider.Issuer, token),
            cancellation);
    }

    /// <summary>Writes it again, all but its name and issuer, which links are by, where nobody changed it since it was read.</summary>
    public async Task<Replaced> ReplaceAsync(StoredUpstream upstream, StoredUpstream read, CancellationToken cancellation = default)
    {
        var (provider, secret) = upstream;
        var document = Documents.Write(provider);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Upstreams.AsNoTracking().FirstOrDefaultAsync(u => u.Name == provider.Name && u.Issuer == provider.Issuer, cancellation) is not { } row)
            return Replaced.Unknown;
        var (before, secretBefore) = (row.Document, row.SealedSecret);
        var isAsRead = Documents.Write(Documents.Read(row)) == Documents.Write(read.Provider) && (secretBefore ?? []).AsSpan().SequenceEqual(read.SealedSecret ?? []);
        return isAsRead && await db.Upstreams.Where(u => u.Name == provider.Name && u.Issuer == provider.Issuer && u.Document == before && u.SealedSecret == secretBefore)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.Document, document).SetProperty(u => u.SealedSecret, secret), cancellation) == 1
            ? Replaced.Done : Replaced.Changed;
    }

    /// <summary>False where there is no such upstream. Links to it stay, and are of use again where its issuer comes back.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Upstreams.Where(u => u.Name == name).ExecuteDeleteAsync(cancellation) == 1;
    }

    private static StoredUpstream Read(UpstreamRow row) => new(Documents.Read(row), row.SealedSecret);
}

/// <summary>An upstream as it is kept.</summary>
/// <param name="Provider">What an operator wrote.</param>
/// <param name="SealedSecret">Our secret there, sealed under the master key; null where there is none.</param>
public sealed record StoredUpstream(UpstreamProvider Provider, byte[]? SealedSecret);
