using IdentityProvider.Protocol.Keys;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

public sealed class KeyScheduleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void Refuses_an_announce_lead_that_caches_outlive()
    {
        Assert.Throws<ArgumentException>(() => Schedule(announceLead: Hour));
        Assert.Throws<ArgumentException>(() => Schedule(announceLead: Hour + Minute));
        Schedule(announceLead: Hour + Minute + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Refuses_an_interval_in_which_no_successor_can_be_announced() => Assert.Throws<ArgumentException>(() => Schedule(rotationInterval: 2 * Day));

    [Fact]
    public void Refuses_spans_that_run_backwards()
    {
        Assert.Throws<ArgumentException>(() => Schedule(jwksMaxAge: -Minute));
        Assert.Throws<ArgumentException>(() => Schedule(clockSkew: -Minute));
        Assert.Throws<ArgumentException>(() => Schedule(longestTokenLife: TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => Schedule(longestHint: -Minute));
    }

    [Fact]
    public void A_retired_key_stays_longer_than_any_token_lives_on_any_clock() =>
        Assert.True(Schedule(longestHint: TimeSpan.Zero).Retirement >= (15 * Minute) + (2 * Minute));

    [Fact]
    public void A_retired_key_stays_as_long_as_an_ID_token_is_a_hint_but_not_longer_than_a_key_signs()
    {
        Assert.Equal(7 * Day, Schedule().Retirement);
        Assert.Equal(4 * Day, Schedule(rotationInterval: 4 * Day).Retirement);
    }

    [Fact]
    public void A_node_that_was_cut_off_stops_to_hand_out_its_JWKS_before_a_cache_could_lack_a_key_that_signs() =>
        Assert.Equal((2 * Day) - Hour - Minute, Schedule().MaxSilence);

    private static KeySchedule Schedule(
        TimeSpan? rotationInterval = null,
        TimeSpan? announceLead = null,
        TimeSpan? jwksMaxAge = null,
        TimeSpan? clockSkew = null,
        TimeSpan? longestTokenLife = null,
        TimeSpan? longestHint = null) =>
        new(rotationInterval ?? 30 * Day, announceLead ?? 2 * Day, jwksMaxAge ?? Hour, clockSkew ?? Minute, longestTokenLife ?? 15 * Minute, longestHint ?? 7 * Day);
}
