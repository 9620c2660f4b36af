using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>Writes a person's sign-in history.</summary>
internal sealed class SignInHistory(SignInEvents events, Entropy entropy, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Adds a line; its identifier.</summary>
    public async Task<Guid> AddAsync(Guid userId, Origin origin, SignInOutcome outcome, CancellationToken cancellation)
    {
        var entry = new SignInEvent
        {
            EventId = entropy.NewId(),
            UserId = userId,
            At = Now,
            Address = origin.Address,
            UserAgent = origin.UserAgent,
            Outcome = outcome,
        };
        await events.AddAsync(entry, cancellation);
        return entry.EventId;
    }

    /// <summary>Says how the attempt went on that was noted as failed.</summary>
    public Task DecideAsync(Guid eventId, SignInOutcome outcome, CancellationToken cancellation) => events.DecideAsync(eventId, outcome, cancellation);
}
