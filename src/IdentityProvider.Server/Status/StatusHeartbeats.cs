using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Background;

namespace IdentityProvider.Server.Status;

/// <summary>Sends the heartbeats, which also retire lists.</summary>
public sealed class StatusHeartbeats(PublishedStatusLists lists, ILogger<StatusHeartbeats> logger) : RepeatedWork(StatusHeartbeat.Interval, logger)
{
    protected override Task DoAsync(CancellationToken cancellation) => lists.HeartbeatAsync(cancellation);
}
