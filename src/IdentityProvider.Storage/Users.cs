using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What the protocol needs to know of a person; accounts themselves are ASP.NET Core Identity's.</summary>
public sealed class Users(IDbContextFactory<IdpDb> databases)
{
    private readonly Func<IdpDb, Guid, CancellationToken, Task<ClaimsRow?>> _claims = EF.CompileAsyncQuery(
        (IdpDb db, Guid userId, CancellationToken cancellation) => db.Users.AsNoTracking()
            .Where(u => u.Id == userId)
            .Select(u => new ClaimsRow(u.UserName!, u.Claims, u.DisabledAt))
            .FirstOrDefault());

    public async Task<UserClaims?> FindClaimsAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await _claims(db, userId, cancellation);
        return row is null ? null : new UserClaims(userId, row.Username, JsonNode.Parse(row.Claims)!.AsObject(), row.DisabledAt is null);
    }

    /// <summary>One page of accounts, by normalized name, of those after <paramref name="afterName"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<User>> ListAsync(string? afterName, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var after = afterName?.ToUpperInvariant() ?? "";
        return await db.Users.AsNoTracking()
            .Where(u => u.NormalizedUserName!.CompareTo(after) > 0)
            .OrderBy(u => u.NormalizedUserName)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    private sealed record ClaimsRow(string Username, string Claims, DateTimeOffset? DisabledAt);
}
