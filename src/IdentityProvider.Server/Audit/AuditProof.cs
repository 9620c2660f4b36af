using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Audit;

/// <summary>Goes along the whole chain, while servers go on writing to it.</summary>
internal sealed class AuditProof(AuditLedger ledger, AuditKey key)
{
    private const int Batch = 1000;
    private const int MostAttempts = 3;

    /// <summary>What is wrong first, if anything.</summary>
    /// <param name="known">A row that was seen before; null for none.</param>
    /// <param name="progress">How much is done, from 0 to 1.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AuditProofResult> VerifyAsync((long Sequence, byte[] Hash)? known, Action<double> progress, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (head, seal) = await ledger.FindHeadAsync(cancellation);
            var fault = await WalkAsync(head, seal, known, progress, cancellation);

            // Retention may have removed rows on the way: then the beginning is another.
            if (fault is not null && attempt < MostAttempts && (await ledger.FindHeadAsync(cancellation)).Head.AnchorSequence != head.AnchorSequence)
                continue;
            return new AuditProofResult(head, fault, await ledger.CountWaitingAsync(Batch, cancellation));
        }
    }

    private async Task<AuditFault?> WalkAsync(
        AuditHead head, byte[] seal, (long Sequence, byte[] Hash)? known, Action<double> progress, CancellationToken cancellation)
    {
        var verification = AuditVerification.Begin(head, seal, key.Bytes);

        // 1. Nothing stands before the beginning.
        if (await ledger.FindFirstAsync(cancellation) is { } first && first <= head.AnchorSequence)
            return verification.Fault ?? new AuditFault(AuditFaultKind.RowForeign, first);

        // 2. Every row from there to the end, and the one that was seen before.
        while (verification.Fault is null && verification.Sequence < head.Sequence
            && await ledger.ListAsync(verification.Sequence, Batch, cancellation) is { Count: > 0 } rows)
        {
            foreach (var row in rows.Where(row => row.Sequence <= head.Sequence).TakeWhile(verification.See))
            {
                if (row.Sequence == known?.Sequence && !row.Hash.AsSpan().SequenceEqual(known.Value.Hash))
                    return new AuditFault(AuditFaultKind.RowChanged, row.Sequence);
            }

            progress((verification.Sequence - head.AnchorSequence) / (double)Math.Max(1, verification.Total));
            if (rows[^1].Sequence > head.Sequence)
                break;
        }

        if (verification.End() is { } fault)
            return fault;
        if (known?.Sequence > head.Sequence)
            return new AuditFault(AuditFaultKind.RowMissing, known.Value.Sequence);

        // 3. Nothing stands beyond the end, as it is by now.
        var (now, _) = await ledger.FindHeadAsync(cancellation);
        return await ledger.ListAsync(now.Sequence, 1, cancellation) is [var beyond] && beyond.Sequence > (await ledger.FindHeadAsync(cancellation)).Head.Sequence
            ? new AuditFault(AuditFaultKind.RowForeign, beyond.Sequence)
            : null;
    }
}

/// <summary>What a verification found.</summary>
/// <param name="Head">Both ends of the chain.</param>
/// <param name="Fault">The first fault; null where there is none.</param>
/// <param name="Waiting">How many lines wait for their place.</param>
internal sealed record AuditProofResult(AuditHead Head, AuditFault? Fault, int Waiting)
{
    public long Rows => Head.Sequence - Head.AnchorSequence;
}
