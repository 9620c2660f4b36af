using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The types of authorization details (RFC 9396). Each change bumps <see cref="Topic.AuthorizationDetailsTypes"/> in its own transaction.</summary>
public sealed class AuthorizationDetailsTypes(IDbContextFactory<IdpDb> databases)
{
    /// <summary>False where the name is taken.</summary>
    public Task<bool> AddAsync(AuthorizationDetailsType type, CancellationToken cancellation = default)
    {
        var document = Documents.Write(type);
        return databases.TryInsertAsync(
            async (db, token) =>
            {
                db.AuthorizationDetailsTypes.Add(new AuthorizationDetailsTypeRow { Type = type.Type, Document = document });
                await db.SaveChangesAsync(token);
                await db.BumpAsync(Topic.AuthorizationDetailsTypes, token);
            },
            (db, token) => db.AuthorizationDetailsTypes.AnyAsync(t => t.Type == type.Type && t.Document == document, token),
            cancellation);
    }

    /// <summary>False where there is no such type.</summary>
    public Task<bool> DeleteAsync(string type, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.AuthorizationDetailsTypes.Where(t => t.Type == type).ExecuteDeleteAsync(token) == 0)
                    return false;
                await db.BumpAsync(Topic.AuthorizationDetailsTypes, token);
                return true;
            },
            cancellation);

    /// <summary>One page, in the names' byte order, of those after <paramref name="afterType"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<AuthorizationDetailsType>> ListAsync(string? afterType, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var after = afterType ?? "";
        var rows = await db.AuthorizationDetailsTypes.AsNoTracking().Where(t => t.Type.CompareTo(after) > 0).OrderBy(t => t.Type).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Documents.Read)];
    }
}
