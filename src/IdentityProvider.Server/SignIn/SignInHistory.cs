using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>Writes the history of a person's account, and with it what the audit tells of the same.</summary>
internal sealed class SignInHistory(SignInEvents events, AuditTrail audit, AuditTally tally, Entropy entropy, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Adds a line; its identifier.</summary>
    /// <param name="userId">Whose account.</param>
    /// <param name="origin">From where it happened.</param>
    /// <param name="outcome">What happened.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="detail">To what (<see cref="SignInEvent.Detail"/>).</param>
    /// <param name="told">What the audit tells of it, where that is more than the detail.</param>
    public async Task<Guid> AddAsync(Guid userId, Origin origin, SignInOutcome outcome, CancellationToken cancellation, string? detail = null, AuditTold? told = null)
    {
        var entry = Line(userId, origin, outcome, detail);
        // Names that a person chose, as of a passkey, are theirs alone.
        var isTold = outcome is SignInOutcome.ProfileChanged or SignInOutcome.LinkAdded or SignInOutcome.LinkRemoved;
        told ??= new AuditTold(AuditTarget.User(userId), Detail: isTold ? new() { ["about"] = detail } : null);
        var line = ActionOf(outcome) is { } action ? audit.Line(action, Actor.Person(userId).By(origin), told.Target, told.Before, told.After, told.Detail) : null;
        await events.AddAsync(entry, line, cancellation);
        return entry.EventId;
    }

    /// <summary>Counts for the audit that a try failed, in memory: whoever tries names, or has none, costs nothing more.</summary>
    /// <param name="action">What was tried.</param>
    /// <param name="userId">Whose account; null where there is none of that name.</param>
    /// <param name="origin">From where.</param>
    /// <param name="method">By what.</param>
    public void Tally(AuditAction action, Guid? userId, Origin origin, string method) =>
        tally.Count(action, Actor.Anonymous.By(origin), userId is { } known ? AuditTarget.User(known) : AuditTarget.NoUser, ("method", method));

    /// <summary>Counts a failure in its line of the hour; the line's identifier.</summary>
    public Task<Guid> CountAsync(Guid userId, Origin origin, SignInOutcome outcome, CancellationToken cancellation) =>
        events.CountAsync(Line(userId, origin, outcome, null), cancellation);

    /// <summary>The failure that was counted was none.</summary>
    public Task TakeBackAsync(Guid eventId, CancellationToken cancellation) => events.TakeBackAsync(eventId, cancellation);

    /// <summary>Says how the attempt went on, of which only the start was noted.</summary>
    public Task DecideAsync(Guid eventId, SignInOutcome outcome, CancellationToken cancellation, string? detail = null) =>
        events.DecideAsync(eventId, outcome, detail, cancellation);

    // What isn't here is told where it happens, since there is more to say, or counted.
    private static AuditAction? ActionOf(SignInOutcome outcome) => outcome switch
    {
        SignInOutcome.PasswordChanged => AuditAction.UserPasswordChanged,
        SignInOutcome.SecondFactorAdded => AuditAction.SecondFactorAdded,
        SignInOutcome.SecondFactorRemoved => AuditAction.SecondFactorRemoved,
        SignInOutcome.RecoveryCodesMade => AuditAction.RecoveryCodesMade,
        SignInOutcome.RecoveryCodeUsed => AuditAction.RecoveryCodeUsed,
        SignInOutcome.PasskeyAdded => AuditAction.PasskeyAdded,
        SignInOutcome.PasskeyRemoved => AuditAction.PasskeyRemoved,
        SignInOutcome.PasskeyMayBeCopied => AuditAction.PasskeyRefused,
        SignInOutcome.PasswordReset => AuditAction.UserPasswordReset,
        SignInOutcome.AccountMade => AuditAction.UserCreated,
        SignInOutcome.EmailChanged => AuditAction.UserEmailChanged,
        SignInOutcome.AppConnected => AuditAction.GrantGiven,
        SignInOutcome.AppRemoved => AuditAction.GrantWithdrawn,
        SignInOutcome.DataExported => AuditAction.UserDataExported,
        SignInOutcome.LinkAdded => AuditAction.UserLinked,
        SignInOutcome.LinkRemoved => AuditAction.UserUnlinked,
        SignInOutcome.ProfileChanged => AuditAction.UserChanged,
        _ => null,
    };

    private SignInEvent Line(Guid userId, Origin origin, SignInOutcome outcome, string? detail) => new()
    {
        EventId = entropy.NewId(),
        UserId = userId,
        At = Now,
        Address = origin.Address,
        UserAgent = origin.UserAgent,
        Outcome = outcome,
        Detail = detail,
    };
}
