using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>Removes what has expired, a bounded number of rows at a time; nodes share the work.</summary>
public sealed class Pruning(ExpiredRows rows, Registrations registrations, Settings settings, TimeProvider clock, ILogger<Pruning> logger) : RepeatedWork(TimeSpan.FromMinutes(1), logger)
{
    protected override async Task DoAsync(CancellationToken cancellation)
    {
        // What a busy hour left behind is removed at the pace of the database, however much it is.
        while ((await rows.PruneAsync(clock.GetUtcNow(), cancellation)).HasMore)
        {
        }

        while (await registrations.RemoveUnusedAsync(clock.GetUtcNow() - settings.Registration.UnusedClientsKept, clock.GetUtcNow(), cancellation) >= Registrations.Batch)
        {
        }
    }
}
