using IdentityProvider.Protocol.Logout;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Logout;

public sealed class DeliveryRulesTests
{
    private static readonly DateTimeOffset Now = Given.Now;
    private static readonly DateTimeOffset Never = Now.AddYears(1);

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(201, false)]
    [InlineData(302, false)]
    [InlineData(400, false)]
    [InlineData(500, false)]
    [InlineData(501, false)]
    public void Only_200_and_204_say_that_it_was_done(int status, bool isDelivered) => Assert.Equal(isDelivered, DeliveryRules.IsDelivered(status));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(9, 1280)]
    [InlineData(10, 1800)]
    [InlineData(1000, 1800)]
    public void The_wait_doubles_up_to_its_longest_and_half_of_it_is_chance(int attempts, int seconds)
    {
        Assert.Equal(Now.AddSeconds(seconds / 2.0), DeliveryRules.NextAttempt(attempts, Never, 0, Now));
        Assert.Equal(Now.AddSeconds(seconds), DeliveryRules.NextAttempt(attempts, Never, 1, Now));
    }

    [Fact]
    public void It_is_given_up_where_the_next_attempt_would_be_too_late()
    {
        Assert.NotNull(DeliveryRules.NextAttempt(1, Now.AddSeconds(6), 1, Now));
        Assert.Null(DeliveryRules.NextAttempt(1, Now.AddSeconds(5), 1, Now));
        Assert.Null(DeliveryRules.NextAttempt(1, Now.AddSeconds(-1), 0, Now));
    }
}
