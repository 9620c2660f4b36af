using IdentityProvider.Protocol.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// People's second factors, in ASP.NET Core Identity's table of tokens: the authenticator's key under Identity's own name, sealed; recovery codes a row
/// each, by a keyed hash.
/// </summary>
public sealed class SecondFactors(IDbContextFactory<IdpDb> databases)
{
    /// <summary>The provider and the name by which Identity's own stores find an authenticator's key.</summary>
    private const string IdentityStore = "[AspNetUserStore]";
    private const string AuthenticatorKey = "AuthenticatorKey";

    /// <summary>The provider of rows whose name is a recovery code's hash.</summary>
    private const string RecoveryCode = "recovery-code";

    /// <summary>What a person has.</summary>
    public async Task<AccountFactors> FindAsync(Guid userId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db.Users.Where(u => u.Id == userId)
            .Select(u => new
            {
                HasAuthenticator = db.UserTokens.Any(t => t.UserId == userId && t.LoginProvider == IdentityStore && t.Name == AuthenticatorKey),
                RecoveryCodes = db.UserTokens.Count(t => t.UserId == userId && t.LoginProvider == RecoveryCode),
                Passkeys = db.UserPasskeys.Count(p => p.UserId == userId),
            })
            .FirstOrDefaultAsync(cancellation);
        return row is null
            ? AccountFactors.None
            : new AccountFactors { HasAuthenticator = row.HasAuthenticator, RecoveryCodes = row.RecoveryCodes, Passkeys = row.Passkeys };
    }
}
