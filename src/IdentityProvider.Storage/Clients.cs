using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The registered clients. Each change bumps <see cref="Topic.Clients"/> in its own transaction.</summary>
public sealed class Clients
{
    private readonly Func<IdpDb, List<string>, IAsyncEnumerable<ClientRow>> _byId = EF.CompileAsyncQuery(
        (IdpDb db, List<string> clientIds) => db.Clients.AsNoTracking().Include(c => c.Secrets).Where(c => clientIds.Contains(c.ClientId)));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<string, Client> _clients;

    public Clients(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;

        // SQL Server's equality ignores spaces at the end; that of the keys doesn't.
        _clients = Batches.Finding<string, ClientRow, Client>(
            databases, (db, clientIds) => _byId(db, [.. clientIds.Distinct()]), row => row.ClientId, Documents.Read, StringComparer.Ordinal);
    }

    public async Task<Client?> FindAsync(string clientId, CancellationToken cancellation = default) =>
        Longest.Fits(clientId, Longest.ClientId) ? await _clients.AskAsync(clientId, cancellation) : null;

    /// <summary>Registers a client with its secrets; false where the identifier is taken.</summary>
    public Task<bool> AddAsync(Client client, CancellationToken cancellation = default)
    {
        var document = Documents.Write(client);
        return _databases.TryInsertAsync(
            async (db, token) =>
            {
                db.Clients.Add(new ClientRow { ClientId = client.ClientId, Document = document, NormalizedName = SearchName.Of(client.ClientName) });
                db.ClientSecrets.AddRange(client.Secrets.Select(s => Row(client.ClientId, s)));
                await db.SaveChangesAsync(token);
                await db.BumpAsync(Topic.Clients, token);
            },
            (db, token) => db.Clients.AnyAsync(c => c.ClientId == client.ClientId && c.Document == document, token),
            cancellation);
    }

    /// <summary>
    /// Replaces the metadata and leaves the secrets alone; false where there is no such client. Where the client may do less than before, what
    /// its living tokens say is old.
    /// </summary>
    public Task<bool> UpdateAsync(Client client, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                while (await db.Clients.AsNoTracking().FirstOrDefaultAsync(c => c.ClientId == client.ClientId, token) is { } row)
                {
                    if (await WriteAsync(db, row, client, [], now, token))
                        return true;
                }

                return false;
            },
            cancellation);

    /// <summary>
    /// The same by an operator, where nobody changed the client since it was read. Who comes to need a secret gets it in the same transaction, and
    /// who no longer does loses its own.
    /// </summary>
    /// <param name="client">What it is from now on.</param>
    /// <param name="read">The client as it was read.</param>
    /// <param name="changed">The members that are no longer the client's to change where it registered itself (<see cref="Client.OperatorMembers"/>).</param>
    /// <param name="secret">The secret that it comes to need; null where it needs none, or has one.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Replaced> ReplaceAsync(
        Client client, Client read, IReadOnlyList<string> changed, ClientSecret? secret, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.Clients.AsNoTracking().FirstOrDefaultAsync(c => c.ClientId == client.ClientId, token) is not { } row)
                    return Replaced.Unknown;
                if (Documents.Write(Documents.Read(row)) != Documents.Write(read) || !await WriteAsync(db, row, client, changed, now, token))
                    return Replaced.Changed;
                if (secret is not null)
                {
                    db.ClientSecrets.Add(Row(client.ClientId, secret));
                    await db.SaveChangesAsync(token);
                }
                else if (!client.HasSecret)
                {
                    await db.ClientSecrets.Where(s => s.ClientId == client.ClientId).ExecuteDeleteAsync(token);
                }

                return Replaced.Done;
            },
            async (db, token) => secret is not null && await db.ClientSecrets.AnyAsync(s => s.ClientId == client.ClientId && s.Hash == secret.Hash, token),
            cancellation);

    // Two that read the same row: the second waits for the first, and then finds another document than it read.
    private static async Task<bool> WriteAsync(IdpDb db, ClientRow row, Client client, IReadOnlyList<string> byOperator, DateTimeOffset now, CancellationToken cancellation)
    {
        var (document, before) = (Documents.Write(client), row.Document);
        var name = SearchName.Of(client.ClientName);
        var held = row.RegisteredBy is null ? null : Lists.Join([.. Lists.Split(row.OperatorMembers ?? "").Union(byOperator, StringComparer.Ordinal)]);
        if (await db.Clients.Where(c => c.ClientId == client.ClientId && c.Document == before)
            .ExecuteUpdateAsync(
                set => set.SetProperty(c => c.Document, document).SetProperty(c => c.NormalizedName, name).SetProperty(c => c.OperatorMembers, held), cancellation) == 0)
            return false;
        await db.BumpAsync(Topic.Clients, cancellation);
        if (MayLess(client, than: Documents.Read(row)))
            await MarkTokensAsync(db, client.ClientId, StatusValue.Stale, now, cancellation);
        return true;
    }

    /// <summary>Takes back every token that the client has, its own and those of people who use it; false where there is no such client.</summary>
    public Task<bool> RevokeTokensAsync(string clientId, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.Clients.Where(c => c.ClientId == clientId).ExecuteUpdateAsync(set => set.SetProperty(c => c.TokensNotBefore, now), token) == 0)
                    return false;
                await db.BumpAsync(Topic.Clients, token);
                await EndTokensAsync(db, clientId, now, token);
                return true;
            },
            cancellation);

    /// <summary>Removes a client with its secrets and people's grants to it, and ends its families; false where there is no such client.</summary>
    public Task<bool> DeleteAsync(string clientId, DateTimeOffset now, CancellationToken cancellation = default) =>
        DeleteAsync(clientId, unusedSince: null, isDenied: false, now, cancellation);

    /// <summary>The same where nobody changed the client since it was read.</summary>
    public Task<Replaced> DeleteAsync(Client read, DateTimeOffset now, CancellationToken cancellation = default) =>
        DeleteAsync(read.ClientId, unusedSince: null, read, isDenied: false, now, cancellation);

    /// <summary>The same for the address of a metadata document, which becomes no client again until that is lifted (<see cref="Registrations.AllowAsync"/>).</summary>
    public Task<bool> DenyAsync(string clientId, DateTimeOffset now, CancellationToken cancellation = default) =>
        DeleteAsync(clientId, unusedSince: null, isDenied: true, now, cancellation);

    /// <summary>The same, where a moment is named only if the client registered itself and was not used since.</summary>
    internal async Task<bool> DeleteAsync(string clientId, DateTimeOffset? unusedSince, bool isDenied, DateTimeOffset now, CancellationToken cancellation) =>
        await DeleteAsync(clientId, unusedSince, read: null, isDenied, now, cancellation) == Replaced.Done;

    private Task<Replaced> DeleteAsync(string clientId, DateTimeOffset? unusedSince, Client? read, bool isDenied, DateTimeOffset now, CancellationToken cancellation) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (read is not null && await HoldAsync(db, read, token) is not Replaced.Done and var lost)
                    return lost;
                var found = db.Clients.Where(c => c.ClientId == clientId && (unusedSince == null || c.LastUsedAt < unusedSince));
                var policyId = await found.Select(c => c.RegisteredBy).FirstOrDefaultAsync(token) ?? (isDenied ? RegistrationPolicy.DocumentsId : null);
                await db.HoldAsync(policyId, token);
                if (isDenied)
                    await Registrations.DenyAsync(db, clientId, now, token);
                if (policyId is null)
                    await SignalStreams.RemoveAsync(db, clientId, token);
                var deleted = await found.ExecuteDeleteAsync(token);
                if (deleted == 1)
                    await db.ReleaseAsync(policyId, token);
                if (deleted == 0 && unusedSince is not null)
                    return Replaced.Unknown;
                await db.Grants.Where(g => g.ClientId == clientId).ExecuteDeleteAsync(token);
                await db.BumpAsync(Topic.Clients, token);
                await EndTokensAsync(db, clientId, now, token);
                return deleted == 1 ? Replaced.Done : Replaced.Unknown;
            },
            cancellation);

    // Takes the row as it was read: whoever would change it meanwhile waits until this transaction ends, and then finds another.
    private static async Task<Replaced> HoldAsync(IdpDb db, Client read, CancellationToken cancellation)
    {
        if (await db.Clients.AsNoTracking().FirstOrDefaultAsync(c => c.ClientId == read.ClientId, cancellation) is not { } row)
            return Replaced.Unknown;
        var before = row.Document;
        return Documents.Write(Documents.Read(row)) == Documents.Write(read)
            && await db.Clients.Where(c => c.ClientId == read.ClientId && c.Document == before).ExecuteUpdateAsync(set => set.SetProperty(c => c.Document, before), cancellation) == 1
            ? Replaced.Done
            : Replaced.Changed;
    }

    /// <summary>One page, in the identifiers' byte order, of those after <paramref name="afterClientId"/>; from the first where it is null.</summary>
    public Task<IReadOnlyList<Client>> ListAsync(string? afterClientId, int limit, CancellationToken cancellation = default) =>
        ListAsync("", afterClientId, limit, cancellation);

    /// <summary>The same of those whose identifier begins so.</summary>
    public async Task<IReadOnlyList<Client>> ListAsync(string beginning, string? afterClientId, int limit, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var after = afterClientId ?? "";
        var found = db.Clients.AsNoTracking().Include(c => c.Secrets).Where(c => c.ClientId.CompareTo(after) > 0);
        if (beginning.Length > 0)
        {
            var end = Lists.EndOf(beginning);
            found = found.Where(c => c.ClientId.CompareTo(beginning) >= 0 && c.ClientId.CompareTo(end) < 0);
        }

        var rows = await found
            .OrderBy(c => c.ClientId)
            .Take(limit)
            .ToListAsync(cancellation);
        return [.. rows.Select(Documents.Read)];
    }

    /// <summary>
    /// Adds a secret and, where <paramref name="othersExpireAt"/> is given, lets those that stand end by then at the latest, so that a client
    /// can be moved over without downtime. Those that ended before it was made go. False where there is no such client.
    /// </summary>
    public Task<bool> AddSecretAsync(
        string clientId, ClientSecret secret, DateTimeOffset? othersExpireAt = null, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (!await db.Clients.AnyAsync(c => c.ClientId == clientId, token))
                    return false;
                if (othersExpireAt is { } end)
                {
                    await db.ClientSecrets.Where(s => s.ClientId == clientId && s.Hash != secret.Hash && (s.ExpiresAt == null || s.ExpiresAt > end))
                        .ExecuteUpdateAsync(set => set.SetProperty(s => s.ExpiresAt, end), token);
                }

                // Those that had ended before are of no more use, and rotating for years must not heap them up.
                await db.ClientSecrets.Where(s => s.ClientId == clientId && s.ExpiresAt < secret.CreatedAt).ExecuteDeleteAsync(token);
                db.ClientSecrets.Add(Row(clientId, secret));
                await db.SaveChangesAsync(token);
                await db.BumpAsync(Topic.Clients, token);
                return true;
            },
            (db, token) => db.ClientSecrets.AnyAsync(s => s.ClientId == clientId && s.Hash == secret.Hash, token),
            cancellation);

    /// <summary>Removes the secrets that were made before this moment; says how many.</summary>
    public Task<int> RemoveSecretsAsync(string clientId, DateTimeOffset madeBefore, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                var removed = await db.ClientSecrets.Where(s => s.ClientId == clientId && s.CreatedAt < madeBefore).ExecuteDeleteAsync(token);
                await db.BumpAsync(Topic.Clients, token);
                return removed;
            },
            cancellation);

    /// <summary>Removes one secret; false where the client has none such.</summary>
    public Task<bool> RemoveSecretAsync(string clientId, byte[] hash, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                var removed = await db.ClientSecrets.Where(s => s.ClientId == clientId && s.Hash == hash).ExecuteDeleteAsync(token);
                await db.BumpAsync(Topic.Clients, token);
                return removed == 1;
            },
            cancellation);

    // The client's own and those of people who use it.
    private static async Task EndTokensAsync(IdpDb db, string clientId, DateTimeOffset now, CancellationToken cancellation)
    {
        await AuthorizationCodes.RemoveWaitingAsync(db, userId: null, clientId, now, cancellation);
        await db.EndFamiliesAsync(db.TokenFamilies.Where(f => f.ClientId == clientId), FamilyEnd.EndedByOperator, now, cancellation);
        await db.MarkBlocksAsync(db.StatusBlocks.Where(b => b.ClientId == clientId), StatusValue.Invalid, now, cancellation);
    }

    private static async Task MarkTokensAsync(IdpDb db, string clientId, StatusValue value, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.MarkFamiliesAsync(db.TokenFamilies.Where(f => f.ClientId == clientId && f.EndedAt == null), value, now, cancellation);
        await db.MarkBlocksAsync(db.StatusBlocks.Where(b => b.ClientId == clientId), value, now, cancellation);
    }

    private static bool MayLess(Client client, Client than) =>
        !than.Scope.IsSubsetOf(client.Scope) || than.Resources.Except(client.Resources, StringComparer.Ordinal).Any();

    private static ClientSecretRow Row(string clientId, ClientSecret secret) =>
        new() { ClientId = clientId, Hash = secret.Hash, CreatedAt = secret.CreatedAt, ExpiresAt = secret.ExpiresAt };
}
