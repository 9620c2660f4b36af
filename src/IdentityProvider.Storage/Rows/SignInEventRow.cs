using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Storage.Rows;

internal sealed class SignInEventRow
{
    public required Guid EventId { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    public required SignInOutcome Outcome { get; init; }
}
