using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>Gives the audit's lines their places in the chain, within a second of their being written.</summary>
internal sealed class AuditChaining(AuditLedger ledger, AuditKey key, ILogger<AuditChaining> logger) : RepeatedWork(TimeSpan.FromMilliseconds(500), logger)
{
    /// <summary>Numbers all that waits.</summary>
    internal async Task ChainAsync(CancellationToken cancellation)
    {
        while ((await ledger.ChainAsync(key.Bytes, cancellation)).Count == AuditLedger.Batch)
        {
        }
    }

    protected override Task DoAsync(CancellationToken cancellation) => ChainAsync(cancellation);
}
