using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage.Rows;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Links in mails: what each does, never its secret. Using one is one conditional statement in the transaction of what it does, so that of two
/// who come at once one is served, and one that did nothing is not used up.
/// </summary>
public sealed class AccountLinks(IDbContextFactory<IdpDb> databases)
{
    private const char RoleSeparator = '\n';

    /// <summary>Adds a link; false where it is there already, which a mail that is sent again finds.</summary>
    public Task<bool> AddAsync(StoredAccountLink link, CancellationToken cancellation = default) =>
        databases.TryInsertAsync(
            (db, _) =>
            {
                db.AccountLinks.Add(new AccountLinkRow
                {
                    LinkId = link.LinkId,
                    Purpose = link.Purpose,
                    UserId = link.UserId,
                    Address = link.Address,
                    SecurityStamp = link.SecurityStamp,
                    Roles = string.Join(RoleSeparator, link.Roles),
                    Resume = link.Resume,
                    Browser = link.Browser,
                    CreatedAt = link.CreatedAt,
                    ExpiresAt = link.ExpiresAt,
                });
                return Task.CompletedTask;
            },
            (_, _) => Task.FromResult(false),
            cancellation);

    /// <summary>The link, and the security stamp of the account that it is about, as it is now; null where that is gone or disabled.</summary>
    public async Task<(StoredAccountLink Link, string? SecurityStamp)?> FindAsync(Guid linkId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.AccountLinks.AsNoTracking().FirstOrDefaultAsync(l => l.LinkId == linkId, cancellation) is not { } row)
            return null;
        var stamp = await db.Users.Where(u => u.Id == row.UserId && u.DisabledAt == null).Select(u => u.SecurityStamp).FirstOrDefaultAsync(cancellation);
        return (Read(row), stamp);
    }

    /// <summary>The newest invitation to this address that is open; null where there is none.</summary>
    public async Task<StoredAccountLink?> FindInvitationAsync(EmailAddress address, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var text = address.Text;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db.AccountLinks.AsNoTracking()
            .Where(l => l.Purpose == AccountLinkPurpose.Invitation && l.Address == text && l.UsedAt == null && l.ExpiresAt > now)
            .OrderByDescending(l => l.CreatedAt).ThenBy(l => l.LinkId)
            .FirstOrDefaultAsync(cancellation);
        return row is null ? null : Read(row);
    }

    /// <summary>
    /// Uses a link to give a person another password, lifts their lockout, and ends all that was got by the old one, offline access too; true for
    /// the one who won. With the account's stamp every other such link dies.
    /// </summary>
    /// <param name="link">As it was found.</param>
    /// <param name="passwordHash">The new one's.</param>
    /// <param name="stamp">Random; the account's stamps from now on.</param>
    /// <param name="notice">What the person is told; null where mail went off meanwhile.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> ResetPasswordAsync(
        StoredAccountLink link, string passwordHash, string stamp, OutgoingMail? notice, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var userId = link.UserId!.Value;
        return databases.TransactAsync(
            async (db, token) =>
            {
                // The link's own condition holds for the account too: it can't be used up where the account has moved on.
                if (await SpendAsync(db, link, now, token) == 0)
                    return false;
                if (await db.Users.Where(u => u.Id == userId && u.SecurityStamp == link.SecurityStamp && u.DisabledAt == null)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(u => u.PasswordHash, passwordHash)
                            .SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp),
                        token) == 0)
                    return false;
                if (notice is not null)
                    Outbox.AddMail(db, notice, now);
                await db.SaveChangesAsync(token);
                await KnownBrowsers.DistrustAsync(db, userId, token);
                await Attempts.ForgetAsync(db, AttemptKey.OfAccount(userId), token);
                await Signals.CredentialChangedAsync(db, userId, CredentialChange.Password, CredentialChange.Update, now, token);
                await Sessions.EndAllAsync(db, userId, kept: null, FamilyEnd.GrantRevoked, now, token);
                return true;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
            cancellation);
    }

    /// <summary>Uses a link to make the account that it was sent for.</summary>
    /// <param name="link">As it was found.</param>
    /// <param name="user">The account, complete but for its roles.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AccountLinkOutcome> CreateAccountAsync(StoredAccountLink link, User user, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var roles = link.Roles.Select(name => name.ToUpperInvariant()).ToList();
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    if (await SpendAsync(db, link, now, token) == 0)
                        return AccountLinkOutcome.LinkIsGone;
                    var roleIds = await db.Roles.Where(r => roles.Contains(r.NormalizedName!)).Select(r => r.Id).ToListAsync(token);
                    db.Users.Add(user);
                    db.UserRoles.AddRange(roleIds.Select(roleId => new IdentityUserRole<Guid> { UserId = user.Id, RoleId = roleId }));
                    await db.SaveChangesAsync(token);
                    return AccountLinkOutcome.Done;
                },
                (db, token) => db.Users.AnyAsync(u => u.Id == user.Id, token),
                cancellation);
        }
        catch (DbUpdateException e) when (Writes.IsUniqueViolation(e))
        {
            return AccountLinkOutcome.AddressIsTaken;
        }
    }

    /// <summary>
    /// Uses a link to write down that its address is the person's: in the columns by which people are found and in the claims that clients get, by
    /// one statement. A user name that was the old address becomes the new one. The account's new stamp ends the links sent to the old address.
    /// </summary>
    /// <param name="link">As it was found.</param>
    /// <param name="stamp">Random; the account's stamps from now on.</param>
    /// <param name="notice">What the old address is told; null where there was none.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AccountLinkOutcome> ConfirmAddressAsync(
        StoredAccountLink link, string stamp, OutgoingMail? notice, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var userId = link.UserId!.Value;
        try
        {
            var done = await databases.TransactAsync(
                async (db, token) =>
                {
                    if (await SpendAsync(db, link, now, token) == 0)
                        return false;
                    await WriteAddressAsync(db, userId, link.Address, stamp, now, token);
                    if (notice is not null)
                        Outbox.AddMail(db, notice, now);
                    await db.SaveChangesAsync(token);
                    return true;
                },
                (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
                cancellation);
            return done ? AccountLinkOutcome.Done : AccountLinkOutcome.LinkIsGone;
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            return AccountLinkOutcome.AddressIsTaken;
        }
    }

    // Somebody may change the same account at the same moment: what they wrote is read again and kept.
    private static async Task WriteAddressAsync(IdpDb db, Guid userId, string address, string stamp, DateTimeOffset now, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
            var read = user.ConcurrencyStamp;
            if (user.Email is not null && user.NormalizedUserName == user.NormalizedEmail)
                (user.UserName, user.NormalizedUserName) = (address, EmailAddress.NormalizedOf(address));
            user.SetEmail(address, isVerified: true, now);
            if (await db.Users.Where(u => u.Id == userId && u.ConcurrencyStamp == read)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(u => u.Email, user.Email).SetProperty(u => u.NormalizedEmail, user.NormalizedEmail).SetProperty(u => u.EmailConfirmed, true)
                        .SetProperty(u => u.Claims, user.Claims) // whose address alone has changed
                        .SetProperty(u => u.UserName, user.UserName).SetProperty(u => u.NormalizedUserName, user.NormalizedUserName)
                        .SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp),
                    cancellation) == 1)
                return;
        }

        throw new InvalidOperationException("An account is changed by others without pause.");
    }

    // 1. Nobody used it. 2. Its time isn't over. 3. What it is about is as it was: no account yet, or the account with the stamp of that moment.
    internal static Task<int> SpendAsync(IdpDb db, StoredAccountLink link, DateTimeOffset now, CancellationToken cancellation) =>
        db.AccountLinks.Where(l => l.LinkId == link.LinkId && l.UsedAt == null && l.ExpiresAt > now
                && (l.UserId == null || db.Users.Any(u => u.Id == l.UserId && u.SecurityStamp == l.SecurityStamp && u.DisabledAt == null)))
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellation);

    private static StoredAccountLink Read(AccountLinkRow row) => new()
    {
        LinkId = row.LinkId,
        Purpose = row.Purpose,
        UserId = row.UserId,
        Address = row.Address,
        SecurityStamp = row.SecurityStamp,
        Roles = row.Roles.Split(RoleSeparator, StringSplitOptions.RemoveEmptyEntries),
        Resume = row.Resume,
        Browser = row.Browser,
        CreatedAt = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        UsedAt = row.UsedAt,
    };
}

/// <summary>What became of using a link.</summary>
public enum AccountLinkOutcome
{
    Done,

    /// <summary>It was used by somebody else, or its time is over.</summary>
    LinkIsGone,

    /// <summary>Another account has the address since; the link is as it was.</summary>
    AddressIsTaken,
}
