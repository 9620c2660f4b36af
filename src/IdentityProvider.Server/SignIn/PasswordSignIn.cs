using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Sign-in by password on ASP.NET Core Identity. Whether a name is unknown, the password wrong, the attempt one too many or the account disabled: the
/// same answer after the same work (OWASP Authentication, "generic error messages").
/// </summary>
internal sealed class PasswordSignIn(UserManager<User> users, PasswordHashing hashing, SignInLimits limits, SignInHistory history)
{
    /// <summary>The account, or why nobody signs in. Whether the attempt led to a sign-in is for others to note in its line of the history.</summary>
    public async Task<Decision<Verified>> VerifyAsync(HttpContext http, string? username, string? password)
    {
        var cancellation = http.RequestAborted;
        if (string.IsNullOrWhiteSpace(username) || username.Length > 256 || password is null or { Length: > PasswordRules.Longest })
            return Refusal.SignInFailed;
        using var place = await hashing.EnterAsync(cancellation);
        if (!place.IsAcquired)
            return Refusal.PasswordHashingBusy;

        var user = MayBeAName(username) ? await users.FindBySignInNameAsync(username, cancellation) : null;
        var origin = Origin.Of(http);

        // The attempt counts, and is noted, as failed before its outcome is known: of attempts that race none goes uncounted, and the writes, of
        // which not every name needs all, are hidden behind the hashing, which every attempt has. Where no attempt may be made nothing is noted, so
        // that no flood fills the history. What is begun is brought to its end, whoever has gone away meanwhile: else each right password that took longer
        // than a browser or a proxy waits would count as a wrong one, and an overload lock people out.
        var verifying = hashing.VerifyAsync(user, user?.PasswordHash, password);
        var taken = await limits.TakeAsync(http, user?.Id, username.Trim());
        var mayTry = taken is not null && user is { IsDisabled: false };
        var noted = mayTry ? await history.CountAsync(user!.Id, origin, taken!.Locks ? SignInOutcome.Locked : SignInOutcome.WrongPassword, CancellationToken.None) : Guid.Empty;
        var verified = await verifying;
        if (user is null || !mayTry || verified == PasswordVerificationResult.Failed)
        {
            history.Tally(taken is { Locks: false } ? AuditAction.SignInFailed : AuditAction.SignInLocked, user?.Id, origin, AuthenticationMethods.Password);
            return Refusal.SignInFailed;
        }

        // Whoever disabled the account or changed its password meanwhile was first.
        if (verified == PasswordVerificationResult.SuccessRehashNeeded)
        {
            user.PasswordHash = await hashing.HashAsync(user, password);
            if (!(await users.UpdateAsync(user)).Succeeded)
                return Refusal.SignInFailed;
        }

        await limits.ForgiveAsync(taken!, CancellationToken.None);
        await history.TakeBackAsync(noted, CancellationToken.None);
        return new Verified(user, await history.AddAsync(user.Id, origin, SignInOutcome.FirstFactor, CancellationToken.None));
    }

    // Identity's alphabet of names is printable ASCII. Of what lies beyond, some can't even be normalised; an address's host may be written in it.
    private static bool MayBeAName(string username) => username.Trim().All(c => c is > ' ' and <= '~') || EmailAddress.Read(username) is not null;

    /// <param name="User">Whose password it was.</param>
    /// <param name="Attempt">The attempt's line in their history.</param>
    internal sealed record Verified(User User, Guid Attempt);
}
