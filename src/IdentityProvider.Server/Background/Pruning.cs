using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>Removes what has expired, a bounded number of rows at a time; nodes share the work.</summary>
public sealed class Pruning(ExpiredRows rows, TimeProvider clock, ILogger<Pruning> logger) : RepeatedWork(TimeSpan.FromMinutes(1), logger)
{
    protected override Task DoAsync(CancellationToken cancellation) => rows.PruneAsync(clock.GetUtcNow(), cancellation);
}
