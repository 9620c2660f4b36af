using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.DeviceAuthorization;
using Xunit;

namespace IdentityProvider.Protocol.Tests.DeviceAuthorization;

public sealed class UserCodeTests
{
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Is_eight_letters_without_vowels_and_lookalikes_and_a_dash() =>
        Prop.ForAll<ulong>(random =>
        {
            var text = Code(random).ToString();
            return text.Length == 9 && text[4] == '-' && text.Remove(4, 1).All(Letters.Contains);
        }).Check(Thorough);

    [Fact]
    public void Reads_what_it_shows_however_it_is_typed() =>
        Prop.ForAll<ulong>(random =>
        {
            var code = Code(random);
            string[] typed = [code.ToString(), code.Value, code.Value.ToLowerInvariant(), $" {code.Value[..3]} {code.Value[3..]}\t", string.Join('-', code.Value.ToCharArray())];
            return typed.All(text => UserCode.Parse(text)?.Value == code.Value);
        }).Check(Thorough);

    [Fact]
    public void No_text_makes_it_throw_and_what_it_reads_is_a_code() =>
        Prop.ForAll<string?>(text => UserCode.Parse(text) is not { } code || (code.Value.Length == 8 && code.Value.All(Letters.Contains))).Check(Thorough);

    [Fact]
    public void Every_letter_comes_at_every_place_about_as_often()
    {
        // 2^64 is nearly a multiple of nothing here, so a step of a large odd number visits the codes evenly.
        const int draws = 40_000;
        var counts = new int[8, 20];
        for (ulong i = 0; i < draws; i++)
        {
            var code = Code(unchecked(i * 0x9E3779B97F4A7C15UL)).Value;
            for (var place = 0; place < 8; place++)
                counts[place, Letters.IndexOf(code[place], StringComparison.Ordinal)]++;
        }

        Assert.All(counts.Cast<int>(), count => Assert.InRange(count, draws / 20 * 9 / 10, draws / 20 * 11 / 10));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("BCDF-GHJ")]
    [InlineData("BCDF-GHJKL")]
    [InlineData("BCDF-GHJA")]
    [InlineData("BCDF-GHJ1")]
    [InlineData("BCDF_GHJK")]
    [InlineData("ＢCDF-GHJK")]
    public void Refuses_what_can_be_no_code(string? typed) => Assert.Null(UserCode.Parse(typed));

    [Fact]
    public void Looks_at_no_text_that_is_longer_than_anyone_types() =>
        Assert.Null(UserCode.Parse("BCDF" + new string('-', UserCode.LongestText) + "GHJK"));

    private static UserCode Code(ulong random)
    {
        var bytes = BitConverter.GetBytes(random);
        return UserCode.From(bytes);
    }
}
