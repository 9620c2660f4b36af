using System.Text.Json;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What clients that register themselves may have: one policy for each initial access token, which is kept as its SHA-256, and two that need none.</summary>
public sealed class RegistrationPolicies(IDbContextFactory<IdpDb> databases)
{
    /// <summary>Adds the policy of a new token.</summary>
    public Task AddAsync(RegistrationPolicy policy, byte[] tokenHash, CancellationToken cancellation = default) =>
        databases.InsertAsync(db => db.RegistrationPolicies.Add(Row(policy, tokenHash)), cancellation);

    /// <summary>Sets a policy that needs no token; the clients that are registered by it stay, and count.</summary>
    public async Task PutAsync(RegistrationPolicy policy, CancellationToken cancellation = default)
    {
        var row = Row(policy, tokenHash: null);
        Task<bool> UpdateAsync() => databases.TransactAsync(
            async (db, token) => await db.RegistrationPolicies.Where(p => p.PolicyId == row.PolicyId).ExecuteUpdateAsync(
                set => set.SetProperty(p => p.Document, row.Document).SetProperty(p => p.ExpiresAt, row.ExpiresAt)
                    .SetProperty(p => p.RevokedAt, (DateTimeOffset?)null).SetProperty(p => p.MaxClients, row.MaxClients),
                token) == 1,
            cancellation);

        // Update, else insert, else somebody else just inserted it.
        if (!await UpdateAsync() && !await TryInsertAsync(row, cancellation))
            await UpdateAsync();
    }

    /// <summary>A policy that needs no token: the operator's, or else this one, which from then on counts its clients.</summary>
    public async Task<RegistrationPolicy> FindOrAddAsync(RegistrationPolicy otherwise, CancellationToken cancellation = default)
    {
        if (await FindAsync(otherwise.PolicyId, cancellation) is { } found)
            return found;
        await TryInsertAsync(Row(otherwise, tokenHash: null), cancellation);
        return await FindAsync(otherwise.PolicyId, cancellation) ?? otherwise;
    }

    public Task<RegistrationPolicy?> FindAsync(Guid policyId, CancellationToken cancellation = default) =>
        ReadAsync(policies => policies.Where(p => p.PolicyId == policyId), cancellation);

    /// <summary>The policy of an initial access token, whether or not that still stands.</summary>
    public Task<RegistrationPolicy?> FindByTokenAsync(byte[] tokenHash, CancellationToken cancellation = default) =>
        ReadAsync(policies => policies.Where(p => p.TokenHash == tokenHash), cancellation);

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<RegistrationPolicy>> ListAsync(int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.RegistrationPolicies.AsNoTracking().OrderByDescending(p => p.CreatedAt).ThenBy(p => p.PolicyId).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>Nothing more is registered by it; true for the one who revoked it. The clients stay, and are managed by it.</summary>
    public Task<bool> RevokeAsync(Guid policyId, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) => await db.RegistrationPolicies.Where(p => p.PolicyId == policyId && p.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.RevokedAt, now), token) == 1,
            (db, token) => db.RegistrationPolicies.AnyAsync(p => p.PolicyId == policyId && p.RevokedAt == now, token),
            cancellation);

    private async Task<RegistrationPolicy?> ReadAsync(
        Func<IQueryable<RegistrationPolicyRow>, IQueryable<RegistrationPolicyRow>> which, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await which(db.RegistrationPolicies.AsNoTracking()).FirstOrDefaultAsync(cancellation) is { } row ? Read(row) : null;
    }

    private Task<bool> TryInsertAsync(RegistrationPolicyRow row, CancellationToken cancellation) => databases.TryInsertAsync(
        (db, _) =>
        {
            db.RegistrationPolicies.Add(row);
            return Task.CompletedTask;
        },
        (db, token) => db.RegistrationPolicies.AnyAsync(p => p.PolicyId == row.PolicyId, token),
        cancellation);

    private static RegistrationPolicyRow Row(RegistrationPolicy policy, byte[]? tokenHash) => new()
    {
        PolicyId = policy.PolicyId,
        TokenHash = tokenHash,
        Document = JsonSerializer.Serialize(RegistrationPolicyMetadata.Of(policy), RegistrationPolicyJson.Default.RegistrationPolicyMetadata),
        CreatedAt = policy.CreatedAt,
        ExpiresAt = policy.ExpiresAt,
        MaxClients = policy.MaxClients,
        Clients = 0,
    };

    private static RegistrationPolicy Read(RegistrationPolicyRow row)
    {
        var stored = JsonSerializer.Deserialize(row.Document, RegistrationPolicyJson.Default.RegistrationPolicyMetadata);
        var policy = stored is null ? null : RegistrationPolicyRules.Restore(stored, row.PolicyId);
        return policy is null
            ? throw new InvalidOperationException($"The document of registration policy {row.PolicyId} has a value that this version can't read.")
            : policy with { CreatedAt = row.CreatedAt, ExpiresAt = row.ExpiresAt, RevokedAt = row.RevokedAt, MaxClients = row.MaxClients, ClientCount = row.Clients };
    }
}
