using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Upstream;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Who somebody from an upstream is here: ASP.NET Core Identity's logins, by the upstream's issuer and the person's <c>sub</c> there. The account is
/// locked before its ways to sign in are counted, so that of two that go at once the last one stays.
/// </summary>
public sealed class UpstreamLinks(IDbContextFactory<IdpDb> databases)
{
    /// <summary>The account that is linked; null where none is.</summary>
    public async Task<User?> FindAsync(string issuer, string subject, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var found = await db.UserLogins.AsNoTracking().Where(l => l.LoginProvider == issuer && l.ProviderKey == subject)
            .Join(db.Users.AsNoTracking(), l => l.UserId, u => u.Id, (l, u) => new { l.ProviderKey, User = u })
            .FirstOrDefaultAsync(cancellation);

        // SQL Server's equality ignores spaces at the end.
        return found?.ProviderKey == subject ? found.User : null;
    }

    /// <summary>A person's links to these upstreams, in the issuers' order.</summary>
    public async Task<IReadOnlyList<(string Issuer, string Subject)>> ListAsync(Guid userId, IReadOnlyList<string> issuers, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var links = await db.UserLogins.AsNoTracking().Where(l => l.UserId == userId && issuers.Contains(l.LoginProvider))
            .OrderBy(l => l.LoginProvider).ThenBy(l => l.ProviderKey)
            .Select(l => new { l.LoginProvider, l.ProviderKey })
            .Take(UpstreamAccountRules.MostLinks)
            .ToListAsync(cancellation);
        return [.. links.Select(l => (l.LoginProvider, l.ProviderKey))];
    }

    /// <summary>
    /// Makes an account of somebody who came from an upstream, with its link and its roles, in one transaction; false where the name, the address or
    /// the link is taken by now.
    /// </summary>
    /// <param name="user">The account, complete.</param>
    /// <param name="session">Who they are there.</param>
    /// <param name="roles">The names of roles; one that is no more is left out.</param>
    /// <param name="invitation">What is used up by it, and its roles given; null where nobody had to be invited.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> CreateAsync(User user, UpstreamSession session, IReadOnlyList<string> roles, StoredAccountLink? invitation, CancellationToken cancellation = default)
    {
        var normalized = roles.Concat(invitation?.Roles ?? []).Select(name => name.ToUpperInvariant()).Distinct(StringComparer.Ordinal).ToList();
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    if (invitation is not null && await AccountLinks.SpendAsync(db, invitation, user.CreatedAt, token) == 0)
                        return false;
                    var roleIds = await db.Roles.Where(r => normalized.Contains(r.NormalizedName!)).Select(r => r.Id).ToListAsync(token);
                    db.Users.Add(user);
                    db.UserLogins.Add(Login(user.Id, session));
                    db.UserRoles.AddRange(roleIds.Select(roleId => new IdentityUserRole<Guid> { UserId = user.Id, RoleId = roleId }));
                    await db.SaveChangesAsync(token);
                    return true;
                },
                (db, token) => db.Users.AnyAsync(u => u.Id == user.Id, token),
                cancellation);
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            return false;
        }
    }

    /// <summary>Links an account; null where it is done, or was before.</summary>
    public async Task<Protocol.Refusal?> AddAsync(Guid userId, UpstreamSession session, CancellationToken cancellation = default)
    {
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    await LockAsync(db, userId, token);
                    var linked = await db.UserLogins.Where(l => l.LoginProvider == session.Issuer && l.ProviderKey == session.Subject).Select(l => (Guid?)l.UserId).FirstOrDefaultAsync(token);
                    var refused = UpstreamAccountRules.RefuseLink(userId, linked, await db.UserLogins.CountAsync(l => l.UserId == userId, token));
                    if (refused is not null || linked is not null)
                        return refused;
                    db.UserLogins.Add(Login(userId, session));
                    await db.SaveChangesAsync(token);
                    return null;
                },
                (db, token) => db.UserLogins.AnyAsync(l => l.UserId == userId && l.LoginProvider == session.Issuer && l.ProviderKey == session.Subject, token),
                cancellation);
        }
        catch (Exception e) when (Writes.IsUniqueViolation(e))
        {
            return Protocol.Refusal.UpstreamLinkTaken;
        }
    }

    /// <summary>
    /// Takes a link away, unless nobody could sign in to the account any more; null where it is gone. The account's stamps change with it, so that no
    /// sign-in that was half done by it goes on.
    /// </summary>
    /// <param name="userId">Whose.</param>
    /// <param name="link">Which.</param>
    /// <param name="stamp">Random; the account's stamps from now on.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Protocol.Refusal?> RemoveAsync(Guid userId, (string Issuer, string Subject) link, string stamp, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                await LockAsync(db, userId, token);
                var theirs = db.UserLogins.Where(l => l.UserId == userId);
                var this_ = theirs.Where(l => l.LoginProvider == link.Issuer && l.ProviderKey == link.Subject);
                if (!await this_.AnyAsync(token))
                    return null;
                var others = theirs.Where(l => !(l.LoginProvider == link.Issuer && l.ProviderKey == link.Subject));
                if (UpstreamAccountRules.RefuseUnlink(await WaysIn.CountAsync(db, userId, db.UserPasskeys.Where(p => p.UserId == userId), others, token)) is { } refused)
                    return refused;
                await this_.ExecuteDeleteAsync(token);
                await db.Users.Where(u => u.Id == userId)
                    .ExecuteUpdateAsync(set => set.SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, stamp), token);
                return (Protocol.Refusal?)null;
            },
            (db, token) => db.Users.AnyAsync(u => u.Id == userId && u.ConcurrencyStamp == stamp, token),
            cancellation);

    private static IdentityUserLogin<Guid> Login(Guid userId, UpstreamSession session) =>
        new() { UserId = userId, LoginProvider = session.Issuer, ProviderKey = session.Subject, ProviderDisplayName = session.Issuer };

    // Until the transaction's end.
    private static Task<int> LockAsync(IdpDb db, Guid userId, CancellationToken cancellation) =>
        db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, u => u.DisabledAt), cancellation);
}
