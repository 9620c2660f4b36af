using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>Writes the history of a person's account.</summary>
internal sealed class SignInHistory(SignInEvents events, Entropy entropy, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Adds a line; its identifier.</summary>
    /// <param name="userId">Whose account.</param>
    /// <param name="origin">From where it happened.</param>
    /// <param name="outcome">What happened.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="detail">To what (<see cref="SignInEvent.Detail"/>).</param>
    public async Task<Guid> AddAsync(Guid userId, Origin origin, SignInOutcome outcome, CancellationToken cancellation, string? detail = null)
    {
        var entry = Line(userId, origin, outcome, detail);
        await events.AddAsync(entry, cancellation);
        return entry.EventId;
    }

    /// <summary>Counts a failure in its line of the hour; the line's identifier.</summary>
    public Task<Guid> CountAsync(Guid userId, Origin origin, SignInOutcome outcome, CancellationToken cancellation) =>
        events.CountAsync(Line(userId, origin, outcome, null), cancellation);

    /// <summary>The failure that was counted was none.</summary>
    public Task TakeBackAsync(Guid eventId, CancellationToken cancellation) => events.TakeBackAsync(eventId, cancellation);

    /// <summary>Says how the attempt went on, of which only the start was noted.</summary>
    public Task DecideAsync(Guid eventId, SignInOutcome outcome, CancellationToken cancellation, string? detail = null) =>
        events.DecideAsync(eventId, outcome, detail, cancellation);

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
