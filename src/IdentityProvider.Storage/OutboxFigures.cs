namespace IdentityProvider.Storage;

/// <summary>The outbox in numbers.</summary>
/// <param name="Waiting">Messages that are not delivered, and not given up.</param>
/// <param name="Oldest">How old the oldest of them is.</param>
/// <param name="Overdue">For how long the next attempt at one of them has been due; zero where nothing is.</param>
/// <param name="GivenUp">Messages that were given up.</param>
public sealed record OutboxFigures(long Waiting, TimeSpan Oldest, TimeSpan Overdue, long GivenUp)
{
    public static OutboxFigures None { get; } = new(0, TimeSpan.Zero, TimeSpan.Zero, 0);
}
