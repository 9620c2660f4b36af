namespace IdentityProvider.Jose.Tests;

public sealed class CanonicalBase64UrlTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "Zg")]
    [InlineData("fo", "Zm8")]
    [InlineData("foo", "Zm9v")]
    [InlineData("foob", "Zm9vYg")]
    [InlineData("fooba", "Zm9vYmE")]
    [InlineData("foobar", "Zm9vYmFy")]
    public void Reads_and_writes_the_vectors_of_rfc_4648_without_padding(string plain, string encoded)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(plain);

        Assert.Equal(encoded, CanonicalBase64Url.Encode(bytes));
        Assert.Equal(bytes, CanonicalBase64Url.DecodeOrNull(encoded));
    }

    [Theory]
    [InlineData("Zg==")] // padding
    [InlineData("Zm8=")]
    [InlineData("Zm9v ")] // white space, which the framework's decoder skips
    [InlineData(" Zm9v")]
    [InlineData("Zm\n9v")]
    [InlineData("Zm9v\r\n")]
    [InlineData("+/+/")] // the other alphabet
    [InlineData("Zm9vA")] // five characters are no bytes
    [InlineData("A")]
    [InlineData("Zh")] // bits set after the last byte
    [InlineData("Zm9")]
    [InlineData("Zm9v\0")]
    [InlineData("Ｚm9v")] // a full-width Z
    [InlineData("Zm9v.Zm9v")]
    public void Refuses_every_other_spelling(string text) => Assert.Null(CanonicalBase64Url.DecodeOrNull(text));

    [Fact]
    public void Of_all_last_characters_one_in_sixteen_ends_a_single_byte_and_one_in_four_ends_two()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        Assert.Equal("AQgw", string.Concat(alphabet.Where(last => CanonicalBase64Url.IsCanonical($"A{last}"))));
        Assert.Equal("AEIMQUYcgkosw048", string.Concat(alphabet.Where(last => CanonicalBase64Url.IsCanonical($"AA{last}"))));
    }
}
