using System.Data.Common;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Token families: one row each, made by <see cref="AuthorizationCodes.RedeemAsync"/> and updated in place.</summary>
public sealed class TokenFamilies
{
    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<Guid, FamilyStanding> _standings;
    private readonly Batch<FamilyChange, bool>? _changes;

    private readonly Func<IdpDb, Guid, CancellationToken, Task<TokenFamilyRow?>> _byId = EF.CompileAsyncQuery(
        (IdpDb db, Guid familyId, CancellationToken cancellation) => db.TokenFamilies.AsNoTracking().FirstOrDefault(f => f.FamilyId == familyId));

    private readonly Func<IdpDb, List<Guid>, IAsyncEnumerable<StandingRow>> _standingsById = EF.CompileAsyncQuery(
        (IdpDb db, List<Guid> familyIds) =>
            from family in db.TokenFamilies.AsNoTracking()
            where familyIds.Contains(family.FamilyId)
            join user in db.Users on family.UserId equals user.Id into users
            from user in users.DefaultIfEmpty()
            join session in db.Sessions on family.SessionId equals (Guid?)session.SessionId into sessions
            from session in sessions.DefaultIfEmpty()
            select new StandingRow(family, user == null ? null : new ClaimsRow(user.Id, user.UserName!, user.Claims, user.DisabledAt, user.RoleChanges), session));

    public TokenFamilies(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _standings = Batches.Finding<Guid, StandingRow, FamilyStanding>(
            databases,
            (db, familyIds) => _standingsById(db, [.. familyIds]),
            row => row.Family.FamilyId,
            row => new(Read(row.Family), row.User?.Read(), row.Session is { } session ? Sessions.Read(session) : null));
        _changes = Batches.OnPostgres(databases) ? new(WriteAsync) : null;
    }

    /// <summary>
    /// Makes a family that no code was spent for; false where its person may not be here any more, or has other roles by now than its tokens
    /// tell. The account is locked first, so that no end of all that a person has is outrun.
    /// </summary>
    /// <param name="family">The family.</param>
    /// <param name="toldRoleChanges">How often the person's roles had changed before they were read for its tokens; null where those tell none.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> AddAsync(TokenFamily family, int? toldRoleChanges, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                var isActive = await db.Users.Where(u => u.Id == family.UserId && u.DisabledAt == null && (toldRoleChanges == null || u.RoleChanges == toldRoleChanges))
                    .ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, (DateTimeOffset?)null), token) == 1;
                if (!isActive)
                    return false;
                db.TokenFamilies.Add(Row(family));
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.TokenFamilies.AnyAsync(f => f.FamilyId == family.FamilyId, token),
            cancellation);

    /// <summary>The family, ended or not.</summary>
    public async Task<TokenFamily?> FindAsync(Guid familyId, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await _byId(db, familyId, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>The family, ended or not, with whose it is and the sign-in that it hangs on, all as of one moment.</summary>
    public Task<FamilyStanding?> FindStandingAsync(Guid familyId, CancellationToken cancellation = default) => _standings.AskAsync(familyId, cancellation);

    /// <summary>
    /// Compare-and-swap of the generation to the next one; true for the one caller who won, while the family is alive. A retry after a lost
    /// answer knows its own rotation by its moment.
    /// </summary>
    /// <param name="family">The family as it was read: its generation is the one that is left.</param>
    /// <param name="added">The status of the access token that goes out with it; null where that notes none here.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> RotateAsync(TokenFamily family, LiveStatus? added, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var change = new FamilyChange(family, family.Generation + 1, now, added, now);
        var tried = await TryTogetherAsync(change);
        if (tried == true)
            return true;
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        var mayBeDone = tried is null;
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                var isRetry = mayBeDone;
                mayBeDone = true;
                if (await WriteAsync(db, change, token))
                    return true;
                return isRetry && await db.TokenFamilies.AnyAsync(
                    f => f.FamilyId == family.FamilyId && f.Generation == family.Generation + 1 && f.RotatedAt == now && f.EndedAt == null, token);
            },
            cancellation);
    }

    /// <summary>Notes the use of a refresh token that stays, and the status of what goes out; false where the family isn't where it was read.</summary>
    public Task<bool> UseAsync(TokenFamily family, LiveStatus? added, DateTimeOffset now, CancellationToken cancellation = default) =>
        ChangeAsync(new FamilyChange(family, family.Generation, now, added, now), cancellation);

    /// <summary>
    /// Notes the status of an access token that goes out without a rotation; with none, makes sure that the family still is where it was read.
    /// False where it isn't, or where a row can note no more: then nothing may go out.
    /// </summary>
    public Task<bool> NoteAsync(TokenFamily family, LiveStatus? added, DateTimeOffset now, CancellationToken cancellation = default) =>
        ChangeAsync(new FamilyChange(family, family.Generation, family.RotatedAt, added, now), cancellation);

    /// <summary>Ends a family and with it every token of it; true for the one who ended it.</summary>
    public Task<bool> EndAsync(Guid familyId, FamilyEnd reason, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) => await db.EndFamiliesAsync(db.TokenFamilies.Where(f => f.FamilyId == familyId), reason, now, token) > 0,
            (db, token) => db.TokenFamilies.AnyAsync(f => f.FamilyId == familyId && f.EndedAt == now && f.EndReason == reason, token),
            cancellation);

    /// <summary>
    /// Ends all that a person has with a client, or with every client where none is named, and the codes that would soon be more of it; says how
    /// many families.
    /// </summary>
    public Task<int> EndAllAsync(Guid userId, string? clientId, FamilyEnd reason, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                await AuthorizationCodes.RemoveWaitingAsync(db, userId, clientId, now, token);
                var families = db.TokenFamilies.Where(f => f.UserId == userId && (clientId == null || f.ClientId == clientId));
                return await db.EndFamiliesAsync(families, reason, now, token);
            },
            cancellation);

    /// <summary>What the living access tokens of a person say of their roles is old now: their statuses say so, and a refresh brings true ones.</summary>
    public Task MarkStaleAsync(Guid userId, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                await db.MarkPeopleStaleAsync([userId], now, token);
                return true;
            },
            cancellation);

    /// <summary>What clients have of a person now, newest first. Those that hang on a session are listed whether or not that lies idle.</summary>
    public async Task<IReadOnlyList<TokenFamily>> ListAsync(Guid userId, DateTimeOffset now, int limit, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
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
        Terms = Documents.Write(family.Terms),
        Generation = family.Generation,
        RotatedAt = family.RotatedAt,
        CreatedAt = family.CreatedAt,
        ExpiresAt = family.ExpiresAt,
        Statuses = Lists.Join(family.Statuses),
        RoleChanges = family.RoleChanges,
        EndedAt = family.EndedAt,
        EndReason = family.EndReason,
    };

    // What a whole batch was too late or too crowded for is tried once more alone.
    private async Task<bool> ChangeAsync(FamilyChange change, CancellationToken cancellation)
    {
        if (await TryTogetherAsync(change) == true)
            return true;
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await WriteAsync(db, change, cancellation);
    }

    /// <summary>With others in one statement; false where it didn't go through, null where nobody knows.</summary>
    private async Task<bool?> TryTogetherAsync(FamilyChange change)
    {
        try
        {
            return _changes is not null && await _changes.AskAsync(change, CancellationToken.None);
        }
        catch (DbException)
        {
            // Of many together one may be at fault, and each has its own way to be tried again.
            return null;
        }
    }

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<FamilyChange> changes)
    {
        await using var db = await _databases.CreateDbContextAsync();
        var moved = await RotateStatement.RunAsync(db, changes);
        return [.. changes.Select(moved.Contains)];
    }

    // One conditional statement: the family is alive and where it was read, and nobody changed its person's roles since. What it had noted is pruned of the dead where nobody added to it
    // meanwhile, and kept otherwise; so the row of a client that shows one token again and again doesn't fill up with them.
    private static async Task<bool> WriteAsync(IdpDb db, FamilyChange change, CancellationToken cancellation)
    {
        var (read, generation, rotatedAt, _, now) = change;
        var family = db.TokenFamilies
            .Where(f => f.FamilyId == read.FamilyId && f.Generation == read.Generation && f.RoleChanges == read.RoleChanges && f.EndedAt == null && f.ExpiresAt > now);
        if (change is not { Before: { } before, After: { } after, More: { } more })
        {
            return await family.ExecuteUpdateAsync(
                set => set.SetProperty(f => f.Generation, generation).SetProperty(f => f.RotatedAt, rotatedAt), cancellation) == 1;
        }

        return await family.Where(f => f.Statuses == before || f.Statuses.Length < Longest.Statuses - more.Length)
            .ExecuteUpdateAsync(
                set => set.SetProperty(f => f.Generation, generation).SetProperty(f => f.RotatedAt, rotatedAt)
                    .SetProperty(f => f.Statuses, f => f.Statuses == before ? after : f.Statuses == "" ? more : f.Statuses + " " + more),
                cancellation) == 1;
    }

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
        Terms = Documents.ReadTerms(row.Terms),
        Generation = row.Generation,
        RotatedAt = row.RotatedAt,
        CreatedAt = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        Statuses = Lists.Statuses(row.Statuses),
        RoleChanges = row.RoleChanges,
        EndedAt = row.EndedAt,
        EndReason = row.EndReason,
    };

    private sealed record StandingRow(TokenFamilyRow Family, ClaimsRow? User, SessionRow? Session);
}

/// <summary>A family with what it hangs on.</summary>
/// <param name="Family">The family.</param>
/// <param name="User">Whose it is; null where the account is gone.</param>
/// <param name="Session">The sign-in that it ends with; null where it is offline, or that row is gone.</param>
public sealed record FamilyStanding(TokenFamily Family, UserClaims? User, Session? Session);
