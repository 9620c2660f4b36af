using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The APIs. Each change bumps <see cref="Topic.Resources"/> in its own transaction.</summary>
public sealed class Resources(IDbContextFactory<IdpDb> databases)
{
    private readonly Func<IdpDb, string, CancellationToken, Task<ResourceRow?>> _byIdentifier = EF.CompileAsyncQuery(
        (IdpDb db, string identifier, CancellationToken cancellation) =>
            db.Resources.AsNoTracking().FirstOrDefault(r => r.Identifier == identifier));

    public async Task<Resource?> FindAsync(string identifier, CancellationToken cancellation = default)
    {
        if (!Longest.Fits(identifier, Longest.ResourceIdentifier))
            return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await _byIdentifier(db, identifier, cancellation);

        // SQL Server's equality ignores spaces at the end.
        return row is not null && row.Identifier == identifier ? Documents.Read(row) : null;
    }

    /// <summary>False where the identifier is taken.</summary>
    public Task<bool> AddAsync(Resource resource, CancellationToken cancellation = default)
    {
        var document = Documents.Write(resource);
        return databases.TryInsertAsync(
            async (db, token) =>
            {
                db.Resources.Add(new ResourceRow { Identifier = resource.Identifier, Document = document, NormalizedName = SearchName.Of(resource.Name) });
                await db.SaveChangesAsync(token);
                await db.BumpAsync(Topic.Resources, token);
            },
            (db, token) => db.Resources.AnyAsync(r => r.Identifier == resource.Identifier && r.Document == document, token),
            cancellation);
    }

    /// <summary>
    /// Replaces an API where nobody changed it since it was read. Where it has lost a scope, what the living tokens for it say is old.
    /// </summary>
    public Task<Replaced> ReplaceAsync(Resource resource, Resource read, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (document, name) = (Documents.Write(resource), SearchName.Of(resource.Name));
        return databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.Resources.AsNoTracking().FirstOrDefaultAsync(r => r.Identifier == resource.Identifier, token) is not { } row)
                    return Replaced.Unknown;
                var before = row.Document;
                if (Documents.Write(Documents.Read(row)) != Documents.Write(read)
                    || await db.Resources.Where(r => r.Identifier == resource.Identifier && r.Document == before)
                        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Document, document).SetProperty(r => r.NormalizedName, name), token) == 0)
                    return Replaced.Changed;
                await db.BumpAsync(Topic.Resources, token);
                if (!read.ScopeNames.IsSubsetOf(resource.ScopeNames))
                    await MarkStaleAsync(db, resource.Identifier, now, token);
                return Replaced.Done;
            },
            cancellation);
    }

    /// <summary>The same whatever stands there: for tests of what hangs on an API.</summary>
    internal async Task<bool> UpdateAsync(Resource resource, DateTimeOffset now, CancellationToken cancellation = default) =>
        await FindAsync(resource.Identifier, cancellation) is { } read && await ReplaceAsync(resource, read, now, cancellation) == Replaced.Done;

    /// <summary>False where there is no such resource.</summary>
    public Task<bool> DeleteAsync(string identifier, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                var deleted = await db.Resources.Where(r => r.Identifier == identifier).ExecuteDeleteAsync(token);
                await db.BumpAsync(Topic.Resources, token);
                await MarkStaleAsync(db, identifier, now, token);
                return deleted == 1;
            },
            cancellation);

    /// <summary>The same where nobody changed the API since it was read.</summary>
    public Task<Replaced> DeleteAsync(Resource read, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.Resources.AsNoTracking().FirstOrDefaultAsync(r => r.Identifier == read.Identifier, token) is not { } row)
                    return Replaced.Unknown;
                var before = row.Document;
                if (Documents.Write(Documents.Read(row)) != Documents.Write(read)
                    || await db.Resources.Where(r => r.Identifier == read.Identifier && r.Document == before).ExecuteDeleteAsync(token) == 0)
                    return Replaced.Changed;
                await db.BumpAsync(Topic.Resources, token);
                await MarkStaleAsync(db, read.Identifier, now, token);
                return Replaced.Done;
            },
            cancellation);

    /// <summary>
    /// One page, in the identifiers' byte order, of those after <paramref name="afterIdentifier"/>; from the first where it is null.
    /// </summary>
    public async Task<IReadOnlyList<Resource>> ListAsync(string? afterIdentifier, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var after = afterIdentifier ?? "";
        var rows = await db.Resources.AsNoTracking()
            .Where(r => r.Identifier.CompareTo(after) > 0)
            .OrderBy(r => r.Identifier)
            .Take(limit)
            .ToListAsync(cancellation);
        return [.. rows.Select(Documents.Read)];
    }

    // A token doesn't say here which of its family's APIs it was for, so those for a family's or a client's other APIs are refreshed too.
    private static async Task MarkStaleAsync(IdpDb db, string identifier, DateTimeOffset now, CancellationToken cancellation)
    {
        var listed = $" {identifier} ";
        await db.MarkFamiliesAsync(
            db.TokenFamilies.Where(f => f.EndedAt == null && (" " + f.Resources + " ").Contains(listed)), StatusValue.Stale, now, cancellation);
        var living = db.StatusBlocks.Where(b => b.LastTokenExpiresAt > now);
        var clients = await db.Clients.AsNoTracking().Where(c => living.Any(b => b.ClientId == c.ClientId)).ToListAsync(cancellation);
        var having = clients.Select(Documents.Read).Where(c => c.Resources.Contains(identifier, StringComparer.Ordinal)).Select(c => c.ClientId).ToList();
        if (having.Count > 0)
            await db.MarkBlocksAsync(living.Where(b => having.Contains(b.ClientId!)), StatusValue.Stale, now, cancellation);
    }
}
