using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SignIn;

public sealed class SecondFactorLimitTests
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(7, 4)]
    [InlineData(15, 1024)]
    [InlineData(16, 1440)]
    [InlineData(1_000_000, 1440)]
    public void After_a_few_tries_each_wait_is_twice_the_one_before_up_to_a_day(int failures, int? minutes) =>
        Assert.Equal(minutes is { } wait ? Given.Now.AddMinutes(wait) : null, SecondFactorLimit.NextTryAt(failures, Given.Now));

    [Fact]
    public void In_a_year_a_guesser_is_right_once_in_a_thousand_times_at_most()
    {
        var (tries, now) = (0, Given.Now);
        while (now < Given.Now.AddYears(1))
            now = SecondFactorLimit.NextTryAt(++tries, now) ?? now;
        Assert.InRange(tries * 3 / 1e6, 0, 0.0012);
    }
}
