using System.IO.Compression;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Status;

/// <summary>
/// The statuses of one list as packed bits, the first in the lowest bits of the first byte (draft-ietf-oauth-status-list, "Compressed Byte
/// Array"). Not for several threads at once.
/// </summary>
public sealed class StatusBits
{
    private readonly byte[] _bytes;
    private readonly int _bits;

    /// <param name="count">How many statuses.</param>
    /// <param name="bits">1, 2, 4 or 8 for each.</param>
    public StatusBits(int count, int bits)
    {
        if (bits is not (1 or 2 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "1, 2, 4 or 8");
        _bits = bits;
        Count = count;
        _bytes = new byte[((count * bits) + 7) / 8];
    }

    public int Count { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public byte this[int index]
    {
        get
        {
            var (at, shift) = Locate(index);
            return (byte)((_bytes[at] >> shift) & Mask);
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Mask);
            var (at, shift) = Locate(index);
            _bytes[at] = (byte)((_bytes[at] & ~(Mask << shift)) | (value << shift));
        }
    }

    /// <summary>The <c>lst</c> member: the bytes, compressed (RFC 1950) and in base64url.</summary>
    public string Compress()
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(_bytes);
        return CanonicalBase64Url.Encode(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    private int Mask => (1 << _bits) - 1;

    private (int At, int Shift) Locate(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var position = index * _bits;
        return (position / 8, position % 8);
    }
}
