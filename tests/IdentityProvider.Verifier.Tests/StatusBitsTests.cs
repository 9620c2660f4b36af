using System.IO.Compression;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Decoding of lists: the draft's vectors, and what nobody honest sends.</summary>
public sealed class StatusBitsTests
{
    public static TheoryData<int> Widths => [1, 2, 4, 8];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Reads_the_vectors_of_the_draft(int bits)
    {
        var (text, expected) = bits switch
        {
            1 => (Vectors.Lst1, Vectors.Statuses1),
            2 => (Vectors.Lst2, Vectors.Statuses2),
            4 => (Vectors.Lst4, Vectors.Statuses4),
            _ => (Vectors.Lst8, Vectors.Statuses8),
        };
        var statuses = Read(text, bits);
        var named = expected.ToDictionary(status => status.Index, status => status.Value);
        Assert.Equal(1 << 20, statuses.Count);
        for (long index = 0; index < statuses.Count; index++)
        {
            Assert.True(statuses.TryGet(index, out var value));
            if (value != named.GetValueOrDefault(index)) Assert.Fail($"status {index} is {value}");
        }
        Assert.False(statuses.TryGet(1 << 20, out _));
    }

    [Fact]
    public void Reads_the_short_examples_of_the_draft()
    {
        Assert.Equal([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], All(Read("eNrbuRgAAhcBXQ", 1)));
        Assert.Equal([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], All(Read("eNo76fITAAPfAgc", 2)));
    }

    [Fact]
    public void A_list_costs_memory_by_what_is_set_in_it()
    {
        Assert.Equal(0, Read(Given.Zlib(new byte[262_144]), 2).OwnPages);
        Assert.True(Read(Vectors.Lst2, 2).OwnPages <= 11);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    public void Refuses_another_number_of_bits(int bits) => Assert.Equal(VerifierRefusal.StatusListMalformed, StatusBits.Read(Compressed(new byte[4]), bits, out _));

    [Fact]
    public void Refuses_what_is_not_zlib()
    {
        Assert.Equal(VerifierRefusal.StatusListMalformed, StatusBits.Read([1, 2, 3, 4], 2, out _));
        Assert.Equal(VerifierRefusal.StatusListMalformed, StatusBits.Read([], 2, out _));
        Assert.Equal(VerifierRefusal.StatusListMalformed, StatusBits.Read(Compressed([]), 2, out _));
    }

    [Fact]
    public void Refuses_a_list_that_was_cut_or_whose_checksum_is_wrong()
    {
        var bytes = new byte[5000];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 7919 >> 3);
        var whole = Compressed(bytes);
        Assert.Equal(VerifierRefusal.StatusListMalformed, StatusBits.Read(whole[..(whole.Length / 2)], 2, out _));
        whole[^1] ^= 1;
        Assert.Equal(VerifierRefusal.StatusListMalformed, StatusBits.Read(whole, 2, out _));
    }

    [Fact]
    public void Refuses_a_bomb_and_accepts_the_largest_list()
    {
        Assert.Equal(VerifierRefusal.StatusListTooLarge, StatusBits.Read(Compressed(new byte[1 << 30 >> 4]), 1, out _));
        Assert.Equal(VerifierRefusal.StatusListTooLarge, StatusBits.Read(Compressed(new byte[StatusBits.MaxLength + 1]), 1, out _));
        Assert.Null(StatusBits.Read(Compressed(new byte[StatusBits.MaxLength]), 1, out var largest));
        Assert.Equal(8L * StatusBits.MaxLength, largest!.Count);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Setting_a_range_changes_that_range_alone_and_a_copy(int bits)
    {
        var before = Read(Given.Zlib(new byte[4096]), bits);
        var top = (1 << bits) - 1;
        Assert.True(before.TrySet([new(1021, 6, top), new(1024, 1, 0), new(before.Count - 1, 1, 1)], out var after));
        for (long index = 0; index < after.Count; index++)
        {
            var expected = index is >= 1021 and < 1027 and not 1024 ? top : index == after.Count - 1 ? 1 : 0;
            Assert.True(after.TryGet(index, out var value) && value == expected, $"{index}");
            Assert.True(before.TryGet(index, out var old) && old == 0);
        }
    }

    [Theory]
    [InlineData(64, 1, 1)]
    [InlineData(63, 2, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 1, 4)]
    [InlineData(0, long.MaxValue, 1)]
    [InlineData(long.MaxValue, long.MaxValue, 1)]
    public void Refuses_a_range_that_does_not_fit(long first, long count, int value) =>
        Assert.False(Read(Given.Zlib(new byte[16]), 2).TrySet([new(first, count, value)], out _));

    [Fact]
    public void Refuses_more_changes_than_there_are_statuses() =>
        Assert.False(Read(Given.Zlib(new byte[16]), 2).TrySet([new(0, 64, 1), new(0, 1, 1)], out _));

    private static StatusBits Read(string lst, int bits)
    {
        Assert.Null(StatusBits.Read(CanonicalBase64Url.DecodeOrNull(lst)!, bits, out var statuses));
        return statuses!;
    }

    private static IEnumerable<int> All(StatusBits statuses)
    {
        for (long index = 0; statuses.TryGet(index, out var value); index++) yield return value;
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest)) zlib.Write(bytes);
        return compressed.ToArray();
    }
}
