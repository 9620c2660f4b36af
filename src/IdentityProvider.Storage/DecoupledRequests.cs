using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// What a person decides elsewhere (RFC 8628, CIBA), by the SHA-256 of the client's code and the keyed hash of the person's. One that is over
/// stays for a while, so that the client is told why.
/// </summary>
public sealed class DecoupledRequests(IDbContextFactory<IdpDb> databases)
{
    /// <summary>False where a living request has this user code already: another must be drawn.</summary>
    /// <param name="request">The request.</param>
    /// <param name="codeHash">SHA-256 of what the client holds.</param>
    /// <param name="userCodeHash">The hash of what the person types; null where they type nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> AddAsync(DecoupledRequest request, byte[] codeHash, byte[]? userCodeHash, CancellationToken cancellation = default) =>
        databases.TryInsertAsync(
            (db, _) =>
            {
                db.DecoupledRequests.Add(Row(request, codeHash, userCodeHash));
                return Task.CompletedTask;
            },
            (db, token) => db.DecoupledRequests.AnyAsync(r => r.RequestId == request.RequestId, token),
            cancellation);

    /// <summary>
    /// Adds what a person is to be asked, while there is room: false where as many of this client's, or of all clients together, wait for them already.
    /// The account is locked first, so that of requests that race none goes uncounted.
    /// </summary>
    public Task<bool> AddForPersonAsync(DecoupledRequest request, byte[] codeHash, int mostOfClient, int mostOfAll, CancellationToken cancellation = default)
    {
        var (userId, now) = (request.UserId ?? throw new ArgumentException("For nobody.", nameof(request)), request.CreatedAt);
        return databases.TransactAsync(
            async (db, token) =>
            {
                await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, u => u.DisabledAt), token);
                var waiting = db.DecoupledRequests.Where(r => r.UserId == userId && r.Status == DecoupledStatus.Pending && r.ExpiresAt > now);
                if (await waiting.CountAsync(token) >= mostOfAll || await waiting.CountAsync(r => r.ClientId == request.ClientId, token) >= mostOfClient)
                    return false;
                db.DecoupledRequests.Add(Row(request, codeHash, userCodeHash: null));
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.DecoupledRequests.AnyAsync(r => r.RequestId == request.RequestId, token),
            cancellation);
    }

    /// <summary>The request whose client holds this code, whatever became of it.</summary>
    public Task<DecoupledRequest?> FindAsync(byte[] codeHash, CancellationToken cancellation = default) =>
        FindAsync(db => db.DecoupledRequests.Where(r => r.CodeHash == codeHash), cancellation);

    /// <summary>The request whose device shows this code, whatever became of it.</summary>
    public Task<DecoupledRequest?> FindByUserCodeAsync(byte[] userCodeHash, CancellationToken cancellation = default) =>
        FindAsync(db => db.DecoupledRequests.Where(r => r.UserCodeHash == userCodeHash), cancellation);

    /// <summary>The request of that identifier, whatever became of it.</summary>
    public Task<DecoupledRequest?> FindAsync(Guid requestId, CancellationToken cancellation = default) =>
        FindAsync(db => db.DecoupledRequests.Where(r => r.RequestId == requestId), cancellation);

    /// <summary>What a person is being asked and hasn't answered, oldest first.</summary>
    public async Task<IReadOnlyList<DecoupledRequest>> ListWaitingAsync(Guid userId, DateTimeOffset now, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.DecoupledRequests.AsNoTracking()
            .Where(r => r.UserId == userId && r.Status == DecoupledStatus.Pending && r.ExpiresAt > now)
            .OrderBy(r => r.CreatedAt).ThenBy(r => r.RequestId).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>Notes a question and how long the client must wait now; false where another question or an answer came since it was read.</summary>
    public async Task<bool> PolledAsync(DecoupledRequest read, TimeSpan interval, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var seconds = (int)interval.TotalSeconds;
        var last = read.PolledAt;
        return await db.DecoupledRequests.Where(r => r.RequestId == read.RequestId && r.Status == DecoupledStatus.Pending && r.PolledAt == last)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.PolledAt, now).SetProperty(r => r.Interval, seconds), cancellation) == 1;
    }

    /// <summary>
    /// Notes a person's yes, with how they had signed in, and what they agreed to with it; true for the one who decided: the request was there,
    /// undecided, not expired and theirs if it was anyone's, and their session had not ended. The session is locked first, so that no end of all that
    /// a person has is outrun; whoever lost leaves no consent.
    /// </summary>
    /// <param name="request">What they answer.</param>
    /// <param name="session">Theirs.</param>
    /// <param name="agreed">From their consent as it stands, or null, to the one that stands from now on.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> ApproveAsync(DecoupledRequest request, Session session, Func<Grant?, Grant> agreed, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (userId, authTime, amr, acr) = (session.UserId, session.AuthTime, Lists.Join(session.Amr), session.Acr);
        Task<bool> DecideOnceAsync() => DecideAsync(
            request.RequestId,
            userId,
            DecoupledStatus.Approved,
            async (db, token) =>
            {
                var isDecided = await db.Sessions.Where(s => s.SessionId == session.SessionId && s.EndedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastUsedAt, now), token) == 1
                    && await Undecided(db, request.RequestId, userId, now)
                        .ExecuteUpdateAsync(
                            set => set.SetProperty(r => r.Status, DecoupledStatus.Approved).SetProperty(r => r.DecidedAt, now)
                                .SetProperty(r => r.UserId, userId).SetProperty(r => r.AuthTime, authTime).SetProperty(r => r.Amr, amr).SetProperty(r => r.Acr, acr),
                            token) == 1;
                if (isDecided)
                    await Grants.PutAsync(db, userId, request.ClientId, agreed, token);
                return isDecided;
            },
            now,
            cancellation);
        try
        {
            return await DecideOnceAsync();
        }
        catch (DbUpdateException e) when (Writes.IsUniqueViolation(e))
        {
            return await DecideOnceAsync(); // another answer of theirs to this client made the grant meanwhile
        }
    }

    /// <summary>Notes a person's no; true for the one who decided.</summary>
    public Task<bool> DenyAsync(Guid requestId, Guid userId, DateTimeOffset now, CancellationToken cancellation = default) =>
        DecideAsync(
            requestId,
            userId,
            DecoupledStatus.Denied,
            async (db, token) => await Undecided(db, requestId, userId, now).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, DecoupledStatus.Denied).SetProperty(r => r.DecidedAt, now).SetProperty(r => r.UserId, userId), token) == 1,
            now,
            cancellation);

    /// <summary>
    /// Spends an approved request and makes its family, in one transaction. True for the one caller who won; a retry after a lost answer knows its
    /// own by the family's identifier, which must be new.
    /// </summary>
    /// <param name="requestId">The request.</param>
    /// <param name="family">The family.</param>
    /// <param name="toldRoleChanges">How often the person's roles had changed before they were read for its tokens; null where those tell none.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> RedeemAsync(Guid requestId, TokenFamily family, int? toldRoleChanges, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (!await db.HoldRolesAsync(family.UserId, toldRoleChanges, token))
                    return false;
                var spent = await db.DecoupledRequests
                    .Where(r => r.RequestId == requestId && r.Status == DecoupledStatus.Approved && r.RedeemedAt == null && r.ExpiresAt > now && r.UserId == family.UserId)
                    .ExecuteUpdateAsync(set => set.SetProperty(r => r.RedeemedAt, now).SetProperty(r => r.FamilyId, family.FamilyId), token);
                if (spent == 0)
                    return false;
                db.TokenFamilies.Add(TokenFamilies.Row(family));
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.DecoupledRequests.AnyAsync(r => r.RequestId == requestId && r.FamilyId == family.FamilyId, token),
            cancellation);

    /// <summary>
    /// Removes what was approved and waits for its client, within the transaction of an end that it would outlive: of a person, of a client (then
    /// also what nobody has decided), or of a person with a client.
    /// </summary>
    internal static Task<int> RemoveWaitingAsync(IdpDb db, Guid? userId, string? clientId, CancellationToken cancellation) =>
        db.DecoupledRequests
            .Where(r => r.RedeemedAt == null && (userId == null || (r.UserId == userId && r.Status == DecoupledStatus.Approved)) && (clientId == null || r.ClientId == clientId))
            .ExecuteDeleteAsync(cancellation);

    // Whoever decides tells the client, in the same transaction.
    private Task<bool> DecideAsync(
        Guid requestId, Guid userId, DecoupledStatus status, Func<IdpDb, CancellationToken, Task<bool>> decide, DateTimeOffset now, CancellationToken cancellation) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                var isDecided = await decide(db, token);
                if (isDecided)
                    await Outbox.AddPingAsync(db, requestId, now, token);
                return isDecided;
            },
            (db, token) => db.DecoupledRequests.AnyAsync(r => r.RequestId == requestId && r.UserId == userId && r.Status == status && r.DecidedAt == now, token),
            cancellation);

    private static IQueryable<DecoupledRequestRow> Undecided(IdpDb db, Guid requestId, Guid userId, DateTimeOffset now) =>
        db.DecoupledRequests.Where(r =>
            r.RequestId == requestId && r.Status == DecoupledStatus.Pending && r.ExpiresAt > now && (r.UserId == null || r.UserId == userId));

    private async Task<DecoupledRequest?> FindAsync(Func<IdpDb, IQueryable<DecoupledRequestRow>> query, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await query(db).AsNoTracking().FirstOrDefaultAsync(cancellation) is { } row ? Read(row) : null;
    }

    private static DecoupledRequestRow Row(DecoupledRequest request, byte[] codeHash, byte[]? userCodeHash) => new()
    {
        RequestId = request.RequestId,
        Kind = request.Kind,
        CodeHash = codeHash,
        UserCodeHash = userCodeHash,
        ClientId = request.ClientId,
        UserId = request.UserId,
        Scope = request.Scope.ToString(),
        Resources = Lists.Join(request.Resources),
        Terms = Documents.Write(request.Terms),
        BindingMessage = request.BindingMessage,
        SealedNotificationToken = request.SealedNotificationToken,
        AcrValues = request.AcrValues,
        MaxAge = (int?)request.MaxAge?.TotalSeconds,
        Status = request.Status,
        AuthTime = request.AuthTime,
        Amr = Lists.Join(request.Amr),
        Acr = request.Acr,
        Interval = (int)request.Interval.TotalSeconds,
        PolledAt = request.PolledAt,
        CreatedAt = request.CreatedAt,
        ExpiresAt = request.ExpiresAt,
        RedeemedAt = request.RedeemedAt,
        FamilyId = request.FamilyId,
    };

    private static DecoupledRequest Read(DecoupledRequestRow row) => new()
    {
        RequestId = row.RequestId,
        Kind = row.Kind,
        ClientId = row.ClientId,
        UserId = row.UserId,
        Scope = Lists.Scopes(row.Scope),
        Resources = Lists.Split(row.Resources),
        Terms = Documents.ReadTerms(row.Terms),
        BindingMessage = row.BindingMessage,
        SealedNotificationToken = row.SealedNotificationToken,
        AcrValues = row.AcrValues,
        MaxAge = row.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Status = row.Status,
        AuthTime = row.AuthTime,
        Amr = Lists.Split(row.Amr),
        Acr = row.Acr,
        Interval = TimeSpan.FromSeconds(row.Interval),
        PolledAt = row.PolledAt,
        CreatedAt = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        RedeemedAt = row.RedeemedAt,
        FamilyId = row.FamilyId,
    };
}
