using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Audit;

/// <summary>
/// The chain that shows what was changed or removed. Each row's hash is SHA-256 over the hash before it, its number and all that it says; whoever
/// changes a row would have to change all that follow, and the end of them is sealed (<see cref="AuditHead"/>) under a key that isn't in the
/// database. Anyone can check an export by the hashes alone.
/// </summary>
public static class AuditChain
{
    public const int HashLength = 32;

    private const byte Version = 1;

    /// <summary>What the first row of all follows.</summary>
    public static ReadOnlyMemory<byte> Genesis { get; } = new byte[HashLength];

    /// <summary>The hash of a row.</summary>
    /// <param name="before">The hash of the row before it.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="entry">What it says.</param>
    public static byte[] HashOf(ReadOnlySpan<byte> before, long sequence, AuditEvent entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var canonical = new ArrayBufferWriter<byte>(1024);
        canonical.Write([Version]);
        canonical.Write(before);
        Write(canonical, sequence);
        Write(canonical, entry.EventId);
        Write(canonical, (entry.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
        string?[] texts =
        [
            entry.Action, entry.Actor.Kind.ToString(), entry.Actor.Name, entry.Actor.ClientId, entry.Target.Kind, entry.Target.Id, entry.Address, entry.Device,
            entry.RequestId, entry.Before, entry.After, entry.Detail,
        ];
        foreach (var text in texts)
            Write(canonical, text);
        Write(canonical, entry.Count);
        return SHA256.HashData(canonical.WrittenSpan);
    }

    // Its length stands before each text, and none is another than an empty one: no two rows have the same bytes.
    private static void Write(ArrayBufferWriter<byte> canonical, string? text)
    {
        Write(canonical, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        if (text is not null)
            Encoding.UTF8.GetBytes(text, canonical);
    }

    private static void Write(ArrayBufferWriter<byte> canonical, Guid id)
    {
        id.TryWriteBytes(canonical.GetSpan(16), bigEndian: true, out var written);
        canonical.Advance(written);
    }

    internal static void Write(ArrayBufferWriter<byte> canonical, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(canonical.GetSpan(sizeof(long)), number);
        canonical.Advance(sizeof(long));
    }
}

/// <summary>A row in the chain.</summary>
/// <param name="Event">What it says.</param>
/// <param name="Sequence">Its number, from 1, without a gap.</param>
/// <param name="Hash">Its hash.</param>
public sealed record ChainedEvent(AuditEvent Event, long Sequence, byte[] Hash);
