using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>A person's passkeys: a new one by ASP.NET Core Identity's WebAuthn, another name for one, and an end of one.</summary>
internal sealed class PasskeyRegistration(
    UserManager<User> users, RelyingParty party, PasskeyChallenges challenges, Storage.Passkeys passkeys, SignInHistory history, NoticeMail notices)
{
    /// <summary>What the browser hands to the authenticator; those that have a passkey of this account say so themselves.</summary>
    public async Task<Decision<PasskeyOptions>> AskAsync(HttpContext http, SignedIn person)
    {
        if (await passkeys.CountAsync(person.Session.UserId, http.RequestAborted) >= Passkey.Most)
            return Refusal.TooManyPasskeys;
        var entity = new PasskeyUserEntity { Id = person.Session.UserId.ToString(), Name = person.User.Username, DisplayName = person.User.Username };
        var asked = await party.Ceremonies(users, needsUserVerification: false).MakeCreationOptionsAsync(entity, http);
        return new PasskeyOptions(asked.CreationOptionsJson, challenges.Seal(http, PasskeyCeremony.Registration, person.Session.UserId, asked.AttestationState!));
    }

    /// <summary>Adds the passkey that was made; null where it is done, else why not.</summary>
    /// <param name="http">The request.</param>
    /// <param name="person">Whose.</param>
    /// <param name="form">The answer, and its name; without one it is called as the browser is.</param>
    public async Task<Refusal?> AddAsync(HttpContext http, SignedIn person, Parameters form)
    {
        var userId = person.Session.UserId;

        // 1. It has a name.
        var device = Device.Of(Origin.Of(http).UserAgent);
        var typed = string.IsNullOrWhiteSpace(form["name"]) ? device[..Math.Min(device.Length, PasskeyRules.LongestName)] : form["name"];
        if (!PasskeyRules.ReadName(typed).Try(out var name, out var reason))
            return reason;

        // 2. It answers a challenge that this browser was just given for it.
        if (!challenges.Open(http, PasskeyCeremony.Registration, userId, form[PasskeyAnswer.Challenge]).Try(out var challenge, out reason))
            return reason;

        // 3. It is a good answer, by an authenticator of whatever make (WebAuthn §7.1).
        if (PasskeyAnswer.ReadAttestation(form) is not { } answer)
            return Refusal.PasskeyRefused;
        var attestation = await party.Ceremonies(users, needsUserVerification: false).PerformAttestationAsync(
            new PasskeyAttestationContext { HttpContext = http, CredentialJson = answer, AttestationState = challenge.State });
        if (!attestation.Succeeded)
        {
            PasskeyFailures.ThrowOutage(attestation.Failure);
            return Refusal.PasskeyRefused;
        }

        // 4. The challenge is answered for the first time, on whatever node.
        if (!await challenges.SpendAsync(challenge, http.RequestAborted))
            return Refusal.PasskeyChallengeInvalid;

        // 5. There is room for it, and nobody has it.
        switch (await passkeys.AddAsync(userId, Named(attestation.Passkey, name), CancellationToken.None))
        {
            case PasskeyAddition.TooMany:
                return Refusal.TooManyPasskeys;
            case PasskeyAddition.Taken:
                return Refusal.PasskeyTaken;
        }

        Log.PasskeyAdded(OAuthResults.Logger(http), userId);
        await TellAsync(http, userId, SignInOutcome.PasskeyAdded, NoticeKind.PasskeyAdded, name);
        return null;
    }

    /// <summary>Null where it is done, else why not.</summary>
    public async Task<Refusal?> RenameAsync(Guid userId, byte[] credentialId, string? typed, CancellationToken cancellation)
    {
        if (!PasskeyRules.ReadName(typed).Try(out var name, out var reason))
            return reason;
        return await passkeys.RenameAsync(userId, credentialId, name, cancellation) ? null : Refusal.PasskeyRefused;
    }

    /// <summary>Null where it is done, else why not.</summary>
    public async Task<Refusal?> RemoveAsync(HttpContext http, Guid userId, byte[] credentialId, string stamp)
    {
        var removed = (await passkeys.ListAsync(userId, http.RequestAborted)).FirstOrDefault(p => p.CredentialId.AsSpan().SequenceEqual(credentialId));
        switch (await passkeys.RemoveAsync(userId, credentialId, stamp, CancellationToken.None))
        {
            case PasskeyRemoval.NotThere:
                return Refusal.PasskeyRefused;
            case PasskeyRemoval.OnlyWayIn:
                return Refusal.PasskeyIsOnlyWayIn;
        }

        Log.PasskeyRemoved(OAuthResults.Logger(http), userId);
        await TellAsync(http, userId, SignInOutcome.PasskeyRemoved, NoticeKind.PasskeyRemoved, removed?.Name);
        return null;
    }

    private async Task TellAsync(HttpContext http, Guid userId, SignInOutcome outcome, NoticeKind kind, string? name)
    {
        await history.AddAsync(userId, Origin.Of(http), outcome, CancellationToken.None);
        await notices.SendAsync(userId, kind, http, name);
    }

    private UserPasskeyInfo Named(UserPasskeyInfo made, string name) =>
        new(made.CredentialId, made.PublicKey, history.Now, made.SignCount, made.Transports, made.IsUserVerified, made.IsBackupEligible, made.IsBackedUp, [], []) { Name = name };
}
