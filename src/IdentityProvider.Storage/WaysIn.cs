using IdentityProvider.Storage.Rows;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// By what a person can sign in to their account: whoever takes one of them away asks here what would be left, with the account locked, so that of two
/// that go at once the last one stays.
/// </summary>
internal static class WaysIn
{
    /// <summary>How many would be left: the password, these passkeys, and by these links the upstreams that are on.</summary>
    /// <param name="db">The database.</param>
    /// <param name="userId">Whose.</param>
    /// <param name="passkeys">Of their passkeys those that would be left; null for none.</param>
    /// <param name="links">Of their links those that would be left.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<int> CountAsync(
        IdpDb db, Guid userId, IQueryable<IdentityUserPasskey<Guid>>? passkeys, IQueryable<IdentityUserLogin<Guid>> links, CancellationToken cancellation)
    {
        var upstreams = await db.Upstreams.AsNoTracking().Where(u => links.Any(l => l.LoginProvider == u.Issuer)).ToListAsync(cancellation);
        return await db.Users.CountAsync(u => u.Id == userId && u.PasswordHash != null, cancellation)
            + (passkeys is null ? 0 : await passkeys.CountAsync(cancellation))
            + upstreams.Select(Documents.Read).Count(upstream => upstream.Enabled);
    }
}
