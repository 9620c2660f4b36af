using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>Authorization codes by their SHA-256. A spent one stays for a while, so that a second use is recognised.</summary>
public sealed class AuthorizationCodes(IDbContextFactory<IdpDb> databases)
{
    private readonly Func<IdpDb, byte[], CancellationToken, Task<AuthorizationCodeRow?>> _byHash = EF.CompileAsyncQuery(
        (IdpDb db, byte[] codeHash, CancellationToken cancellation) =>
            db.AuthorizationCodes.AsNoTracking().FirstOrDefault(c => c.CodeHash == codeHash));

    private RedeemStatement? _redeem;

    public Task AddAsync(byte[] codeHash, AuthorizationCode code, CancellationToken cancellation = default) =>
        databases.InsertAsync(db => db.AuthorizationCodes.Add(Row(codeHash, code)), cancellation);

    /// <summary>
    /// Adds the code that answers a pushed request and spends that request, in one transaction. True for the one caller who won: the request was
    /// there and had not been answered.
    /// </summary>
    public Task<bool> AddAnsweringAsync(
        byte[] codeHash, AuthorizationCode code, byte[] pushedReferenceHash, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
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
        databases.TransactAsync(
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

    /// <summary>What the code stands for, spent or not, expired or not.</summary>
    public async Task<AuthorizationCode?> FindAsync(byte[] codeHash, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await _byHash(db, codeHash, cancellation) is { } row ? Read(row) : null;
    }

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
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var redeem = _redeem ??= new RedeemStatement(db);
        var row = TokenFamilies.Row(family);
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                if (await redeem.RunAsync(db, codeHash, row, toldRoleChanges, now, token))
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
}
