using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace IdentityProvider.Verifier.Rules;

/// <summary>
/// The statuses of a list (draft-ietf-oauth-status-list §4.1), immutable: a change copies the one page that it touches. Pages in which every
/// status is 0 are one and the same, so a list costs memory by what was revoked, not by what was issued.
/// </summary>
internal sealed class StatusBits
{
    /// <summary>A list longer than this, in bytes, decompressed, is refused.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private const int PageLength = 1024;
    private const uint Adler32Start = 1;
    private static readonly byte[] Zeros = new byte[PageLength];

    private readonly byte[][] _pages;
    private readonly int _bits;

    private StatusBits(byte[][] pages, int bits, long count)
    {
        _pages = pages;
        _bits = bits;
        Count = count;
    }

    /// <summary>How many statuses there are.</summary>
    public long Count { get; }

    /// <summary>How many pages take memory of their own.</summary>
    public int OwnPages => _pages.Count(page => page != Zeros);

    /// <summary>Decompresses a list (§4.1: DEFLATE in the ZLIB format), or says why not.</summary>
    public static VerifierRefusal? Read(byte[] compressed, int bits, out StatusBits? statuses)
    {
        statuses = null;
        if (bits is not (1 or 2 or 4 or 8)) return VerifierRefusal.StatusListMalformed;
        List<byte[]> pages = [];
        var length = 0;
        var sum = Adler32Start;
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
            var page = new byte[PageLength];
            int read;
            while ((read = zlib.ReadAtLeast(page, PageLength, throwOnEndOfStream: false)) > 0)
            {
                length += read;
                if (length > MaxLength) return VerifierRefusal.StatusListTooLarge;
                sum = Adler32(sum, page.AsSpan(0, read));
                if (page.AsSpan(0, read).ContainsAnyExcept((byte)0))
                {
                    page.AsSpan(read).Clear();
                    pages.Add(page);
                    page = new byte[PageLength];
                }
                else
                {
                    pages.Add(Zeros);
                }
            }
        }
        catch (InvalidDataException)
        {
            return VerifierRefusal.StatusListMalformed;
        }

        // The framework's stream takes a cut list for a short one; the checksum at the end tells (RFC 1950 §2.2).
        if (length == 0 || compressed.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(compressed.AsSpan(^4)) != sum) return VerifierRefusal.StatusListMalformed;
        statuses = new StatusBits([.. pages], bits, (long)length * (8 / bits));
        return null;
    }

    /// <summary>The status at an index; false outside the list (§8.3).</summary>
    public bool TryGet(long index, out int value)
    {
        value = 0;
        if (index < 0 || index >= Count) return false;
        var perByte = 8 / _bits;
        var at = (int)(index / perByte);
        value = (_pages[at / PageLength][at % PageLength] >> ((int)(index % perByte) * _bits)) & Mask;
        return true;
    }

    /// <summary>These ranges set; false when one lies outside the list, its value needs more bits, or they are more than the list is long.</summary>
    public bool TrySet(IReadOnlyList<StatusRange> ranges, [NotNullWhen(true)] out StatusBits? changed)
    {
        changed = null;
        var left = Count;
        foreach (var (first, count, value) in ranges)
        {
            if (first < 0 || count < 1 || first >= Count || count > Count - first || value < 0 || value > Mask) return false;
            left -= count;
            if (left < 0) return false; // more changes than statuses: the whole list is cheaper
        }

        var pages = (byte[][])_pages.Clone();
        foreach (var (first, count, value) in ranges)
            for (var index = first; index < first + count; index++)
                Set(pages, index, value);
        changed = new StatusBits(pages, _bits, Count);
        return true;
    }

    // RFC 1950 §8.2: two sums modulo 65521. A page is short enough for both to stay within 32 bits before they are reduced.
    private static uint Adler32(uint sum, ReadOnlySpan<byte> bytes)
    {
        var (low, high) = (sum & 0xffff, sum >> 16);
        foreach (var one in bytes)
        {
            low += one;
            high += low;
        }
        return (high % 65521 << 16) | (low % 65521);
    }

    private int Mask => (1 << _bits) - 1;

    private void Set(byte[][] pages, long index, int value)
    {
        var perByte = 8 / _bits;
        var at = (int)(index / perByte);
        var shift = (int)(index % perByte) * _bits;
        var page = pages[at / PageLength];
        if (page == _pages[at / PageLength]) page = pages[at / PageLength] = (byte[])page.Clone();
        ref var cell = ref page[at % PageLength];
        cell = (byte)((cell & ~(Mask << shift)) | (value << shift));
    }
}

/// <summary>Statuses that an event sets: <c>[first, count, value]</c>.</summary>
internal readonly record struct StatusRange(long First, long Count, int Value);
