using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Token families: one row each, made by <see cref="AuthorizationCodes.RedeemAsync"/> and updated in place.</summary>
public sealed class TokenFamilies(IDbContextFactory<IdpDb> databases)
{
    private readonly Func<IdpDb, Guid, CancellationToken, Task<TokenFamilyRow?>> _byId = EF.CompileAsyncQuery(
        (IdpDb db, Guid familyId, CancellationToken cancellation) => db.TokenFamilies.AsNoTracking().FirstOrDefault(f => f.FamilyId == familyId));

    /// <summary>The family, ended or not.</summary>
    public async Task<TokenFamily?> FindAsync(Guid familyId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await _byId(db, familyId, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>
    /// Compare-and-swap of the generation to the next one; true for the one caller who won, while the family is alive. A retry after a lost
    /// answer knows its own rotation by its moment.
    /// </summary>
    public async Task<bool> RotateAsync(Guid familyId, int fromGeneration, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var attempt = 0;
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                attempt++;
                var rotated = await db.TokenFamilies
                    .Where(f => f.FamilyId == familyId && f.Generation == fromGeneration && f.EndedAt == null && f.ExpiresAt > now)
                    .ExecuteUpdateAsync(set => set.SetProperty(f => f.Generation, fromGeneration + 1).SetProperty(f => f.RotatedAt, now), token);
                if (rotated == 1)
                    return true;
                return attempt > 1 && await db.TokenFamilies.AnyAsync(
                    f => f.FamilyId == familyId && f.Generation == fromGeneration + 1 && f.RotatedAt == now && f.EndedAt == null, token);
            },
            cancellation);
    }

    /// <summary>Ends a family and with it every token of it; true for the one who ended it.</summary>
    public async Task<bool> EndAsync(Guid familyId, FamilyEnd reason, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await EndAsync(db.TokenFamilies.Where(f => f.FamilyId == familyId), reason, now, cancellation) == 1;
    }

    /// <summary>Ends all that a person has with a client, or with every client where none is named; says how many.</summary>
    public async Task<int> EndAllAsync(Guid userId, string? clientId, FamilyEnd reason, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var families = db.TokenFamilies.Where(f => f.UserId == userId && (clientId == null || f.ClientId == clientId));
        return await EndAsync(families, reason, now, cancellation);
    }

    /// <summary>What clients have of a person now, newest first. Those that hang on a session are listed whether or not that lies idle.</summary>
    public async Task<IReadOnlyList<TokenFamily>> ListAsync(Guid userId, DateTimeOffset now, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.TokenFamilies.AsNoTracking()
            .Where(f => f.UserId == userId && f.EndedAt == null && f.ExpiresAt > now)
            .OrderByDescending(f => f.CreatedAt).ThenBy(f => f.FamilyId)
            .Take(limit)
            .ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    internal static TokenFamilyRow Row(TokenFamily family) => new()
    {
        FamilyId = family.FamilyId,
        ClientId = family.ClientId,
        UserId = family.UserId,
        SessionId = family.SessionId,
        Scope = family.Scope.ToString(),
        Resources = Lists.Join(family.Resources),
        AuthTime = family.AuthTime,
        Amr = Lists.Join(family.Amr),
        Acr = family.Acr,
        Generation = family.Generation,
        RotatedAt = family.RotatedAt,
        CreatedAt = family.CreatedAt,
        ExpiresAt = family.ExpiresAt,
        EndedAt = family.EndedAt,
        EndReason = family.EndReason,
    };

    internal static Task<int> EndAsync(IQueryable<TokenFamilyRow> families, FamilyEnd reason, DateTimeOffset now, CancellationToken cancellation) =>
        families.Where(f => f.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.EndedAt, now).SetProperty(f => f.EndReason, reason), cancellation);

    private static TokenFamily Read(TokenFamilyRow row) => new()
    {
        FamilyId = row.FamilyId,
        ClientId = row.ClientId,
        UserId = row.UserId,
        SessionId = row.SessionId,
        Scope = Lists.Scopes(row.Scope),
        Resources = Lists.Split(row.Resources),
        AuthTime = row.AuthTime,
        Amr = Lists.Split(row.Amr),
        Acr = row.Acr,
        Generation = row.Generation,
        RotatedAt = row.RotatedAt,
        CreatedAt = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        EndedAt = row.EndedAt,
        EndReason = row.EndReason,
    };
}
