using System.Buffers;
using System.Security.Cryptography;

namespace IdentityProvider.Protocol.Audit;

/// <summary>
/// Both ends of the chain: its last row, and the last one that retention removed, after which it begins now. Sealed by HMAC-SHA-256 under a key
/// derived from the master key, so that whoever has the database alone can neither shorten the chain nor write it anew.
/// </summary>
/// <param name="Sequence">The last row's number; 0 where there was none yet.</param>
/// <param name="Hash">The last row's hash.</param>
/// <param name="AnchorSequence">The number of the last row that retention removed; 0 where it removed none.</param>
/// <param name="AnchorHash">That row's hash.</param>
public sealed record AuditHead(long Sequence, byte[] Hash, long AnchorSequence, byte[] AnchorHash)
{
    private const byte Version = 1;

    /// <summary>Before the first row. It needs no seal: nothing may be there.</summary>
    public static AuditHead None => new(0, AuditChain.Genesis.ToArray(), 0, AuditChain.Genesis.ToArray());

    /// <summary>The seal.</summary>
    /// <param name="key">Of this purpose alone.</param>
    public byte[] Seal(ReadOnlySpan<byte> key)
    {
        var canonical = new ArrayBufferWriter<byte>(128);
        canonical.Write([Version]);
        AuditChain.Write(canonical, Sequence);
        canonical.Write(Hash);
        AuditChain.Write(canonical, AnchorSequence);
        canonical.Write(AnchorHash);
        return HMACSHA256.HashData(key, canonical.WrittenSpan);
    }

    /// <summary>Whether the seal is this head's. That of nothing is empty.</summary>
    public bool IsSealed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> seal) => seal.IsEmpty
        ? Sequence == 0 && AnchorSequence == 0
        : CryptographicOperations.FixedTimeEquals(seal, Seal(key));

    /// <summary>Puts rows to the end: each with its number and hash, and the new head.</summary>
    public (AuditHead Head, IReadOnlyList<ChainedEvent> Chained) Append(IEnumerable<AuditEvent> entries)
    {
        var (sequence, hash) = (Sequence, Hash);
        var chained = new List<ChainedEvent>();
        foreach (var entry in entries)
        {
            hash = AuditChain.HashOf(hash, ++sequence, entry);
            chained.Add(new ChainedEvent(entry, sequence, hash));
        }

        return (this with { Sequence = sequence, Hash = hash }, chained);
    }
}
