using IdentityProvider.Protocol.Keys;
using Xunit;
using static IdentityProvider.Protocol.Tests.SigningKeys.GivenKeys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

public sealed class NextKeyTests
{
    private readonly KeyLifetime _first = First();
    private readonly KeyLifetime _second = Second();

    [Fact]
    public void The_first_key_of_a_ring_signs_at_once()
    {
        Assert.Equal(1, _first.Generation);
        Assert.Equal(Start, _first.ActiveAt);
        Assert.Equal(Start, _first.AnnouncedAt);
    }

    [Fact]
    public void Moments_are_whole_seconds_and_none_is_early()
    {
        var now = Start.AddTicks(1234567);

        Assert.Equal(Start, NextKey.Decide(Ring(), Monthly, now)!.ActiveAt);
        var early = NextKey.Early(Ring(_first), Monthly, now)!;
        Assert.Equal(Start.AddSeconds(1) + Monthly.AnnounceLead, early.ActiveAt);
    }

    [Fact]
    public void Nothing_is_made_before_a_successor_is_due()
    {
        var due = _first.RetiredAt - Monthly.AnnounceLead - Monthly.HeadStart;

        Assert.Null(NextKey.Decide(Ring(_first), Monthly, due - TimeSpan.FromSeconds(1)));
        Assert.NotNull(NextKey.Decide(Ring(_first), Monthly, due));
    }

    [Fact]
    public void A_ring_is_overdue_when_its_head_start_is_used_up_and_no_successor_is_announced()
    {
        var lead = _first.RetiredAt - Monthly.AnnounceLead;

        Assert.Equal(TimeSpan.Zero, NextKey.Overdue(Ring(_first), Monthly, lead));
        Assert.Equal(TimeSpan.FromHours(1), NextKey.Overdue(Ring(_first), Monthly, lead + TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.Zero, NextKey.Overdue(Ring(_first, _second), Monthly, lead + TimeSpan.FromHours(1)));
        Assert.Equal(Monthly.AnnounceLead, NextKey.Overdue(Ring(), Monthly, Start));
    }

    [Fact]
    public void A_successor_that_is_made_in_time_takes_over_when_its_predecessor_planned()
    {
        Assert.Equal(2, _second.Generation);
        Assert.Equal(_first.RetiredAt, _second.ActiveAt);
        Assert.Equal(_second.ActiveAt + Monthly.RotationInterval, _second.RetiredAt);
        Assert.Equal(_second.RetiredAt + Monthly.Retirement, _second.GoneAt);
    }

    [Fact]
    public void A_successor_that_is_late_is_announced_for_the_whole_lead()
    {
        var now = _first.RetiredAt + TimeSpan.FromDays(100);

        Assert.Equal(now + Monthly.AnnounceLead, NextKey.Decide(Ring(_first), Monthly, now)!.ActiveAt);
    }

    [Fact]
    public void One_successor_is_announced_at_a_time() => Assert.Null(NextKey.Decide(Ring(_first, _second), Monthly, _second.AnnouncedAt));

    [Fact]
    public void A_key_that_a_broken_clock_dated_far_ahead_does_not_stop_rotation()
    {
        var misdated = _second with { ActiveAt = Start.AddYears(30), RetiredAt = Start.AddYears(31), GoneAt = Start.AddYears(32) };

        var next = NextKey.Decide(Ring(_first, misdated), Monthly, _first.RetiredAt - Monthly.AnnounceLead)!;
        Assert.Equal(3, next.Generation);
        Assert.Equal(_first.RetiredAt, next.ActiveAt);
    }

    [Fact]
    public void A_shorter_interval_counts_for_the_key_that_signs_too()
    {
        var weekly = new KeySchedule(
            TimeSpan.FromDays(7), Monthly.AnnounceLead, Monthly.JwksMaxAge, Monthly.ClockSkew, TimeSpan.FromMinutes(15), TimeSpan.FromDays(7));

        Assert.Equal(Start + TimeSpan.FromDays(7), NextKey.Decide(Ring(_first), weekly, Start + TimeSpan.FromDays(5))!.ActiveAt);
    }

    [Fact]
    public void An_operator_gets_a_successor_after_the_lead_and_only_one()
    {
        var now = Start + TimeSpan.FromDays(3);
        var early = Key(NextKey.Early(Ring(_first), Monthly, now)!);

        Assert.Equal(now + Monthly.AnnounceLead, early.ActiveAt);
        Assert.Equal(KeyState.Retired, Ring(_first, early).StateOf(_first, early.ActiveAt));
        Assert.Null(NextKey.Early(Ring(_first, early), Monthly, now));
    }

    [Fact]
    public void An_operator_gets_a_key_that_signs_at_once_and_the_old_one_verifies_on()
    {
        var now = Start + TimeSpan.FromDays(3);
        var urgent = Key(NextKey.AtOnce(Ring(_first), Monthly, now));
        var ring = Ring(_first, urgent);

        Assert.Same(urgent, ring.Signer(now));
        Assert.Equal(KeyState.Retired, ring.StateOf(_first, now));
        Assert.Equal(now + Monthly.Retirement, ring.GoneAt(_first));
    }

    [Fact]
    public void A_key_made_at_once_by_a_slow_clock_is_not_overtaken_by_the_one_it_replaces()
    {
        var now = _first.ActiveAt - TimeSpan.FromSeconds(20);
        var urgent = Key(NextKey.AtOnce(Ring(_first), Monthly, now));

        Assert.Same(urgent, Ring(_first, urgent).Signer(_first.ActiveAt));
        Assert.Same(urgent, Ring(_first, urgent).Signer(_first.ActiveAt + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_ring_whose_keys_are_all_revoked_gets_one_that_signs_at_once()
    {
        var now = _second.ActiveAt + TimeSpan.FromDays(1);
        var ring = Ring(_first with { RevokedAt = now }, _second with { RevokedAt = now });

        var next = NextKey.Decide(ring, Monthly, now)!;
        Assert.Equal(3, next.Generation);
        Assert.Equal(now, next.ActiveAt);
    }
}
