using IdentityProvider.Protocol.Clients;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// The clients that registered themselves: rows of <see cref="Clients"/> with a policy, whose quota is spent and freed in the transactions that add
/// and remove them.
/// </summary>
public sealed class Registrations(IDbContextFactory<IdpDb> databases, Clients clients)
{
    /// <summary>Clients of one statement, and of one call that removes them.</summary>
    public const int Batch = 100;

    /// <summary>How precisely the last use is known: it is written once in this time at most.</summary>
    public static TimeSpan UseNotedEvery { get; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Registers a client by the policy that it names, if that still stands and has room: one conditional statement, in the transaction of the
    /// insert, says so. Addresses cost their owners nothing, so that for a client whose metadata is a document one that nobody ever used makes room.
    /// </summary>
    /// <param name="client">With its policy and its secrets.</param>
    /// <param name="tokenHash">SHA-256 of the token that manages it; null where its metadata is a document of its own.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RegistrationOutcome> AddAsync(Client client, byte[]? tokenHash, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var row = new ClientRow
        {
            ClientId = client.ClientId,
            Document = Documents.Write(client),
            NormalizedName = SearchName.Of(client.ClientName),
            RegisteredBy = client.RegisteredBy,
            RegisteredAt = now,
            RegistrationTokenHash = tokenHash,
            LastUsedAt = now,
            DocumentFreshUntil = client.DocumentFreshUntil,
            Secrets = [.. client.Secrets.Select(s => new ClientSecretRow { ClientId = client.ClientId, Hash = s.Hash, CreatedAt = s.CreatedAt, ExpiresAt = s.ExpiresAt })],
        };
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    if (tokenHash is null)
                    {
                        await db.HoldAsync(client.RegisteredBy, token);
                        if (await db.DeniedClients.AnyAsync(d => d.ClientId == client.ClientId, token))
                            return RegistrationOutcome.Denied;
                    }

                    if (!await db.SpendAsync(client.RegisteredBy, now, token)
                        && !(tokenHash is null && await EvictAsync(db, client.RegisteredBy, token) && await db.SpendAsync(client.RegisteredBy, now, token)))
                        return RegistrationOutcome.QuotaSpent;
                    db.Clients.Add(row);
                    await db.SaveChangesAsync(token);
                    await db.BumpAsync(Topic.Clients, token);
                    return RegistrationOutcome.Registered;
                },
                (db, token) => db.Clients.AnyAsync(c => c.ClientId == row.ClientId && c.RegisteredAt == now && c.RegistrationTokenHash == tokenHash, token),
                cancellation);
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            return RegistrationOutcome.Taken;
        }
    }

    /// <summary>A client that may be managed by a token (RFC 7592); null for any other.</summary>
    public async Task<ManagedClient?> FindManagedAsync(string clientId, CancellationToken cancellation = default)
    {
        if (!Longest.Fits(clientId, Longest.ClientId))
            return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db.Clients.AsNoTracking().Include(c => c.Secrets).FirstOrDefaultAsync(c => c.ClientId == clientId, cancellation);
        return row is { RegistrationTokenHash: { } hash, RegisteredAt: { } at } && row.ClientId == clientId ? new(Documents.Read(row), hash, at) : null;
    }

    /// <summary>What the document of a client says now. Most often that is what it said before, and then no node need forget anything.</summary>
    public async Task ReplaceAsync(Client client, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var standing = await clients.FindAsync(client.ClientId, cancellation);
        if (standing is not null && Documents.Write(standing) != Documents.Write(client))
            await clients.UpdateAsync(client, now, cancellation);
        await databases.TransactAsync(
            (db, token) => db.Clients.Where(c => c.ClientId == client.ClientId).ExecuteUpdateAsync(set => set.SetProperty(c => c.DocumentFreshUntil, client.DocumentFreshUntil), token),
            cancellation);
    }

    /// <summary>Notes that these got tokens, where that isn't known at all, or of the day.</summary>
    public async Task NoteUseAsync(IReadOnlyCollection<string> clientIds, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var noted = now - UseNotedEvery;
        foreach (var some in clientIds.Chunk(Batch))
        {
            await databases.TransactAsync(
                (db, token) => db.Clients.Where(c => some.Contains(c.ClientId) && c.RegisteredBy != null && (c.LastUsedAt < noted || !c.IsUsed))
                    .ExecuteUpdateAsync(set => set.SetProperty(c => c.LastUsedAt, now).SetProperty(c => c.IsUsed, true), token),
                cancellation);
        }
    }

    /// <summary>Removes clients that nobody used since, the longest unused first, with all that they have; says which, at most <see cref="Batch"/>.</summary>
    public async Task<IReadOnlyList<string>> RemoveUnusedAsync(DateTimeOffset unusedSince, DateTimeOffset now, CancellationToken cancellation = default)
    {
        List<string> unused;
        await using (var db = await databases.CreateDbContextAsync(cancellation))
        {
            unused = await db.Clients.Where(c => c.LastUsedAt < unusedSince).OrderBy(c => c.LastUsedAt).Take(Batch).Select(c => c.ClientId).ToListAsync(cancellation);
        }

        var removed = new List<string>();
        foreach (var clientId in unused)
        {
            if (await clients.DeleteAsync(clientId, unusedSince, isDenied: false, now, cancellation))
                removed.Add(clientId);
        }

        return removed;
    }

    /// <summary>How many clients nobody used since, up to <see cref="ExpiredRows.MostCounted"/>.</summary>
    public async Task<int> CountUnusedAsync(DateTimeOffset unusedSince, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Clients.Where(c => c.LastUsedAt < unusedSince).Take(ExpiredRows.MostCounted).CountAsync(cancellation);
    }

    /// <summary>Whether an operator wants no client at this address (<see cref="Clients.DenyAsync"/>).</summary>
    public async Task<bool> IsDeniedAsync(string clientId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.DeniedClients.AnyAsync(d => d.ClientId == clientId, cancellation);
    }

    /// <summary>One page of the addresses that are denied, in byte order, of those after <paramref name="after"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<DeniedClient>> ListDeniedAsync(string? after, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var last = after ?? "";
        return await db.DeniedClients.Where(d => d.ClientId.CompareTo(last) > 0).OrderBy(d => d.ClientId).Take(limit)
            .Select(d => new DeniedClient(d.ClientId, d.DeniedAt)).ToListAsync(cancellation);
    }

    /// <summary>Lifts a denial; false where there is none.</summary>
    public async Task<bool> AllowAsync(string clientId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.DeniedClients.Where(d => d.ClientId == clientId).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>Denies an address, within the transaction that removes its client and holds the policy's row, where <see cref="AddAsync"/> looks.</summary>
    internal static async Task DenyAsync(IdpDb db, string clientId, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await db.DeniedClients.AnyAsync(d => d.ClientId == clientId, cancellation))
            return;
        db.DeniedClients.Add(new DeniedClientRow { ClientId = clientId, DeniedAt = now });
        await db.SaveChangesAsync(cancellation);
    }

    // Of those that never got a token, and that nobody agreed to, the oldest: nothing hangs on it, and it comes back by itself where it is wanted.
    private static async Task<bool> EvictAsync(IdpDb db, Guid? policyId, CancellationToken cancellation)
    {
        var oldest = await db.Clients.Where(c => c.RegisteredBy == policyId && !c.IsUsed && !db.Grants.Any(g => g.ClientId == c.ClientId))
            .OrderBy(c => c.LastUsedAt).ThenBy(c => c.ClientId).Select(c => c.ClientId).FirstOrDefaultAsync(cancellation);
        if (oldest is null || await db.Clients.Where(c => c.ClientId == oldest && !c.IsUsed).ExecuteDeleteAsync(cancellation) == 0)
            return false;
        await db.ReleaseAsync(policyId, cancellation);
        return true;
    }
}

/// <summary>How a registration ended.</summary>
public enum RegistrationOutcome
{
    Registered,

    /// <summary>The policy has as many clients as it may have, or has ended meanwhile.</summary>
    QuotaSpent,

    /// <summary>Another has the identifier.</summary>
    Taken,

    /// <summary>An operator wants no client at this address.</summary>
    Denied,
}

/// <summary>The address of a metadata document that an operator removed.</summary>
/// <param name="ClientId">The address.</param>
/// <param name="DeniedAt">Since when.</param>
public sealed record DeniedClient(string ClientId, DateTimeOffset DeniedAt);

/// <summary>A client that manages its own registration.</summary>
/// <param name="Client">As it is registered.</param>
/// <param name="TokenHash">SHA-256 of its registration access token.</param>
/// <param name="RegisteredAt">When it registered.</param>
public sealed record ManagedClient(Client Client, byte[] TokenHash, DateTimeOffset RegisteredAt);

/// <summary>The quota of a policy, within the transactions that change it. Its row is locked before any client's.</summary>
internal static class RegistrationQuota
{
    /// <summary>One more, where the policy stands and has room.</summary>
    public static async Task<bool> SpendAsync(this IdpDb db, Guid? policyId, DateTimeOffset now, CancellationToken cancellation) =>
        await db.RegistrationPolicies
            .Where(p => p.PolicyId == policyId && p.RevokedAt == null && (p.ExpiresAt == null || p.ExpiresAt > now) && p.Clients < p.MaxClients)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Clients, p => p.Clients + 1), cancellation) == 1;

    /// <summary>Locks the policy's row.</summary>
    public static Task HoldAsync(this IdpDb db, Guid? policyId, CancellationToken cancellation) => AddAsync(db, policyId, 0, cancellation);

    /// <summary>One less.</summary>
    public static Task ReleaseAsync(this IdpDb db, Guid? policyId, CancellationToken cancellation) => AddAsync(db, policyId, -1, cancellation);

    private static Task AddAsync(IdpDb db, Guid? policyId, int clients, CancellationToken cancellation) => policyId is null
        ? Task.CompletedTask
        : db.RegistrationPolicies.Where(p => p.PolicyId == policyId).ExecuteUpdateAsync(set => set.SetProperty(p => p.Clients, p => p.Clients + clients), cancellation);
}
