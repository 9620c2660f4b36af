using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Standing consents: one row for a person and a client.</summary>
public sealed class Grants
{
    // Of these people's with these clients: each that is asked for, and few besides.
    private readonly Func<IdpDb, List<Guid>, List<string>, IAsyncEnumerable<GrantRow>> _among = EF.CompileAsyncQuery(
        (IdpDb db, List<Guid> userIds, List<string> clientIds) =>
            db.Grants.AsNoTracking().Where(g => userIds.Contains(g.UserId) && clientIds.Contains(g.ClientId)));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<(Guid UserId, string ClientId), Grant> _grants;

    public Grants(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _grants = Batches.Finding<(Guid UserId, string ClientId), GrantRow, Grant>(
            databases,
            (db, keys) => _among(db, [.. keys.Select(key => key.UserId)], [.. keys.Select(key => key.ClientId).Distinct()]),
            row => (row.UserId, row.ClientId),
            Read);
    }

    public Task<Grant?> FindAsync(Guid userId, string clientId, CancellationToken cancellation = default) => _grants.AskAsync((userId, clientId), cancellation);

    /// <summary>What a person has agreed to, by client.</summary>
    public async Task<IReadOnlyList<Grant>> ListAsync(Guid userId, int limit, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var rows = await db.Grants.AsNoTracking().Where(g => g.UserId == userId).OrderBy(g => g.ClientId).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>Puts what stands from now on. Keeping what stood is the caller's business.</summary>
    public async Task PutAsync(Grant grant, CancellationToken cancellation = default)
    {
        if (await ReplaceAsync(grant, cancellation))
            return;

        var added = await _databases.TryInsertAsync(
            (db, _) =>
            {
                db.Grants.Add(Row(grant));
                return Task.CompletedTask;
            },
            (db, token) => db.Grants.AnyAsync(g => g.UserId == grant.UserId && g.ClientId == grant.ClientId && g.UpdatedAt == grant.UpdatedAt, token),
            cancellation);

        // Another tab was first: the later one stands.
        if (!added)
            await ReplaceAsync(grant, cancellation);
    }

    public async Task<bool> DeleteAsync(Guid userId, string clientId, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await db.Grants.Where(g => g.UserId == userId && g.ClientId == clientId).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>
    /// Takes back all that a client has of a person, in one transaction: the consent, the codes that wait for their exchange, and every family;
    /// says how many families. Locks are taken in the order of a redemption, so a family that one makes meanwhile is seen.
    /// </summary>
    public Task<int> RevokeAsync(Guid userId, string clientId, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                await db.Grants.Where(g => g.UserId == userId && g.ClientId == clientId).ExecuteDeleteAsync(token);
                await AuthorizationCodes.RemoveWaitingAsync(db, userId, clientId, now, token);
                return await db.EndFamiliesAsync(
                    db.TokenFamilies.Where(f => f.UserId == userId && f.ClientId == clientId), FamilyEnd.GrantRevoked, now, token);
            },
            cancellation);

    /// <summary>
    /// Puts what follows from what stands, within a transaction of the caller's. Where another adds the same grant meanwhile, it fails by a unique
    /// violation, and the caller begins again.
    /// </summary>
    internal static async Task PutAsync(IdpDb db, Guid userId, string clientId, Func<Grant?, Grant> agreed, CancellationToken cancellation)
    {
        var grant = agreed(await FindAsync(db, userId, clientId, cancellation));
        if (await ReplaceAsync(db, grant, cancellation))
            return;
        db.Grants.Add(Row(grant));
        await db.SaveChangesAsync(cancellation);
    }

    private static async Task<Grant?> FindAsync(IdpDb db, Guid userId, string clientId, CancellationToken cancellation) =>
        await db.Grants.AsNoTracking().FirstOrDefaultAsync(g => g.UserId == userId && g.ClientId == clientId, cancellation) is { } row ? Read(row) : null;

    private async Task<bool> ReplaceAsync(Grant grant, CancellationToken cancellation)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await ReplaceAsync(db, grant, cancellation);
    }

    private static async Task<bool> ReplaceAsync(IdpDb db, Grant grant, CancellationToken cancellation)
    {
        var (scope, resources, claims) = (grant.Scope.ToString(), Lists.Join(grant.Resources), Lists.Join(grant.Claims));
        return await db.Grants.Where(g => g.UserId == grant.UserId && g.ClientId == grant.ClientId)
            .ExecuteUpdateAsync(
                set => set.SetProperty(g => g.Scope, scope).SetProperty(g => g.Resources, resources).SetProperty(g => g.Claims, claims)
                    .SetProperty(g => g.UpdatedAt, grant.UpdatedAt),
                cancellation) == 1;
    }

    private static GrantRow Row(Grant grant) => new()
    {
        UserId = grant.UserId,
        ClientId = grant.ClientId,
        Scope = grant.Scope.ToString(),
        Resources = Lists.Join(grant.Resources),
        Claims = Lists.Join(grant.Claims),
        UpdatedAt = grant.UpdatedAt,
    };

    private static Grant Read(GrantRow row) => new()
    {
        UserId = row.UserId,
        ClientId = row.ClientId,
        Scope = Lists.Scopes(row.Scope),
        Resources = Lists.Split(row.Resources),
        Claims = Lists.Split(row.Claims),
        UpdatedAt = row.UpdatedAt,
    };
}
