using System.Data.Common;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Authorization codes by their SHA-256. A spent one stays for a while, so that a second use is recognised.</summary>
public sealed class AuthorizationCodes
{
    private readonly Func<IdpDb, List<byte[]>, IAsyncEnumerable<StandingRow>> _standingsByHash = EF.CompileAsyncQuery(
        (IdpDb db, List<byte[]> codeHashes) =>
            from code in db.AuthorizationCodes.AsNoTracking()
            where codeHashes.Contains(code.CodeHash)
            join user in db.Users on code.UserId equals user.Id into users
            from user in users.DefaultIfEmpty()
            join session in db.Sessions on code.SessionId equals session.SessionId into sessions
            from session in sessions.DefaultIfEmpty()
            select new StandingRow(code, user == null ? null : new ClaimsRow(user.Id, user.UserName!, user.Claims, user.DisabledAt, user.RoleChanges), session));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<byte[], CodeStanding> _standings;
    private readonly Batch<Redemption, bool>? _redemptions;
    private readonly Batch<AuthorizationCodeRow, bool> _additions;
    private readonly Lazy<RedeemStatement> _redeem;

    public AuthorizationCodes(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _standings = Batches.Finding<byte[], StandingRow, CodeStanding>(
            databases,
            (db, codeHashes) => _standingsByHash(db, [.. codeHashes]),
            row => row.Code.CodeHash,
            row => new(Read(row.Code), row.User?.Read(), row.Session is { } session ? Sessions.Read(session) : null),
            Batches.Hashes);
        _redemptions = Batches.OnPostgres(databases) ? new(RedeemTogetherAsync) : null;
        _additions = new(AddAsync);
        _redeem = new(() =>
        {
            using var db = databases.CreateDbContext();
            return new RedeemStatement(db);
        });
    }

    public async Task AddAsync(byte[] codeHash, AuthorizationCode code, CancellationToken cancellation = default)
    {
        var row = Row(codeHash, code);
        try
        {
            await _additions.AskAsync(row, cancellation);
        }
        catch (DbUpdateException)
        {
            // Of many together one was at fault.
            await _databases.InsertAsync(db => db.AuthorizationCodes.Add(row), cancellation);
        }
    }

    /// <summary>
    /// Adds the code that answers a pushed request and spends that request, in one transaction. True for the one caller who won: the request was
    /// there and had not been answered.
    /// </summary>
    public Task<bool> AddAnsweringAsync(
        byte[] codeHash, AuthorizationCode code, byte[] pushedReferenceHash, DateTimeOffset now, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (await PushedRequests.SpendAsync(db, pushedReferenceHash, now, token) == 0)
                    return false;
                db.AuthorizationCodes.Add(Row(codeHash, code));
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.AuthorizationCodes.AnyAsync(c => c.CodeHash == codeHash, token),
            cancellation);

    /// <summary>
    /// Adds the code that an agreement to authorization details gives, and spends that agreement, in one transaction (RFC 9396 §12): true for the one
    /// caller who won.
    /// </summary>
    /// <param name="codeHash">SHA-256 of the code.</param>
    /// <param name="code">What it stands for.</param>
    /// <param name="agreement">Which agreement.</param>
    /// <param name="agreementEndsAt">From when on nobody can bring it any more.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> AddAgreedAsync(byte[] codeHash, AuthorizationCode code, Guid agreement, DateTimeOffset agreementEndsAt, CancellationToken cancellation = default) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (!await SpentIdentifiers.SpendAsync(db, "agreement", code.ClientId, agreement.ToString("N"), agreementEndsAt, token))
                    return false;
                db.AuthorizationCodes.Add(Row(codeHash, code));
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.AuthorizationCodes.AnyAsync(c => c.CodeHash == codeHash, token),
            cancellation);

    /// <summary>What the code stands for, spent or not, expired or not, with who it is about and the sign-in that it comes from, all as of one moment.</summary>
    public Task<CodeStanding?> FindStandingAsync(byte[] codeHash, CancellationToken cancellation = default) => _standings.AskAsync(codeHash, cancellation);

    /// <summary>What the code stands for, spent or not, expired or not.</summary>
    public async Task<AuthorizationCode?> FindAsync(byte[] codeHash, CancellationToken cancellation = default) =>
        (await FindStandingAsync(codeHash, cancellation))?.Code;

    /// <summary>
    /// Spends the code and makes its family, in one statement's transaction. True for the one caller who won: the code was there, unspent and
    /// not expired, its session was there and had not ended, and the roles that the tokens tell had not changed. A retry after a lost answer knows its own redemption by the family's
    /// identifier, which must be new.
    /// </summary>
    /// <param name="codeHash">The code, hashed.</param>
    /// <param name="family">The family.</param>
    /// <param name="toldRoleChanges">How often the person's roles had changed before they were read for its tokens; null where those tell none.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> RedeemAsync(byte[] codeHash, TokenFamily family, int? toldRoleChanges, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var redemption = new Redemption(codeHash, TokenFamilies.Row(family), toldRoleChanges, now);
        try
        {
            if (_redemptions is not null && await _redemptions.AskAsync(redemption, CancellationToken.None))
                return true;
        }
        catch (DbException)
        {
            // Of many together one may be at fault; what became of this one is found out below, alone.
        }

        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                if (await _redeem.Value.RunAsync(db, redemption, token))
                    return true;
                return await db.AuthorizationCodes.AnyAsync(c => c.CodeHash == codeHash && c.FamilyId == family.FamilyId, token);
            },
            cancellation);
    }

    /// <summary>
    /// Removes the codes that wait for their exchange, those of devices and of the back channel too, within the transaction of an end that they would outlive: of a person, of a client, or of
    /// a person with a client.
    /// </summary>
    internal static async Task RemoveWaitingAsync(IdpDb db, Guid? userId, string? clientId, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.AuthorizationCodes
            .Where(c => c.ExpiresAt > now && c.RedeemedAt == null && (userId == null || c.UserId == userId) && (clientId == null || c.ClientId == clientId))
            .ExecuteDeleteAsync(cancellation);
        await DecoupledRequests.RemoveWaitingAsync(db, userId, clientId, cancellation);
    }

    private async Task<IReadOnlyList<bool>> AddAsync(IReadOnlyList<AuthorizationCodeRow> rows)
    {
        await _databases.InsertAsync(db => db.AuthorizationCodes.AddRange(rows), CancellationToken.None);
        return [.. rows.Select(_ => true)];
    }

    private async Task<IReadOnlyList<bool>> RedeemTogetherAsync(IReadOnlyList<Redemption> redemptions)
    {
        await using var db = (PostgresDb)await _databases.CreateDbContextAsync();
        var made = await _redeem.Value.RunTogetherAsync(db, redemptions);
        return [.. redemptions.Select(redemption => made.Contains(redemption.Family.FamilyId))];
    }

    private static AuthorizationCodeRow Row(byte[] codeHash, AuthorizationCode code) => new()
    {
        CodeHash = codeHash,
        ClientId = code.ClientId,
        UserId = code.UserId,
        SessionId = code.SessionId,
        RedirectUri = code.RedirectUri,
        Scope = code.Scope.ToString(),
        Resources = Lists.Join(code.Resources),
        CodeChallenge = code.CodeChallenge,
        Nonce = code.Nonce,
        AuthTime = code.AuthTime,
        Amr = Lists.Join(code.Amr),
        Acr = code.Acr,
        Terms = Documents.Write(code.Terms),
        ExpiresAt = code.ExpiresAt,
        RedeemedAt = code.RedeemedAt,
        FamilyId = code.FamilyId,
    };

    private static AuthorizationCode Read(AuthorizationCodeRow row) => new()
    {
        ClientId = row.ClientId,
        UserId = row.UserId,
        SessionId = row.SessionId,
        RedirectUri = row.RedirectUri,
        Scope = Lists.Scopes(row.Scope),
        Resources = Lists.Split(row.Resources),
        CodeChallenge = row.CodeChallenge,
        Nonce = row.Nonce,
        AuthTime = row.AuthTime,
        Amr = Lists.Split(row.Amr),
        Acr = row.Acr,
        Terms = Documents.ReadTerms(row.Terms),
        ExpiresAt = row.ExpiresAt,
        RedeemedAt = row.RedeemedAt,
        FamilyId = row.FamilyId,
    };

    private sealed record StandingRow(AuthorizationCodeRow Code, ClaimsRow? User, SessionRow? Session);
}

/// <summary>A code with what it hangs on.</summary>
/// <param name="Code">What it stands for.</param>
/// <param name="User">Who it is about; null where the account is gone.</param>
/// <param name="Session">The sign-in that it comes from; null where that row is gone.</param>
public sealed record CodeStanding(AuthorizationCode Code, UserClaims? User, Session? Session);
