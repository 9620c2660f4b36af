using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>Removes what has expired, a bounded number of rows at a time; nodes share the work.</summary>
internal sealed class Pruning(ExpiredRows rows, SignalStreams streams, UnusedClients unused, AuditRetention audit, TimeProvider clock, ILogger<Pruning> logger) : RepeatedWork(TimeSpan.FromMinutes(1), logger)
{
    protected override async Task DoAsync(CancellationToken cancellation)
    {
        // What a busy hour left behind is removed at the pace of the database, however much it is.
        while ((await rows.PruneAsync(clock.GetUtcNow(), cancellation)).HasMore)
        {
        }

        await streams.SettleAsync(clock.GetUtcNow(), cancellation);
        var itself = Actor.System("pruning");
        await unused.RemoveAsync(itself, cancellation);
        await audit.PruneAsync(itself, cancellation);
    }
}
