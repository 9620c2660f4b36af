using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Writes what was counted and gives the audit's lines their places in the chain, within a second of their being written; of all nodes one does that
/// at a time. What has its place goes out to the log, for who collects logs elsewhere.
/// </summary>
internal sealed class AuditChaining(AuditLedger ledger, AuditTally tally, AuditKey key, AuditStream stream, ILogger<AuditChaining> logger)
    : RepeatedWork(TimeSpan.FromMilliseconds(500), logger)
{
    /// <summary>An error that stands is told once a minute.</summary>
    private const int RefusalsOfALine = 120;

    private int _refusals;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await WriteAsync(alsoOpen: true, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // With a database that is away the last minute's counts are lost, and the server stops all the same.
            Log.BackgroundFailed(logger, nameof(AuditChaining), e);
        }
    }

    /// <summary>Does it at once.</summary>
    /// <param name="alsoOpen">Whether what still counts is written too.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task WriteAsync(bool alsoOpen, CancellationToken cancellation)
    {
        await tally.WriteAsync(alsoOpen, cancellation);
        IReadOnlyList<Protocol.Audit.ChainedEvent> chained;
        do
        {
            chained = await ledger.ChainAsync(key.Bytes, cancellation);
            foreach (var link in chained)
                stream.Send(link);
        }
        while (chained.Count == AuditLedger.Batch);
    }

    protected override async Task DoAsync(CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(alsoOpen: false, cancellation);
            _refusals = 0;
        }
        catch (AuditSealException e)
        {
            if (_refusals++ % RefusalsOfALine == 0)
                Log.AuditNotChained(logger, e.Message);
        }
    }
}
