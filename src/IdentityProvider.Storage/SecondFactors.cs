using System.Linq.Expressions;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// People's second factors, in ASP.NET Core Identity's table of tokens: the authenticator's key under Identity's own name, sealed; recovery codes a row
/// each, by a keyed hash. Passkeys have a class of their own. What changes them changes the account's stamps too, so that no sign-in that is half
/// done goes on.
/// </summary>
public sealed class SecondFactors
{
    /// <summary>The provider and the name by which Identity's own stores find an authenticator's key.</summary>
    private const string IdentityStore = "[AspNetUserStore]";
    private const string AuthenticatorKey = "AuthenticatorKey";

    /// <summary>The provider of rows whose name is a recovery code's hash.</summary>
    private const string RecoveryCodeHash = "recovery-code";

    // A role asks by itself, or by a group that has it.
    private readonly Func<IdpDb, List<Guid>, IAsyncEnumerable<FactorsRow>> _factorsById = EF.CompileAsyncQuery(
        (IdpDb db, List<Guid> userIds) => db.Users.Where(u => userIds.Contains(u.Id)).Select(u => new FactorsRow(
            u.Id,
            db.UserTokens.Any(t => t.UserId == u.Id && t.LoginProvider == IdentityStore && t.Name == AuthenticatorKey),
            db.UserTokens.Count(t => t.UserId == u.Id && t.LoginProvider == RecoveryCodeHash),
            db.UserPasskeys.Count(p => p.UserId == u.Id),
            db.Roles.Any(role => role.RequireMfa
                && (db.UserRoles.Any(link => link.UserId == u.Id && link.RoleId == role.Id)
                    || db.GroupRoles.Any(link => link.RoleId == role.Id && link.RemovedAt == null
                        && db.UserGroups.Any(member => member.UserId == u.Id && member.GroupId == link.GroupId)))))));

    private readonly IDbContextFactory<IdpDb> _databases;
    private readonly Finding<Guid, AccountFactors> _factors;

    public SecondFactors(IDbContextFactory<IdpDb> databases)
    {
        _databases = databases;
        _factors = Batches.Finding<Guid, FactorsRow, AccountFactors>(databases, (db, userIds) => _factorsById(db, [.. userIds]), row => row.UserId, row => new()
        {
            HasAuthenticator = row.HasAuthenticator,
            RecoveryCodes = row.RecoveryCodes,
            Passkeys = row.Passkeys,
            IsRequiredByRole = row.IsRequiredByRole,
        });
    }

    /// <summary>What a person has, and what their roles ask of them.</summary>
    public async Task<AccountFactors> FindAsync(Guid userId, CancellationToken cancellation = default) =>
        await _factors.AskAsync(userId, cancellation) ?? AccountFactors.None;

    /// <summary>The authenticator's key, sealed; null where there is none.</summary>
    public async Task<string?> FindAuthenticatorAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await AuthenticatorOf(db, userId).Select(t => t.Value).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Adds an authenticator with its recovery codes, in place of any that were left; false where the person has one already.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="sealedKey">Its key; nothing of it can be read here.</param>
    /// <param name="codeHashes">Of the recovery codes.</param>
    /// <param name="stamp">Random; the account's stamps from now on, by which a retry knows its own work.</param>
    /// <param name="now">The moment.</param>
    /// <param name="read">The account's stamp as it was read: where it is another by now nothing is added. Null for any.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> AddAuthenticatorAsync(
        Guid userId, string sealedKey, IReadOnlyList<string> codeHashes, string stamp, DateTimeOffset now, string? read = null, CancellationToken cancellation = default) =>
        ChangeAsync(
            userId,
            stamp,
            read,
            async (db, token) =>
            {
                if (await AuthenticatorOf(db, userId).AnyAsync(token))
                    return false;
                db.UserTokens.Add(new IdentityUserToken<Guid> { UserId = userId, LoginProvider = IdentityStore, Name = AuthenticatorKey, Value = sealedKey });
                await ReplaceCodesAsync(db, userId, codeHashes, token);
                await Signals.CredentialChangedAsync(db, userId, CredentialChange.App, CredentialChange.Create, now, token);
                return true;
            },
            cancellation);

    /// <summary>
    /// Removes the authenticator; with the recovery codes where no passkey is left that they could stand in for. No browser is remembered any more. False where
    /// there is none.
    /// </summary>
    public Task<bool> RemoveAuthenticatorAsync(Guid userId, string stamp, DateTimeOffset now, CancellationToken cancellation = default) =>
        ChangeAsync(
            userId,
            stamp,
            read: null,
            async (db, token) =>
            {
                if (await AuthenticatorOf(db, userId).ExecuteDeleteAsync(token) == 0)
                    return false;
                if (!await db.UserPasskeys.AnyAsync(p => p.UserId == userId, token))
                    await CodesOf(db, userId).ExecuteDeleteAsync(token);
                await KnownBrowsers.DistrustAsync(db, userId, token);
                await Signals.CredentialChangedAsync(db, userId, CredentialChange.App, CredentialChange.Delete, now, token);
                return true;
            },
            cancellation);

    /// <summary>Other recovery codes in place of those that were left; false where there is nothing that they could stand in for.</summary>
    public Task<bool> ReplaceRecoveryCodesAsync(Guid userId, IReadOnlyList<string> codeHashes, string stamp, CancellationToken cancellation = default) =>
        ChangeAsync(
            userId,
            stamp,
            read: null,
            async (db, token) =>
            {
                if (!await AuthenticatorOf(db, userId).AnyAsync(token) && !await db.UserPasskeys.AnyAsync(p => p.UserId == userId, token))
                    return false;
                await ReplaceCodesAsync(db, userId, codeHashes, token);
                return true;
            },
            cancellation);

    /// <summary>Spends a recovery code: true for the one who did.</summary>
    public async Task<bool> SpendRecoveryCodeAsync(Guid userId, string codeHash, CancellationToken cancellation = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellation);
        return await CodesOf(db, userId).Where(t => t.Name == codeHash).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>
    /// Takes all second factors from an account, and ends what was got by them, offline access too, in one transaction; false where somebody changed
    /// the account since it was read. Passkeys go too, but for those that are an account's only way in.
    /// </summary>
    public Task<bool> ResetAsync(User user, string stamp, FamilyEnd offline, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var (id, read) = (user.Id, user.ConcurrencyStamp);
        return _databases.TransactAsync(
            async (db, token) =>
            {
                if (!await StampAsync(db, id, u => u.ConcurrencyStamp == read, stamp, token))
                    return false;
                if (await AuthenticatorOf(db, id).ExecuteDeleteAsync(token) > 0)
                    await Signals.CredentialChangedAsync(db, id, CredentialChange.App, CredentialChange.Delete, now, token);
                await CodesOf(db, id).ExecuteDeleteAsync(token);
                if (await WaysIn.CountAsync(db, id, passkeys: null, db.UserLogins.Where(l => l.UserId == id), token) > 0)
                    await Passkeys.RemoveAllAsync(db, id, now, token);
                await KnownBrowsers.DistrustAsync(db, id, token);
                await Sessions.EndAllAsync(db, id, kept: null, offline, now, token);
                return true;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == id && u.ConcurrencyStamp == stamp, token),
            cancellation);
    }

    // The account is locked first, by its new stamps: of changes that come at once each sees the one before.
    private Task<bool> ChangeAsync(Guid userId, string stamp, string? read, Func<IdpDb, CancellationToken, Task<bool>> change, CancellationToken cancellation) =>
        _databases.TransactAsync(
            async (db, token) =>
            {
                if (!await StampAsync(db, userId, u => read == null || u.SecurityStamp == read, stamp, token) || !await change(db, token))
                    return false;
                await db.SaveChangesAsync(token);
                return true;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
            cancellation);

    // What was tried before is forgotten: it was at other factors.
    internal static async Task<bool> StampAsync(IdpDb db, Guid userId, Expression<Func<User, bool>> asRead, string stamp, CancellationToken cancellation)
    {
        if (await db.Users.Where(u => u.Id == userId).Where(asRead)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp), cancellation) == 0)
            return false;
        await Attempts.ForgetAsync(db, AttemptKey.OfSecondFactor(userId), cancellation);
        return true;
    }

    internal static async Task ReplaceCodesAsync(IdpDb db, Guid userId, IReadOnlyList<string> codeHashes, CancellationToken cancellation)
    {
        await CodesOf(db, userId).ExecuteDeleteAsync(cancellation);
        db.UserTokens.AddRange(codeHashes.Select(hash => new IdentityUserToken<Guid> { UserId = userId, LoginProvider = RecoveryCodeHash, Name = hash }));
    }

    internal static IQueryable<IdentityUserToken<Guid>> AuthenticatorOf(IdpDb db, Guid userId) =>
        db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == IdentityStore && t.Name == AuthenticatorKey);

    internal static IQueryable<IdentityUserToken<Guid>> CodesOf(IdpDb db, Guid userId) => db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == RecoveryCodeHash);

    private sealed record FactorsRow(Guid UserId, bool HasAuthenticator, int RecoveryCodes, int Passkeys, bool IsRequiredByRole);
}
