using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>How a passkey is made, by ASP.NET Core Identity's WebAuthn; what becomes of it <see cref="AccountPasskeys"/> decides.</summary>
internal sealed class PasskeyRegistration(
    UserManager<User> users, RelyingParty party, PasskeyChallenges challenges, Storage.Passkeys passkeys, Texts texts, TimeProvider clock)
{
    /// <summary>What the browser hands to the authenticator; those that have a passkey of this account say so themselves.</summary>
    /// <param name="http">The request.</param>
    /// <param name="userId">Whose it will be.</param>
    /// <param name="username">What they are called.</param>
    /// <param name="needsUserVerification">Whether the authenticator must verify the person.</param>
    public async Task<Decision<PasskeyOptions>> AskAsync(HttpContext http, Guid userId, string username, bool needsUserVerification)
    {
        if (await passkeys.CountAsync(userId, http.RequestAborted) >= Passkey.Most)
            return Refusal.TooManyPasskeys;
        var entity = new PasskeyUserEntity { Id = userId.ToString(), Name = username, DisplayName = username };
        var asked = await party.Ceremonies(users, needsUserVerification).MakeCreationOptionsAsync(entity, http);
        return new PasskeyOptions(asked.CreationOptionsJson, challenges.Seal(http, PasskeyCeremony.Registration, userId, asked.AttestationState!));
    }

    /// <summary>The passkey that was made, to be added.</summary>
    /// <param name="http">The request.</param>
    /// <param name="userId">Whose.</param>
    /// <param name="form">The answer, and its name; without one it is called as the browser is, in the person's language.</param>
    /// <param name="needsUserVerification">What it is made for needs that now.</param>
    public async Task<Decision<UserPasskeyInfo>> VerifyAsync(HttpContext http, Guid userId, Parameters form, bool needsUserVerification)
    {
        // 1. It has a name.
        if (!PasskeyRules.ReadName(string.IsNullOrWhiteSpace(form["name"]) ? NameOf(http) : form["name"]).Try(out var name, out var reason))
            return reason;

        // 2. It answers a challenge that this browser was just given for it.
        if (!challenges.Open(http, PasskeyCeremony.Registration, userId, form[PasskeyAnswer.Challenge]).Try(out var challenge, out reason))
            return reason;

        // 3. It is a good answer, by an authenticator of whatever make (WebAuthn §7.1).
        if (PasskeyAnswer.ReadAttestation(form) is not { } answer)
            return Refusal.PasskeyRefused;
        var attestation = await party.Ceremonies(users, needsUserVerification).PerformAttestationAsync(
            new PasskeyAttestationContext { HttpContext = http, CredentialJson = answer, AttestationState = challenge.State });
        if (!attestation.Succeeded)
        {
            PasskeyFailures.ThrowOutage(attestation.Failure);
            return Refusal.PasskeyRefused;
        }

        // 4. The authenticator verified the person where that is needed now, whatever the challenge asked for (§7.1 step 16).
        var made = attestation.Passkey;
        if (needsUserVerification && !made.IsUserVerified)
            return Refusal.PasskeyRefused;

        // 5. The challenge is answered for the first time, on whatever node.
        if (!await challenges.SpendAsync(challenge, http.RequestAborted))
            return Refusal.PasskeyChallengeInvalid;
        return new UserPasskeyInfo(
            made.CredentialId, made.PublicKey, clock.GetUtcNow(), made.SignCount, made.Transports, made.IsUserVerified, made.IsBackupEligible, made.IsBackedUp, [], []) { Name = name };
    }

    private string NameOf(HttpContext http)
    {
        var device = Texts.In(Languages.Of(http), () => Devices.Words(texts, Origin.Of(http).UserAgent));
        return device[..Math.Min(device.Length, PasskeyRules.LongestName)];
    }
}
