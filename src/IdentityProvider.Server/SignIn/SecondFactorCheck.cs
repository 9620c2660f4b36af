using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>Verifies what a person typed as a second factor: a code of their authenticator app, or a recovery code.</summary>
internal sealed class SecondFactorCheck(
    Authenticators authenticators, RecoveryCodes recoveryCodes, SecondFactorTries tries, BrowserMemory memory, SignInHistory history, TimeProvider clock)
{
    /// <summary>By which method the person proved it (RFC 8176), or why they didn't.</summary>
    /// <param name="http">The request.</param>
    /// <param name="userId">Who.</param>
    /// <param name="code">What was typed as the app's code.</param>
    /// <param name="recoveryCode">What was typed as a recovery code.</param>
    public async Task<Decision<string>> VerifyAsync(HttpContext http, Guid userId, string? code, string? recoveryCode)
    {
        // 1. It looks like one: what can't be one is no try.
        var (ofApp, ofPaper) = (Totp.Read(code), RecoveryCode.Read(recoveryCode));
        if (ofApp is null && ofPaper is null)
            return Refusal.SecondFactorWrong;

        // 2. Another try is allowed. It counts before its outcome is known, so that of tries that race none goes uncounted; and the outcome is found, whoever
        // has gone away meanwhile, so that none that is right stays counted as wrong.
        var browser = memory.PresentedHash(http);
        if (!await tries.TakeAsync(userId, browser, clock.GetUtcNow(), CancellationToken.None))
            return Refusal.SecondFactorTriedTooOften;

        // 3. It is right, and nobody used it before.
        var isRight = ofApp is not null
            ? await authenticators.SpendAsync(userId, ofApp, CancellationToken.None)
            : await recoveryCodes.SpendAsync(userId, ofPaper!, CancellationToken.None);
        if (!isRight)
        {
            await history.CountAsync(userId, Origin.Of(http), SignInOutcome.WrongSecondFactor, CancellationToken.None);
            history.Tally(AuditAction.SecondFactorFailed, userId, Origin.Of(http), ofApp is not null ? AuthenticationMethods.OneTimeCode : "recovery");
            return Refusal.SecondFactorWrong;
        }

        await tries.ForgetAsync(userId, browser, CancellationToken.None);
        if (ofApp is null)
            await history.AddAsync(userId, Origin.Of(http), SignInOutcome.RecoveryCodeUsed, CancellationToken.None);
        return AuthenticationMethods.OneTimeCode;
    }
}
