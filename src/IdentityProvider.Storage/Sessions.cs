using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Sign-ins. The row is locked first and its families after it, which <see cref="AuthorizationCodes.RedeemAsync"/> keeps to as well.
/// </summary>
public sealed class Sessions
{
    /// <summary>No person signs in at more apps in one session.</summary>
    private const int MostClients = 500;

    private readonly Func<IdpDb, List<byte[]>, IAsyncEnumerable<StandingRow>> _standingsBySecret = EF.CompileAsyncQuery(
        (IdpDb db, List<byte[]> secretHashes) =>
            from session in db.Sessions.AsNoTracking()
            where secretHashes.Contains(session.SecretHash)
            join user in db.Users on session.UserId equals user.Id into users
            from user in users.DefaultIfEmpty()
            select new StandingRow(session, user == null ? null : new ClaimsRow(user.Id, user.UserName!, user.Claims, user.DisabledAt, user.RoleChanges)));

    private readonly Func<IdpDb, Guid, CancellationToken, Task<SessionRow?>> _byId = EF.CompileAsyncQuery(
        (IdpDb db, Guid sessionId, CancellationToken cancellation) =>
            db.Sessions.AsNoTracking().FirstOrDefault(s => s.SessionId == sessionId));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<byte[], SessionStanding> _standings;

    public Sessions(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _standings = Batches.Finding<byte[], StandingRow, SessionStanding>(
            databases, (db, secretHashes) => _standingsBySecret(db, [.. secretHashes]), row => row.Session.SecretHash, row => new(Read(row.Session), row.User?.Read()), Batches.Hashes);
    }

    /// <summary>
    /// Begins a session where the account still is as it was when its person proved who they are; false where what it signs in by has changed since, or
    /// it was disabled. The account is held meanwhile, so that no end of all that a person has is outrun.
    /// </summary>
    /// <param name="session">The sign-in.</param>
    /// <param name="secretHash">SHA-256 of what the browser holds.</param>
    /// <param name="stamp">The account's security stamp as it was read with what was verified.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> BeginAsync(Session session, byte[] secretHash, string? stamp, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (!await HoldAsync(db, session.UserId, stamp, token))
                    return false;
                db.Sessions.Add(Row(session, secretHash));
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.Sessions.AnyAsync(s => s.SessionId == session.SessionId && s.SecretHash == secretHash, token),
            cancellation);

    /// <summary>The row alone, of no account: for tests of what hangs on a session.</summary>
    internal Task AddAsync(Session session, byte[] secretHash, CancellationToken cancellation = default) =>
        _databases.InsertAsync(db => db.Sessions.Add(Row(session, secretHash)), cancellation);

    /// <summary>The session of a browser, alive or not (<see cref="Session.IsAlive"/> says which), with whose it is, as of one moment.</summary>
    public Task<SessionStanding?> FindStandingAsync(byte[] secretHash, CancellationToken cancellation = default) => _standings.AskAsync(secretHash, cancellation);

    public async Task<Session?> FindAsync(Guid sessionId, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await _byId(db, sessionId, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>Notes that the session was used; it never moves back, and never wakes one that ended.</summary>
    public async Task TouchAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        await db.Sessions.Where(s => s.SessionId == sessionId && s.EndedAt == null && s.LastUsedAt < now)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastUsedAt, now), cancellation);
    }

    /// <summary>
    /// Notes a new proof of who the person is (<c>prompt=login</c>, <c>max_age</c>) in the same session, under a new secret, so that whoever knew
    /// the old one knows nothing; false where the session has ended.
    /// </summary>
    public async Task<bool> ReauthenticateAsync(Session session, byte[] secretHash, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await RenewAsync(db, Row(session, secretHash), cancellation);
    }

    /// <summary>The same for a proof that counts only while the account is as it was then (<see cref="BeginAsync"/>).</summary>
    public Task<bool> ReauthenticateAsync(Session session, byte[] secretHash, string? stamp, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) => await HoldAsync(db, session.UserId, stamp, token) && await RenewAsync(db, Row(session, secretHash), token),
            (db, token) => db.Sessions.AnyAsync(s => s.SessionId == session.SessionId && s.SecretHash == secretHash, token),
            cancellation);

    /// <summary>
    /// Ends the session and every family that hangs on it, and notes in the outbox which clients must hear of it, in one transaction; true for
    /// the one who ended it.
    /// </summary>
    public async Task<bool> EndAsync(Guid sessionId, DateTimeOffset now, CancellationToken cancellation = default) =>
        await EndAsync(
            db => db.Sessions.Where(s => s.SessionId == sessionId),
            db => [(db.TokenFamilies.Where(f => f.SessionId == sessionId), FamilyEnd.SessionEnded)],
            everythingOf: null,
            now,
            cancellation) > 0;

    /// <summary>Ends every session of a person, with the families that hang on them; says how many sessions. Offline access outlives it.</summary>
    public Task<int> EndAllAsync(Guid userId, DateTimeOffset now, CancellationToken cancellation = default) =>
        EndAllAsync(userId, kept: null, offline: null, now, cancellation);

    /// <summary>Ends every session of a person but one, with the families that hang on them; says how many sessions.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="kept">The session that goes on.</param>
    /// <param name="offline">Why offline access ends too; null where it goes on.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<int> EndOthersAsync(Guid userId, Guid kept, FamilyEnd? offline, DateTimeOffset now, CancellationToken cancellation = default) =>
        EndAllAsync(userId, kept, offline, now, cancellation);

    /// <summary>Ends every session of a person and all that clients have of them, offline access too; says how many sessions.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="offline">Why offline access ends.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<int> EndEverythingAsync(Guid userId, FamilyEnd offline, DateTimeOffset now, CancellationToken cancellation = default) =>
        EndAllAsync(userId, kept: null, offline, now, cancellation);

    /// <summary>
    /// Ends the sessions that came from one sign-in elsewhere, with everything under them (OpenID Connect Back-Channel Logout 1.0 §2.7); says how many.
    /// </summary>
    /// <param name="issuer">The upstream's issuer.</param>
    /// <param name="subject">The person as the upstream knows them; null where it named a session alone.</param>
    /// <param name="upstreamSessionId">Its <c>sid</c>; null for all of the person's.</param>
    /// <param name="kept">A session of ours that goes on; null where none does.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<int> EndUpstreamAsync(
        string issuer, string? subject, string? upstreamSessionId, Guid? kept, DateTimeOffset now, CancellationToken cancellation = default)
    {
        if (subject is null && upstreamSessionId is null)
            return Task.FromResult(0);
        IQueryable<SessionRow> Meant(IdpDb db) => db.Sessions.Where(s => s.UpstreamIssuer == issuer && s.SessionId != kept
            && (subject == null || s.UpstreamSubject == subject) && (upstreamSessionId == null || s.UpstreamSessionId == upstreamSessionId));
        IReadOnlyList<(IQueryable<TokenFamilyRow>, FamilyEnd)> Under(IdpDb db)
        {
            var sessions = Meant(db);
            return [(db.TokenFamilies.Where(f => sessions.Any(s => s.SessionId == f.SessionId)), FamilyEnd.SessionEnded)];
        }

        return EndAsync(Meant, Under, everythingOf: null, now, cancellation);
    }

    /// <summary>Some of the people who have a session or a sign-in of an app that hasn't ended; whoever ends them all gets others the next time.</summary>
    public async Task<IReadOnlyList<Guid>> PeopleAsync(int limit, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var found = await db.Sessions.Where(s => s.EndedAt == null).Select(s => s.UserId).Distinct().Take(limit).ToListAsync(cancellation);
        return found.Count > 0 ? found : await db.TokenFamilies.Where(f => f.EndedAt == null).Select(f => f.UserId).Distinct().Take(limit).ToListAsync(cancellation);
    }

    /// <summary>A person's sessions, newest first: those that haven't ended unless <paramref name="alsoEnded"/>.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid userId, bool alsoEnded, int limit, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var rows = await db.Sessions.AsNoTracking()
            .Where(s => s.UserId == userId && (alsoEnded || s.EndedAt == null))
            .OrderByDescending(s => s.AuthTime).ThenBy(s => s.SessionId)
            .Take(limit)
            .ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>Ends a person's sessions inside a transaction of the caller's; says how many.</summary>
    internal static Task<int> EndAllAsync(IdpDb db, Guid userId, Guid? kept, FamilyEnd? offline, DateTimeOffset now, CancellationToken cancellation) =>
        EndAsync(db, SessionsOf(db, userId, kept), FamiliesOf(db, userId, kept, offline), offline is null ? null : userId, now, cancellation);

    private static async Task<bool> RenewAsync(IdpDb db, SessionRow row, CancellationToken cancellation)
    {
        // What came from elsewhere still did when the person proves more here.
        var isLocal = row.UpstreamIssuer is null;
        return await db.Sessions.Where(s => s.SessionId == row.SessionId && s.EndedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.SecretHash, row.SecretHash).SetProperty(s => s.AuthTime, row.AuthTime)
                    .SetProperty(s => s.Amr, row.Amr).SetProperty(s => s.Acr, row.Acr)
                    .SetProperty(s => s.SecondFactorRemembered, row.SecondFactorRemembered)
                    .SetProperty(s => s.LastUsedAt, row.LastUsedAt).SetProperty(s => s.ExpiresAt, row.ExpiresAt)
                    .SetProperty(s => s.Address, row.Address).SetProperty(s => s.UserAgent, row.UserAgent)
                    .SetProperty(s => s.UpstreamIssuer, s => isLocal ? s.UpstreamIssuer : row.UpstreamIssuer)
                    .SetProperty(s => s.UpstreamSubject, s => isLocal ? s.UpstreamSubject : row.UpstreamSubject)
                    .SetProperty(s => s.UpstreamSessionId, s => isLocal ? s.UpstreamSessionId : row.UpstreamSessionId),
                cancellation) == 1;
    }

    /// <summary>Holds the account, against every change of it, where its stamp is this one; false where it isn't, or the account is disabled.</summary>
    private static async Task<bool> HoldAsync(IdpDb db, Guid userId, string? stamp, CancellationToken cancellation) =>
        await db.Users.Where(u => u.Id == userId && u.SecurityStamp == stamp && u.DisabledAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, (DateTimeOffset?)null), cancellation) == 1;

    private Task<int> EndAllAsync(Guid userId, Guid? kept, FamilyEnd? offline, DateTimeOffset now, CancellationToken cancellation) =>
        EndAsync(db => SessionsOf(db, userId, kept), db => FamiliesOf(db, userId, kept, offline), offline is null ? null : userId, now, cancellation);

    private static IQueryable<SessionRow> SessionsOf(IdpDb db, Guid userId, Guid? kept) => db.Sessions.Where(s => s.UserId == userId && s.SessionId != kept);

    private static IReadOnlyList<(IQueryable<TokenFamilyRow>, FamilyEnd)> FamiliesOf(IdpDb db, Guid userId, Guid? kept, FamilyEnd? offline)
    {
        var families = db.TokenFamilies.Where(f => f.UserId == userId);
        var under = (families.Where(f => f.SessionId != null && f.SessionId != kept), FamilyEnd.SessionEnded);
        return offline is { } reason ? [under, (families.Where(f => f.SessionId == null), reason)] : [under];
    }

    /// <summary>The clients that got an ID token in the session, whatever became of their tokens.</summary>
    public async Task<IReadOnlyList<string>> ClientsOfAsync(Guid sessionId, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await db.SessionClients.Where(c => c.SessionId == sessionId).OrderBy(c => c.ClientId).Select(c => c.ClientId).Take(MostClients)
            .ToListAsync(cancellation);
    }

    /// <summary>The same of all of a person's sessions that haven't ended, by session.</summary>
    public async Task<ILookup<Guid, string>> ClientsOfAllAsync(Guid userId, int limit, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var pairs = await db.SessionClients
            .Where(c => db.Sessions.Any(s => s.SessionId == c.SessionId && s.UserId == userId && s.EndedAt == null))
            .OrderBy(c => c.SessionId).ThenBy(c => c.ClientId)
            .Select(c => new { c.SessionId, c.ClientId })
            .Take(limit)
            .ToListAsync(cancellation);
        return pairs.ToLookup(p => p.SessionId, p => p.ClientId);
    }

    private Task<int> EndAsync(
        Func<IdpDb, IQueryable<SessionRow>> sessions,
        Func<IdpDb, IReadOnlyList<(IQueryable<TokenFamilyRow>, FamilyEnd)>> families,
        Guid? everythingOf,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        var ended = 0;
        return _databases.TransactAsync(
            async (db, token) => ended = await EndAsync(db, sessions(db), families(db), everythingOf, now, token),
            async (db, token) => !await sessions(db).AnyAsync(s => s.EndedAt == null, token)
                && await sessions(db).CountAsync(s => s.EndedAt == now, token) >= ended,
            cancellation);
    }

    // Two statements, not one: the second must see the family that a redemption committed while the first waited for the session's row. Where
    // offline access ends too, so does what the person approved for a client that hasn't come for it yet.
    private static async Task<int> EndAsync(
        IdpDb db,
        IQueryable<SessionRow> sessions,
        IReadOnlyList<(IQueryable<TokenFamilyRow>, FamilyEnd)> families,
        Guid? everythingOf,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        var ending = await Signals.EndingAsync(db, sessions, cancellation);
        var ended = await sessions.Where(s => s.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
        await Outbox.AddLogoutsAsync(db, sessions, now, cancellation);
        if (ended > 0)
            await Signals.SessionsEndedAsync(db, ending, now, cancellation);
        if (everythingOf is { } userId)
            await DecoupledRequests.RemoveWaitingAsync(db, userId, clientId: null, cancellation);
        await db.EndFamiliesAsync(families, now, cancellation); // last, for it takes the topic's row
        return ended;
    }

    private static SessionRow Row(Session session, byte[] secretHash) => new()
    {
        SessionId = session.SessionId,
        SecretHash = secretHash,
        UserId = session.UserId,
        AuthTime = session.AuthTime,
        Amr = Lists.Join(session.Amr),
        Acr = session.Acr,
        SecondFactorRemembered = session.SecondFactorRemembered,
        LastUsedAt = session.LastUsedAt,
        ExpiresAt = session.ExpiresAt,
        EndedAt = session.EndedAt,
        Address = Longest.Cut(session.Address, Longest.Address),
        UserAgent = Longest.Cut(session.UserAgent, Longest.UserAgent),
        UpstreamIssuer = session.Upstream?.Issuer,
        UpstreamSubject = session.Upstream?.Subject,
        UpstreamSessionId = session.Upstream?.SessionId,
    };

    internal static Session Read(SessionRow row) => new()
    {
        SessionId = row.SessionId,
        UserId = row.UserId,
        AuthTime = row.AuthTime,
        Amr = Lists.Split(row.Amr),
        Acr = row.Acr,
        SecondFactorRemembered = row.SecondFactorRemembered,
        LastUsedAt = row.LastUsedAt,
        ExpiresAt = row.ExpiresAt,
        EndedAt = row.EndedAt,
        Address = row.Address,
        UserAgent = row.UserAgent,
        Upstream = row is { UpstreamIssuer: { } issuer, UpstreamSubject: { } subject } ? new UpstreamSession(issuer, subject, row.UpstreamSessionId) : null,
    };

    private sealed record StandingRow(SessionRow Session, ClaimsRow? User);
}

/// <summary>A session with whose it is.</summary>
/// <param name="Session">The sign-in.</param>
/// <param name="User">Whose it is; null where the account is gone.</param>
public sealed record SessionStanding(Session Session, UserClaims? User);
