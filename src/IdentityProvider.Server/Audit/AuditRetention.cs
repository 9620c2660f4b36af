using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Audit;

/// <summary>Lets go of what is older than the policy says (<see cref="AuditSettings.Retention"/>), whole days at a time, and writes down that it did.</summary>
internal sealed class AuditRetention(AuditLedger ledger, AuditTrail trail, AuditKey key, Settings settings, TimeProvider clock)
{
    /// <summary>How many lines are too old.</summary>
    public Task<int> CountAsync(CancellationToken cancellation) => ledger.CountOlderAsync(End, ExpiredRows.MostCounted, cancellation);

    /// <summary>Removes all that is too old, in small batches; how many lines.</summary>
    public async Task<int> PruneAsync(Actor actor, CancellationToken cancellation)
    {
        var end = End;
        var (total, through) = (0, 0L);
        while (await ledger.PruneAsync(end, key.Bytes, cancellation) is ( > 0, var last) batch)
            (total, through) = (total + batch.Rows, last);
        if (total > 0)
            await trail.RecordAsync(AuditAction.AuditPruned, actor, AuditTarget.Audit, detail: new() { ["lines"] = total, ["through"] = through }, cancellation: CancellationToken.None);
        return total;
    }

    // Whole days, so that all nodes mean the same.
    private DateTimeOffset End => new((clock.GetUtcNow() - settings.Audit.Retention).UtcDateTime.Date, TimeSpan.Zero);
}
