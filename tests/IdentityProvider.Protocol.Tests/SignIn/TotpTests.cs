using System.Text;
using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SignIn;

public sealed class TotpTests
{
    // RFC 6238 appendix B has eight digits of this key; six are their last.
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Computes_what_RFC_6238_says(long seconds, string code)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.CodeOf(Key, Totp.StepOf(now)));
        Assert.Equal(Totp.StepOf(now), Totp.StepOfCode(Key, code, now));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_clock_may_be_off_by_a_step(int steps, bool isTaken)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = Totp.StepOf(now) + steps;
        Assert.Equal(isTaken ? step : null, Totp.StepOfCode(Key, Totp.CodeOf(Key, step), now));
        if (isTaken)
            Assert.True(Totp.EndOf(step) > now);
    }

    [Fact]
    public void A_code_is_taken_until_its_end_and_no_longer()
    {
        var step = 41_152_263L;
        Assert.Equal(step, Totp.StepOfCode(Key, Totp.CodeOf(Key, step), Totp.EndOf(step).AddTicks(-1)));
        Assert.Null(Totp.StepOfCode(Key, Totp.CodeOf(Key, step), Totp.EndOf(step)));
    }

    [Theory]
    [InlineData("123456", "123456")]
    [InlineData(" 123 456 ", "123456")]
    [InlineData("123-456", "123456")]
    [InlineData("12345", null)]
    [InlineData("1234567", null)]
    [InlineData("12345x", null)]
    [InlineData("١٢٣٤٥٦", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("1 2 3 4 5 6                                     ", null)]
    public void Reads_six_digits(string? typed, string? read) => Assert.Equal(read, Totp.Read(typed));

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    [InlineData("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    public void Writes_keys_as_RFC_4648_says(string bytes, string text) => Assert.Equal(text, Totp.TextOf(Encoding.ASCII.GetBytes(bytes)));

    [Fact]
    public void Tells_an_app_the_key_and_whose_it_is() => Assert.Equal(
        "otpauth://totp/id.example%3A8443:a%26b%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=id.example%3A8443",
        Totp.UriOf(Key, "id.example:8443", "a&b@example.com"));
}
