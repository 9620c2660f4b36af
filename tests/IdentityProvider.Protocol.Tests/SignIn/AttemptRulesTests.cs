using System.Net;
using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SignIn;

/// <summary>NIST SP 800-63B-4 §3.2.2: how guessing is slowed down.</summary>
public sealed class AttemptRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly AttemptLimit Limit = AttemptLimit.OfAccount;

    [Fact]
    public void Five_at_once_wait_for_nothing_and_then_each_waits_twice_as_long_as_the_one_before_up_to_an_hour()
    {
        AttemptCount? count = null;
        var now = Now;
        var waits = new List<double>();
        for (var i = 0; i < 13; i++)
        {
            count = AttemptRules.Take(count, Limit, now)!;
            waits.Add(count.NextAt is { } next ? (next - now).TotalMinutes : 0);
            if (count.NextAt is { } at)
            {
                Assert.Null(AttemptRules.Take(count, Limit, at - TimeSpan.FromTicks(1)));
                now = at;
            }
        }

        // The last ones after hours, in which one more was forgotten.
        Assert.Equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60], waits);
    }

    [Fact]
    public void Hammering_while_one_waits_makes_nobody_wait_longer()
    {
        var locked = Taken(5);
        for (var i = 0; i < 1000; i++)
            Assert.Null(AttemptRules.Take(locked, Limit, Now));
        Assert.NotNull(AttemptRules.Take(locked, Limit, locked.NextAt!.Value));
    }

    [Fact]
    public void Of_an_account_no_more_than_a_hundred_are_heard_in_three_days()
    {
        AttemptCount? count = null;
        var heard = 0;
        for (var now = Now; now < Now.AddDays(3); now = now.AddMinutes(1))
        {
            if (AttemptRules.Take(count, Limit, now) is not { } taken)
                continue;
            count = taken;
            heard++;
        }

        Assert.InRange(heard, 5, 100);
    }

    [Fact]
    public void What_is_long_ago_is_forgotten_one_by_one()
    {
        var locked = Taken(9);
        Assert.Equal(9, AttemptRules.Take(locked, Limit, Now.AddHours(3))!.Count);
        Assert.Equal((6, Now.AddHours(12)), (AttemptRules.Take(locked, Limit, Now.AddHours(12))!.Count, AttemptRules.Take(locked, Limit, Now.AddHours(12))!.CountedAt));
        Assert.Equal(new AttemptCount(1, Now.AddDays(2), null), AttemptRules.Take(locked, Limit, Now.AddDays(2)));
        Assert.Equal(Now.AddHours(27), AttemptRules.EndOf(locked, Limit));
        Assert.Equal(new AttemptCount(1, AttemptRules.EndOf(locked, Limit), null), AttemptRules.Take(locked, Limit, AttemptRules.EndOf(locked, Limit)));
    }

    [Fact]
    public void A_clock_that_is_late_forgets_nothing_and_breaks_nothing()
    {
        var taken = AttemptRules.Take(Taken(3), Limit, Now.AddHours(-1));
        Assert.Equal(4, taken!.Count);
    }

    [Fact]
    public void One_that_was_right_is_taken_back_and_opens_nothing_that_others_closed()
    {
        Assert.Equal(new AttemptCount(2, Now, null), AttemptRules.GiveBack(Taken(3), Limit));
        Assert.Equal(new AttemptCount(4, Now, null), AttemptRules.GiveBack(Taken(5), Limit));
        var locked = Taken(7);
        Assert.Equal((6, locked.NextAt), (AttemptRules.GiveBack(locked, Limit).Count, AttemptRules.GiveBack(locked, Limit).NextAt));
        Assert.Equal(0, AttemptRules.GiveBack(new AttemptCount(0, Now, null), Limit).Count);
    }

    [Fact]
    public void An_address_is_slowed_and_never_closed_for_long()
    {
        AttemptCount? count = null;
        var heard = 0;
        for (var now = Now; now < Now.AddHours(1); now = now.AddSeconds(1))
        {
            if (AttemptRules.Take(count, AttemptLimit.OfAddress, now) is not { } taken)
                continue;
            count = taken;
            heard++;
        }

        Assert.InRange(heard, 60, 180);
        Assert.NotNull(AttemptRules.Take(count, AttemptLimit.OfAddress, Now.AddHours(1) + AttemptLimit.OfAddress.LongestDelay));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(7, 4)]
    [InlineData(15, 1024)]
    [InlineData(16, 1440)]
    [InlineData(40, 1440)]
    public void After_a_few_second_factors_each_wait_is_twice_the_one_before_up_to_a_day(int tries, int? minutes)
    {
        AttemptCount? count = null;
        var now = Now;
        for (var i = 0; i < tries; i++)
        {
            now = count?.NextAt ?? now;
            count = AttemptRules.Take(count, AttemptLimit.OfSecondFactor, now);
        }

        Assert.Equal(minutes is { } wait ? now.AddMinutes(wait) : null, count!.NextAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(29)]
    [InlineData(150)]
    public void In_a_year_a_guesser_of_second_factors_is_right_once_in_a_thousand_times_at_most(int daysOfRest)
    {
        AttemptCount? count = null;
        var (tries, now) = (0, Now);
        while (now < Now.AddYears(1))
        {
            count = AttemptRules.Take(count, AttemptLimit.OfSecondFactor, now)!;
            tries++;
            now = (count.NextAt ?? now) + (tries % AttemptLimit.OfSecondFactor.Most == 0 ? TimeSpan.FromDays(daysOfRest) : TimeSpan.Zero);
        }

        Assert.InRange(tries * 3 / 1e6, 0, 0.0012);
    }

    [Theory]
    [InlineData("192.0.2.7", "address 192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "address 192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "network 2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff::1", "network 2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "network 2001:db8:1:3::")]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("::ffff:127.0.0.1", null)]
    [InlineData(null, null)]
    public void An_address_of_IPv6_counts_with_its_network(string? address, string? key) =>
        Assert.Equal(key, AttemptKey.OfAddress(address is null ? null : IPAddress.Parse(address)));

    [Fact]
    public void Keys_are_short_and_tell_accounts_names_and_browsers_apart()
    {
        var id = new Guid("11111111-2222-4333-8444-555555555555");
        string[] keys = [AttemptKey.OfAccount(id), AttemptKey.OfName(new byte[32]), AttemptKey.OfBrowser(id, id), AttemptKey.OfSecondFactor(id), AttemptKey.OfSecondFactor(id, id)];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.True(key.Length <= 100));
    }

    private static AttemptCount Taken(int count) =>
        new(count, Now, count < Limit.Free ? null : Now + (Limit.FirstDelay * Math.Pow(2, count - Limit.Free)));
}
