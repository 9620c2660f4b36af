using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Sign-in by passkey on ASP.NET Core Identity's WebAuthn: as the first factor, where the passkey says who it is, or as the second of a person who
/// is known. Whatever is wrong, the answer is the same. Lockout doesn't stop it: that is against guessing, and nobody guesses a key.
/// </summary>
internal sealed class PasskeySignIn(
    UserManager<User> users, RelyingParty party, PasskeyChallenges challenges, Storage.Passkeys passkeys, SignInHistory history, ILogger<PasskeySignIn> logger)
{
    /// <summary>What the browser hands to the authenticator, and the sealed challenge that comes back with the answer.</summary>
    /// <param name="http">The request.</param>
    /// <param name="user">Whose second factor it is; null where the passkey says who it is.</param>
    /// <param name="needsUserVerification">Whether the authenticator must verify the person.</param>
    public async Task<PasskeyOptions> AskAsync(HttpContext http, User? user, bool needsUserVerification)
    {
        var asked = await party.Ceremonies(users, needsUserVerification).MakeRequestOptionsAsync(user, http);
        return new PasskeyOptions(asked.RequestOptionsJson, challenges.Seal(http, PasskeyCeremony.SignIn, user?.Id, asked.AssertionState!));
    }

    /// <summary>Who that is, and what it proves.</summary>
    /// <param name="http">The request.</param>
    /// <param name="form">The answer.</param>
    /// <param name="user">As when it was asked.</param>
    /// <param name="needsUserVerification">What the sign-in needs now.</param>
    public async Task<Decision<PasskeyProof>> VerifyAsync(HttpContext http, Parameters form, User? user, bool needsUserVerification)
    {
        // 1. It answers a challenge that this browser was just given for it.
        if (!challenges.Open(http, PasskeyCeremony.SignIn, user?.Id, form[PasskeyAnswer.Challenge]).Try(out var challenge, out var reason))
            return reason;

        // 2. It is a good answer by a passkey of an account (WebAuthn §7.2).
        if (PasskeyAnswer.ReadAssertion(form) is not { } answer)
            return Refusal.PasskeyRefused;
        var assertion = await party.Ceremonies(users, needsUserVerification).PerformAssertionAsync(
            new PasskeyAssertionContext { HttpContext = http, CredentialJson = answer.Json, AssertionState = challenge.State });
        if (!assertion.Succeeded)
        {
            PasskeyFailures.ThrowOutage(assertion.Failure);
            return Refusal.PasskeyRefused;
        }

        // 3. The account may sign in.
        if (assertion.User.IsDisabled)
            return Refusal.PasskeyRefused;

        // 4. The challenge is answered for the first time, on whatever node.
        if (!await challenges.SpendAsync(challenge, http.RequestAborted))
            return Refusal.PasskeyChallengeInvalid;

        // 5. The counter goes forward (§7.2 step 22): one that doesn't may be a copy's, and its person should hear of it.
        if (!await passkeys.UseAsync(assertion.User.Id, answer.CredentialId, answer.SignCount, history.Now, http.RequestAborted))
        {
            Log.PasskeyMayBeCopied(logger, assertion.User.Id);
            await history.AddAsync(assertion.User.Id, Origin.Of(http), SignInOutcome.PasskeyMayBeCopied, http.RequestAborted);
            return Refusal.PasskeyCounterWentBack;
        }

        return new PasskeyProof(assertion.User, PasskeyRules.AmrOf(assertion.Passkey.IsBackupEligible, answer.IsUserVerified));
    }
}

/// <summary>What the browser needs for a ceremony.</summary>
/// <param name="Json">The options of <c>navigator.credentials</c>, as JSON (WebAuthn §5.4, §5.5).</param>
/// <param name="Challenge">The sealed challenge.</param>
internal sealed record PasskeyOptions(string Json, string Challenge);

/// <summary>What a passkey proved.</summary>
/// <param name="User">Who.</param>
/// <param name="Amr">By which methods.</param>
internal sealed record PasskeyProof(User User, IReadOnlyList<string> Amr);
