using IdentityProvider.Protocol;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// The challenges of passkeys (WebAuthn §13.4.3): what the answer is checked against goes out sealed under the master key, for one ceremony of
/// one person, and comes back with the answer. It counts in the browser that our form was given to, within five minutes, once on all nodes.
/// As each page has its own, two tabs don't disturb each other.
/// </summary>
internal sealed class PasskeyChallenges(IDataProtectionProvider protection, Forms forms, SpentIdentifiers spent, Entropy entropy, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly TokenSeal _seal = new(protection, "passkey-challenge");

    /// <summary>Seals what Identity wants to see again.</summary>
    /// <param name="http">The request of the browser that asks.</param>
    /// <param name="ceremony">What for.</param>
    /// <param name="userId">Whose ceremony it is; null where that isn't known yet.</param>
    /// <param name="state">Identity's.</param>
    public string Seal(HttpContext http, PasskeyCeremony ceremony, Guid? userId, string state) =>
        _seal.Seal(new PasskeyChallenge(entropy.NewId(), ceremony, userId, forms.BrowserOf(http), clock.GetUtcNow() + Lifetime, state));

    /// <summary>Opens one that came back; nothing is spent yet.</summary>
    public Decision<PasskeyChallenge> Open(HttpContext http, PasskeyCeremony ceremony, Guid? userId, string? sealedChallenge)
    {
        // 1. It is ours.
        if (_seal.Open<PasskeyChallenge>(sealedChallenge) is not { } challenge) return Refusal.PasskeyChallengeInvalid;

        // 2. It was given to this browser, for this ceremony, and for this person where one was known.
        if (challenge.Browser is null || challenge.Browser != forms.BrowserOf(http)) return Refusal.PasskeyChallengeInvalid;
        if (challenge.Ceremony != ceremony || challenge.UserId != userId) return Refusal.PasskeyChallengeInvalid;

        // 3. It was given just now.
        return clock.GetUtcNow() < challenge.ExpiresAt ? challenge : Refusal.PasskeyChallengeInvalid;
    }

    /// <summary>True for the first; everyone after it is too late.</summary>
    public Task<bool> SpendAsync(PasskeyChallenge challenge, CancellationToken cancellation) =>
        spent.SpendAsync("passkey", challenge.Browser!, challenge.Id.ToString("N"), challenge.ExpiresAt, clock.GetUtcNow(), cancellation);
}

/// <summary>What a challenge is for.</summary>
internal enum PasskeyCeremony
{
    /// <summary>A new passkey (WebAuthn §7.1).</summary>
    Registration,

    /// <summary>A sign-in by one (WebAuthn §7.2).</summary>
    SignIn,
}

/// <summary>A challenge that was given out.</summary>
/// <param name="Id">By which it is spent.</param>
/// <param name="Ceremony">What for.</param>
/// <param name="UserId">Whose ceremony it is; null where that wasn't known.</param>
/// <param name="Browser">The browser (<see cref="Forms.BrowserOf"/>).</param>
/// <param name="ExpiresAt">Until when it counts.</param>
/// <param name="State">Identity's, with the challenge itself.</param>
internal sealed record PasskeyChallenge(Guid Id, PasskeyCeremony Ceremony, Guid? UserId, string? Browser, DateTimeOffset ExpiresAt, string State);
