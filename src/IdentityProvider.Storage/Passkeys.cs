using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.SignIn;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// People's passkeys: ASP.NET Core Identity's rows, with the signature counter and the last use in columns of our own, which one conditional
/// statement moves. The counter in Identity's document stays zero, so that any other is ahead of it: ours alone decides.
/// </summary>
public sealed class Passkeys(IDbContextFactory<IdpDb> databases)
{
    internal const string SignCount = "SignCount";
    internal const string LastUsedAt = "LastUsedAt";

    /// <summary>A person's own, oldest first.</summary>
    public async Task<IReadOnlyList<Passkey>> ListAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.UserPasskeys.AsNoTracking()
            .Where(p => p.UserId == userId)
            .Take(Passkey.Most)
            .Select(p => new { p.CredentialId, p.Data, UsedAt = EF.Property<DateTimeOffset?>(p, LastUsedAt) })
            .ToListAsync(cancellation);
        return [.. rows
            .Select(r => new Passkey { CredentialId = r.CredentialId, Name = r.Data.Name, CreatedAt = r.Data.CreatedAt, LastUsedAt = r.UsedAt, IsSynced = r.Data.IsBackupEligible })
            .OrderBy(p => p.CreatedAt).ThenBy(p => Convert.ToHexString(p.CredentialId), StringComparer.Ordinal)];
    }

    /// <summary>How many a person has.</summary>
    public async Task<int> CountAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.UserPasskeys.CountAsync(p => p.UserId == userId, cancellation);
    }

    /// <summary>Adds one. The account is locked first, so that of several that come at once none is one too many.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="registered">What its registration showed, with its name and the moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<PasskeyAddition> AddAsync(Guid userId, UserPasskeyInfo registered, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(registered);
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    await LockAsync(db, userId, token);
                    if (await db.UserPasskeys.CountAsync(p => p.UserId == userId, token) >= Passkey.Most)
                        return PasskeyAddition.TooMany;
                    Add(db, userId, registered);
                    await db.SaveChangesAsync(token);
                    await TellAsync(db, userId, registered.Transports, CredentialChange.Create, registered.CreatedAt, token);
                    return PasskeyAddition.Added;
                },
                (db, token) => db.UserPasskeys.AnyAsync(p => p.CredentialId == registered.CredentialId && p.UserId == userId, token),
                cancellation);
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            return PasskeyAddition.Taken;
        }
    }

    /// <summary>
    /// Adds the first second factor of an account, with its recovery codes. The account's stamps change with it: of two who set one up at once one is
    /// first, and whatever else was half done goes no further.
    /// </summary>
    /// <param name="userId">Whose.</param>
    /// <param name="registered">As above.</param>
    /// <param name="codeHashes">Of the recovery codes.</param>
    /// <param name="stamp">Random; the account's stamps from now on.</param>
    /// <param name="read">The account's stamp as it was read: where it is another by now nothing is added.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<PasskeyAddition> AddFirstAsync(
        Guid userId, UserPasskeyInfo registered, IReadOnlyList<string> codeHashes, string stamp, string? read, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(registered);
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    await LockAsync(db, userId, token);
                    if (await db.UserPasskeys.AnyAsync(p => p.UserId == userId, token) || await SecondFactors.AuthenticatorOf(db, userId).AnyAsync(token))
                        return PasskeyAddition.NotFirst;
                    if (!await SecondFactors.StampAsync(db, userId, u => u.SecurityStamp == read, stamp, token))
                        return PasskeyAddition.NotFirst;
                    Add(db, userId, registered);
                    await SecondFactors.ReplaceCodesAsync(db, userId, codeHashes, token);
                    await db.SaveChangesAsync(token);
                    await TellAsync(db, userId, registered.Transports, CredentialChange.Create, registered.CreatedAt, token);
                    return PasskeyAddition.Added;
                },
                (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
                cancellation);
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            return PasskeyAddition.Taken;
        }
    }

    /// <summary>
    /// Notes a use: true where the counter went forward, or the authenticator counts nothing and never did. False where it went back or stood
    /// still, as a copy's would (WebAuthn §7.2 step 22), or where the passkey is gone. Of two uses with one counter one is true.
    /// </summary>
    public async Task<bool> UseAsync(Guid userId, byte[] credentialId, uint signCount, DateTimeOffset now, CancellationToken cancellation = default)
    {
        long count = signCount;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var passkey = db.UserPasskeys.Where(p => p.UserId == userId && p.CredentialId == credentialId);
        var attempt = 0;
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                attempt++;
                if (await passkey
                    .Where(p => EF.Property<long>(p, SignCount) < count || (count == 0 && EF.Property<long>(p, SignCount) == 0))
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(p => EF.Property<long>(p, SignCount), count).SetProperty(p => EF.Property<DateTimeOffset?>(p, LastUsedAt), now),
                        token) == 1)
                    return true;

                // Only the answer of the attempt before was lost.
                return attempt > 1
                    && await passkey.AnyAsync(p => EF.Property<long>(p, SignCount) == count && EF.Property<DateTimeOffset?>(p, LastUsedAt) == now, token);
            },
            cancellation);
    }

    /// <summary>Gives another name; false where that person has no such passkey.</summary>
    public Task<bool> RenameAsync(Guid userId, byte[] credentialId, string name, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.UserPasskeys.FirstOrDefaultAsync(p => p.UserId == userId && p.CredentialId == credentialId, token) is not { } row)
                    return false;
                row.Data.Name = name;
                try
                {
                    await db.SaveChangesAsync(token);
                }
                catch (DbUpdateConcurrencyException)
                {
                    // It was removed meanwhile.
                    return false;
                }

                return true;
            },
            cancellation);

    /// <summary>
    /// Removes one, unless nobody could sign in to the account any more; with the recovery codes where no second factor is left that they could stand in
    /// for. The account's stamps change with it, so that no sign-in that was half done by it goes on, and no browser is remembered any more.
    /// </summary>
    /// <param name="userId">Whose.</param>
    /// <param name="credentialId">Which.</param>
    /// <param name="stamp">Random; the account's stamps from now on, by which a retry knows its own work.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<PasskeyRemoval> RemoveAsync(Guid userId, byte[] credentialId, string stamp, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                await LockAsync(db, userId, token);
                var passkey = db.UserPasskeys.Where(p => p.UserId == userId && p.CredentialId == credentialId);
                if (await passkey.AsNoTracking().FirstOrDefaultAsync(token) is not { } removed)
                    return PasskeyRemoval.NotThere;
                var others = db.UserPasskeys.Where(p => p.UserId == userId && p.CredentialId != credentialId);
                if (await WaysIn.CountAsync(db, userId, others, db.UserLogins.Where(l => l.UserId == userId), token) == 0)
                    return PasskeyRemoval.OnlyWayIn;
                await passkey.ExecuteDeleteAsync(token);
                if (!await others.AnyAsync(token) && !await SecondFactors.AuthenticatorOf(db, userId).AnyAsync(token))
                    await SecondFactors.CodesOf(db, userId).ExecuteDeleteAsync(token);
                await KnownBrowsers.DistrustAsync(db, userId, token);
                await SecondFactors.StampAsync(db, userId, _ => true, stamp, token);
                await TellAsync(db, userId, removed.Data.Transports, CredentialChange.Delete, now, token);
                return PasskeyRemoval.Removed;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
            cancellation);

    /// <summary>Removes all of an account that signs in otherwise, in a transaction of the caller's.</summary>
    internal static async Task RemoveAllAsync(IdpDb db, Guid userId, DateTimeOffset now, CancellationToken cancellation)
    {
        var removed = await db.UserPasskeys.AsNoTracking().Where(p => p.UserId == userId).ToListAsync(cancellation);
        await db.UserPasskeys.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancellation);
        foreach (var passkey in removed)
            await TellAsync(db, userId, passkey.Data.Transports, CredentialChange.Delete, now, cancellation);
    }

    private static Task TellAsync(IdpDb db, Guid userId, string[]? transports, string change, DateTimeOffset now, CancellationToken cancellation) =>
        Signals.CredentialChangedAsync(db, userId, CredentialChange.PasskeyType(transports), change, now, cancellation);

    // Until the transaction's end.
    private static Task<int> LockAsync(IdpDb db, Guid userId, CancellationToken cancellation) =>
        db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, u => u.DisabledAt), cancellation);

    private static void Add(IdpDb db, Guid userId, UserPasskeyInfo registered)
    {
        var row = RowOf(userId, registered);
        db.UserPasskeys.Add(row);
        db.Entry(row).Property<long>(SignCount).CurrentValue = registered.SignCount;
    }

    // What nobody reads again is not kept: the attestation isn't verified, and names no one's device.
    private static IdentityUserPasskey<Guid> RowOf(Guid userId, UserPasskeyInfo registered) => new()
    {
        UserId = userId,
        CredentialId = registered.CredentialId,
        Data = new IdentityPasskeyData
        {
            PublicKey = registered.PublicKey,
            Name = registered.Name,
            CreatedAt = registered.CreatedAt,
            SignCount = 0,
            Transports = registered.Transports,
            IsUserVerified = registered.IsUserVerified,
            IsBackupEligible = registered.IsBackupEligible,
            IsBackedUp = registered.IsBackedUp,
            AttestationObject = [],
            ClientDataJson = [],
        },
    };
}

/// <summary>How adding a passkey ended.</summary>
public enum PasskeyAddition
{
    Added,

    /// <summary>The person has as many as anybody may have.</summary>
    TooMany,

    /// <summary>The credential is registered already, with this account or another.</summary>
    Taken,

    /// <summary>Only as the first second factor: the account has one, or what it signs in by changed since it was read.</summary>
    NotFirst,
}

/// <summary>How removing a passkey ended.</summary>
public enum PasskeyRemoval
{
    Removed,

    /// <summary>The person has no such passkey, or no longer.</summary>
    NotThere,

    /// <summary>Nothing else signs in to the account.</summary>
    OnlyWayIn,
}
