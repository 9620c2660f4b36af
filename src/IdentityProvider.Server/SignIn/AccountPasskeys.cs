using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>The passkeys of an account: a new one, the first on the way in, another name for one, and an end of one. Their person is told by mail.</summary>
internal sealed class AccountPasskeys(
    PasskeyRegistration registration, Storage.Passkeys passkeys, RecoveryCodes recoveryCodes, SignInHistory history, NoticeMail notices, Entropy entropy)
{
    /// <summary>Adds the passkey that was made; null where it is done, else why not.</summary>
    public async Task<Refusal?> AddAsync(HttpContext http, Guid userId, Parameters form)
    {
        if (!(await registration.VerifyAsync(http, userId, form, needsUserVerification: false)).Try(out var made, out var reason))
            return reason;

        // There is room for it, and nobody has it.
        if (RefusalOf(await passkeys.AddAsync(userId, made, CancellationToken.None)) is { } refused)
            return refused;
        await TellAddedAsync(http, userId, made.Name);
        return null;
    }

    /// <summary>
    /// Adds the passkey that was made as the first second factor of an account, on the way in. It counts as one from this moment: whoever made it holds it.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="user">Whose; with the account's new stamps afterwards.</param>
    /// <param name="form">The answer.</param>
    /// <param name="needsUserVerification">Whether the sign-in needs an authenticator that verifies the person.</param>
    public async Task<Decision<PasskeyEnrollment>> EnrollAsync(HttpContext http, User user, Parameters form, bool needsUserVerification)
    {
        if (!(await registration.VerifyAsync(http, user.Id, form, needsUserVerification)).Try(out var made, out var reason))
            return reason;
        var (codes, hashes) = recoveryCodes.Make(user.Id);
        var stamp = entropy.NewId().ToString("D");

        // Where what the account signs in by changed since it was read, whoever is here may not be its person.
        if (RefusalOf(await passkeys.AddFirstAsync(user.Id, made, hashes, stamp, user.SecurityStamp, CancellationToken.None)) is { } refused)
            return refused;
        user.SecurityStamp = user.ConcurrencyStamp = stamp;
        await TellAddedAsync(http, user.Id, made.Name);
        return new PasskeyEnrollment(PasskeyRules.AmrOf(made.IsBackupEligible, made.IsUserVerified), codes);
    }

    /// <summary>Null where it is done, else why not.</summary>
    public async Task<Refusal?> RenameAsync(HttpContext http, Guid userId, byte[] credentialId, string? typed)
    {
        if (!PasskeyRules.ReadName(typed).Try(out var name, out var reason))
            return reason;
        if (!await passkeys.RenameAsync(userId, credentialId, name, http.RequestAborted))
            return Refusal.PasskeyRefused;
        await AuditTrail.ByPersonAsync(http, userId, AuditAction.PasskeyRenamed, AuditTarget.User(userId));
        return null;
    }

    /// <summary>Null where it is done, else why not.</summary>
    public async Task<Refusal?> RemoveAsync(HttpContext http, Guid userId, byte[] credentialId)
    {
        var removed = (await passkeys.ListAsync(userId, http.RequestAborted)).FirstOrDefault(p => p.CredentialId.AsSpan().SequenceEqual(credentialId));
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        switch (await passkeys.RemoveAsync(userId, credentialId, entropy.NewId().ToString("D"), now, CancellationToken.None))
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

    private static Refusal? RefusalOf(PasskeyAddition addition) => addition switch
    {
        PasskeyAddition.Added => null,
        PasskeyAddition.TooMany => Refusal.TooManyPasskeys,
        PasskeyAddition.Taken => Refusal.PasskeyTaken,
        _ => Refusal.PasskeyRefused,
    };

    private Task TellAddedAsync(HttpContext http, Guid userId, string? name)
    {
        Log.PasskeyAdded(OAuthResults.Logger(http), userId);
        return TellAsync(http, userId, SignInOutcome.PasskeyAdded, NoticeKind.PasskeyAdded, name);
    }

    private async Task TellAsync(HttpContext http, Guid userId, SignInOutcome outcome, NoticeKind kind, string? name)
    {
        await history.AddAsync(userId, Origin.Of(http), outcome, CancellationToken.None, name);
        await notices.SendAsync(userId, kind, http, name);
    }
}

/// <summary>What a passkey that was made on the way in leads to.</summary>
/// <param name="Amr">The methods that it proves (RFC 8176).</param>
/// <param name="RecoveryCodes">To be shown once.</param>
internal sealed record PasskeyEnrollment(IReadOnlyList<string> Amr, IReadOnlyList<string> RecoveryCodes);
