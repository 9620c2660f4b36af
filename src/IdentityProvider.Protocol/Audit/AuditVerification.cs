namespace IdentityProvider.Protocol.Audit;

/// <summary>What is wrong with the chain.</summary>
public enum AuditFaultKind
{
    /// <summary>The ends of the chain are not sealed under this server's key: they were written by somebody else, or the master key is another.</summary>
    SealBroken,

    /// <summary>A row isn't there.</summary>
    RowMissing,

    /// <summary>A row doesn't say what it said, or doesn't follow from the one before it.</summary>
    RowChanged,

    /// <summary>A row stands where none may: beyond the end, or before the beginning.</summary>
    RowForeign,

    /// <summary>All rows follow from each other, and the last is not the one that was sealed: the end was written anew.</summary>
    EndChanged,
}

/// <summary>The first thing that is wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Sequence">The row's number.</param>
public sealed record AuditFault(AuditFaultKind Kind, long Sequence);

/// <summary>Goes along the chain, row by row in order, from behind the anchor to the end that its sealed head tells; stops at the first fault.</summary>
public sealed class AuditVerification
{
    private readonly AuditHead _head;
    private byte[] _hash;

    private AuditVerification(AuditHead head, AuditFault? fault) => (_head, _hash, Sequence, Fault) = (head, head.AnchorHash, head.AnchorSequence, fault);

    /// <summary>The last row that was seen and found right.</summary>
    public long Sequence { get; private set; }

    /// <summary>The first fault; null while there is none.</summary>
    public AuditFault? Fault { get; private set; }

    /// <summary>How many rows there are to see.</summary>
    public long Total => _head.Sequence - _head.AnchorSequence;

    /// <summary>Begins.</summary>
    /// <param name="head">Both ends, as they are stored.</param>
    /// <param name="seal">Their seal, as it is stored.</param>
    /// <param name="key">The key of seals.</param>
    public static AuditVerification Begin(AuditHead head, ReadOnlySpan<byte> seal, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(head);
        return new(head, head.IsSealed(key, seal) ? null : new AuditFault(AuditFaultKind.SealBroken, head.Sequence));
    }

    /// <summary>Looks at the next row; false at the first fault.</summary>
    public bool See(ChainedEvent row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (Fault is not null)
            return false;

        // 1. It stands between the anchor and the end.
        if (row.Sequence <= _head.AnchorSequence || row.Sequence > _head.Sequence)
            return Fail(AuditFaultKind.RowForeign, row.Sequence);

        // 2. It is the next.
        if (row.Sequence != Sequence + 1)
            return row.Sequence <= Sequence ? Fail(AuditFaultKind.RowForeign, row.Sequence) : Fail(AuditFaultKind.RowMissing, Sequence + 1);

        // 3. It says what it said.
        var hash = AuditChain.HashOf(_hash, row.Sequence, row.Event);
        if (!hash.AsSpan().SequenceEqual(row.Hash))
            return Fail(AuditFaultKind.RowChanged, row.Sequence);
        (_hash, Sequence) = (hash, row.Sequence);
        return true;
    }

    /// <summary>After the last row: nothing is missing at the end, and it is the end that was sealed. The fault, or null where all is right.</summary>
    public AuditFault? End()
    {
        if (Fault is not null)
            return Fault;
        if (Sequence != _head.Sequence)
            Fail(AuditFaultKind.RowMissing, Sequence + 1);
        else if (!_hash.AsSpan().SequenceEqual(_head.Hash))
            Fail(AuditFaultKind.EndChanged, Sequence);
        return Fault;
    }

    private bool Fail(AuditFaultKind kind, long sequence)
    {
        Fault = new AuditFault(kind, sequence);
        return false;
    }
}
