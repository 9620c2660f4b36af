namespace IdentityProvider.Jose.Tests;

/// <summary>RFC 8259 §8: what can be read as text at all.</summary>
public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":"\ud83d\ude00 \\ud800"}""", true)]
    [InlineData("not JSON", true)]
    [InlineData("""[[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]""", true)]
    [InlineData("""{"a":"\ud800"}""", false)]
    [InlineData("""{"\udc00":1}""", false)]
    public void Half_of_a_surrogate_pair_is_no_text(string json, bool isText) => Assert.Equal(isText, StrictJson.IsText(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Nor_is_what_isnt_UTF8() => Assert.False(StrictJson.IsText([(byte)'"', 0xFF, (byte)'"']));
}
