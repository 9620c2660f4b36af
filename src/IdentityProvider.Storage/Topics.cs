using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The versions of what nodes keep in memory (<see cref="Topic"/>): a handful of rows, read twice a second.</summary>
public sealed class Topics(IDbContextFactory<IdpDb> databases)
{
    private readonly Func<IdpDb, IAsyncEnumerable<KeyValuePair<string, long>>> _all = EF.CompileAsyncQuery(
        (IdpDb db) => db.Topics.AsNoTracking().Select(t => new KeyValuePair<string, long>(t.Name, t.Version)));

    public async Task<Dictionary<string, long>> ReadAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var (name, version) in _all(db).WithCancellation(cancellation))
            versions.Add(name, version);
        return versions;
    }
}
