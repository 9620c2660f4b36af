using IdentityProvider.Protocol;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Sign-in by password on ASP.NET Core Identity. Whether a name is unknown, the password wrong, the account locked or disabled: the same answer
/// after the same work (OWASP Authentication, "generic error messages").
/// </summary>
internal sealed class PasswordSignIn(UserManager<User> users, PasswordHashing hashing)
{
    /// <summary>Longer than any password or passphrase that a person types; in characters.</summary>
    private const int LongestPassword = 1024;

    /// <summary>The account, or why nobody signs in.</summary>
    public async Task<Decision<User>> VerifyAsync(string? username, string? password, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(username) || username.Length > 256 || password is null or { Length: > LongestPassword })
            return Refusal.SignInFailed;
        using var place = await hashing.EnterAsync(cancellation);
        if (!place.IsAcquired)
            return Refusal.PasswordHashingBusy;

        var user = await users.FindByNameAsync(username.Trim());
        var mayTry = user is { IsDisabled: false } && !await users.IsLockedOutAsync(user);

        // The attempt counts as failed before its outcome is known: of attempts that race none goes uncounted, and the write, which an unknown
        // name has not, is hidden behind the hashing, which every attempt has.
        var verifying = hashing.VerifyAsync(user, user?.PasswordHash, password);
        var counted = !mayTry || (await users.AccessFailedAsync(user!)).Succeeded;
        var verified = await verifying;
        if (user is null || !mayTry || !counted || verified == PasswordVerificationResult.Failed)
            return Refusal.SignInFailed;

        user.AccessFailedCount = 0;
        user.LockoutEnd = null;
        if (verified == PasswordVerificationResult.SuccessRehashNeeded)
            user.PasswordHash = hashing.Hash(user, password);
        await users.UpdateAsync(user);
        return user;
    }
}
