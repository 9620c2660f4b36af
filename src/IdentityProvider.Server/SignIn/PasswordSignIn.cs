using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Sign-in by password on ASP.NET Core Identity. Whether a name is unknown, the password wrong, the account locked or disabled: the same answer
/// after the same work (OWASP Authentication, "generic error messages").
/// </summary>
internal sealed class PasswordSignIn(UserManager<User> users, PasswordHashing hashing, SignInHistory history)
{
    /// <summary>The account, or why nobody signs in. Whether the attempt led to a sign-in is for others to note in its line of the history.</summary>
    public async Task<Decision<Verified>> VerifyAsync(string? username, string? password, Origin origin, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(username) || username.Length > 256 || password is null or { Length: > PasswordRules.Longest })
            return Refusal.SignInFailed;
        using var place = await hashing.EnterAsync(cancellation);
        if (!place.IsAcquired)
            return Refusal.PasswordHashingBusy;

        var user = MayBeAName(username) ? await users.FindBySignInNameAsync(username, cancellation) : null;
        var mayTry = user is { IsDisabled: false } && !await users.IsLockedOutAsync(user);

        // The attempt counts, and is noted, as failed before its outcome is known: of attempts that race none goes uncounted, and the writes, which
        // an unknown name has not, are hidden behind the hashing, which every attempt has. While an account is locked nothing is noted, so that
        // no flood fills its history.
        var verifying = hashing.VerifyAsync(user, user?.PasswordHash, password);
        var counted = !mayTry || (await users.AccessFailedAsync(user!)).Succeeded;
        var attempt = mayTry && counted ? await history.AddAsync(user!.Id, origin, SignInOutcome.WrongPassword, cancellation) : Guid.Empty;
        var verified = await verifying;
        if (user is null || !mayTry || !counted || verified == PasswordVerificationResult.Failed)
            return Refusal.SignInFailed;

        user.AccessFailedCount = 0;
        user.LockoutEnd = null;
        if (verified == PasswordVerificationResult.SuccessRehashNeeded)
            user.PasswordHash = hashing.Hash(user, password);

        // Whoever disabled the account or changed its password meanwhile was first.
        if (!(await users.UpdateAsync(user)).Succeeded)
            return Refusal.SignInFailed;
        return new Verified(user, attempt);
    }

    // Identity's alphabet of names is printable ASCII. Of what lies beyond, some can't even be normalised; an address's host may be written in it.
    private static bool MayBeAName(string username) => username.Trim().All(c => c is > ' ' and <= '~') || EmailAddress.Read(username) is not null;

    /// <param name="User">Whose password it was.</param>
    /// <param name="Attempt">The attempt's line in their history.</param>
    internal sealed record Verified(User User, Guid Attempt);
}
