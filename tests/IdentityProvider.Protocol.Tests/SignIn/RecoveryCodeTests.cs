using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SignIn;

public sealed class RecoveryCodeTests
{
    [Fact]
    public void Is_ten_signs_without_look_alikes_in_two_groups()
    {
        Assert.Equal("01HJK-VWXYZ", RecoveryCode.Of([0, 1, 17, 18, 19, 27, 28, 29, 30, 255]));
        Assert.Equal("01HJKVWXYZ", RecoveryCode.Read(RecoveryCode.Of([0, 1, 17, 18, 19, 27, 28, 29, 30, 31])));
    }

    [Theory]
    [InlineData("01hjk vwxyz", "01HJKVWXYZ")]
    [InlineData(" oihjk-vwxyz ", "01HJKVWXYZ")]
    [InlineData("OLHJKVWXYZ", "01HJKVWXYZ")]
    [InlineData("01hjk-vwxy", null)]
    [InlineData("01hjk-vwxyzz", null)]
    [InlineData("01hjk-vwxyu", null)]
    [InlineData("01hjk-vwxyä", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("01hjk vwxyz                               ", null)]
    public void Is_read_as_people_type_it(string? typed, string? read) => Assert.Equal(read, RecoveryCode.Read(typed));
}
