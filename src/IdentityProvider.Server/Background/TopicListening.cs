using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Looks as soon as the database says that a topic moved, where it does (PostgreSQL). When the connection breaks, it is made again after a
/// second, and the polling goes on meanwhile.
/// </summary>
public sealed class TopicListening(TopicSignals signals, TopicWatch watch, ILogger<TopicListening> logger) : RepeatedWork(TimeSpan.FromSeconds(1), logger)
{
    protected override Task DoAsync(CancellationToken cancellation) => signals.ListenAsync(watch.LookAsync, cancellation);
}
