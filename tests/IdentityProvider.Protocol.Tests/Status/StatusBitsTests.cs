using System.IO.Compression;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Status;

public sealed class StatusBitsTests
{
    /// <summary>The draft's vectors: their compressed texts are one compressor's, so it is the bytes inside that must be the same.</summary>
    public static TheoryData<string, int, int, Dictionary<int, byte>, string> Vectors()
    {
        using var file = typeof(StatusBitsTests).Assembly.GetManifestResourceStream("status-vectors.json")!;
        var data = new TheoryData<string, int, int, Dictionary<int, byte>, string>();
        foreach (var vector in JsonDocument.Parse(file).RootElement.EnumerateArray())
        {
            var statuses = vector.GetProperty("statuses").EnumerateObject().ToDictionary(s => int.Parse(s.Name, System.Globalization.CultureInfo.InvariantCulture), s => s.Value.GetByte());
            data.Add(
                vector.GetProperty("name").GetString()!,
                vector.GetProperty("bits").GetInt32(),
                vector.GetProperty("size").GetInt32(),
                statuses,
                vector.GetProperty("lst").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_draft_s_vectors_have_the_same_bytes(string name, int bits, int size, Dictionary<int, byte> statuses, string lst)
    {
        var list = new StatusBits(size, bits);
        foreach (var (index, status) in statuses)
            list[index] = status;

        Assert.True(list.Bytes.SequenceEqual(Decompress(lst)), name);
        Assert.True(list.Bytes.SequenceEqual(Decompress(list.Compress())), name);
        Assert.All(statuses, status => Assert.Equal(status.Value, list[status.Key]));
    }

    [Fact]
    public void A_million_tokens_of_which_a_thousandth_is_revoked_are_a_few_kilobytes()
    {
        var list = new StatusBits(StatusList.Size, StatusList.Bits);
        for (uint i = 1; i <= 1000; i++)
            list[(int)(i * 2654435761 % 1_000_000)] = (byte)StatusValue.Invalid;

        Assert.InRange(list.Compress().Length, 1000, 8 * 1024);
    }

    [Fact]
    public void A_status_is_set_without_touching_its_neighbours()
    {
        var list = new StatusBits(12, 2);
        for (var index = 0; index < 12; index++)
            list[index] = 3;
        list[5] = 1;
        Assert.Equal([3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3], Enumerable.Range(0, 12).Select(index => list[index]));
    }

    [Fact]
    public void Refuses_an_index_outside_a_value_too_large_and_an_odd_number_of_bits()
    {
        var list = new StatusBits(8, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[8]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[0] = 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StatusBits(8, 3));
    }

    private static byte[] Decompress(string lst)
    {
        using var zlib = new ZLibStream(new MemoryStream(CanonicalBase64Url.DecodeOrNull(lst)!), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        zlib.CopyTo(bytes);
        return bytes.ToArray();
    }
}
