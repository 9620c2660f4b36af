using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using Xunit;
using static IdentityProvider.Protocol.Tests.SigningKeys.GivenKeys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

public sealed class RingTests
{
    private static readonly TimeSpan Second_ = TimeSpan.FromSeconds(1);

    private readonly KeyLifetime _first = First();
    private readonly KeyLifetime _second = Second();

    [Fact]
    public void A_key_is_announced_then_active_then_retired_then_gone()
    {
        var third = Key(NextKey.Decide(Ring(_first, _second), Monthly, _second.RetiredAt - Monthly.AnnounceLead)!);
        var ring = Ring(third, _first, _second);

        Assert.Equal(KeyState.Announced, ring.StateOf(_second, _second.AnnouncedAt));
        Assert.Equal(KeyState.Announced, ring.StateOf(_second, _second.ActiveAt - Second_));
        Assert.Equal(KeyState.Active, ring.StateOf(_second, _second.ActiveAt));
        Assert.Equal(KeyState.Active, ring.StateOf(_second, _second.RetiredAt - Second_));
        Assert.Equal(KeyState.Retired, ring.StateOf(_second, _second.RetiredAt));
        Assert.Equal(KeyState.Retired, ring.StateOf(_second, _second.GoneAt - Second_));
        Assert.Equal(KeyState.Gone, ring.StateOf(_second, _second.GoneAt));
    }

    [Fact]
    public void A_successor_takes_over_at_the_instant_that_its_predecessor_retires()
    {
        Assert.Equal(_first.RetiredAt, _second.ActiveAt);
        Assert.Same(_first, Ring(_first, _second).Signer(_second.ActiveAt - Second_));
        Assert.Same(_second, Ring(_first, _second).Signer(_second.ActiveAt));
    }

    [Fact]
    public void The_last_key_signs_for_as_long_as_no_successor_was_made()
    {
        var later = _first.GoneAt + TimeSpan.FromDays(400);

        Assert.Equal(KeyState.Active, Ring(_first).StateOf(_first, later));
        Assert.Equal([_first], Ring(_first).Published(later));
    }

    [Fact]
    public void A_key_whose_successor_was_late_is_published_for_its_whole_retirement()
    {
        var late = Key(NextKey.Decide(Ring(_first), Monthly, _first.GoneAt + TimeSpan.FromDays(10))!);
        var ring = Ring(_first, late);

        Assert.Equal(KeyState.Active, ring.StateOf(_first, late.ActiveAt - Second_));
        Assert.Equal(KeyState.Retired, ring.StateOf(_first, late.ActiveAt + Monthly.Retirement - Second_));
        Assert.Equal(KeyState.Gone, ring.StateOf(_first, late.ActiveAt + Monthly.Retirement));
    }

    [Fact]
    public void The_first_key_signs_also_where_the_clock_is_behind_its_makers() =>
        Assert.Equal(KeyState.Active, Ring(_first).StateOf(_first, Start - TimeSpan.FromSeconds(60)));

    [Fact]
    public void An_announced_key_is_published_also_where_the_clock_is_behind_its_makers() =>
        Assert.Equal([_first, _second], Ring(_first, _second).Published(_second.AnnouncedAt - TimeSpan.FromSeconds(60)));

    [Fact]
    public void The_JWKS_names_the_key_that_signs_first() =>
        Assert.Equal([_second, _first], Ring(_first, _second).Published(_second.ActiveAt));

    [Fact]
    public void A_revoked_key_is_out_at_once_whatever_the_clock_says()
    {
        var revoked = _second with { RevokedAt = _second.ActiveAt + TimeSpan.FromDays(1) };
        var ring = Ring(_first, revoked);

        Assert.Equal(KeyState.Revoked, ring.StateOf(revoked, _second.ActiveAt));
        Assert.DoesNotContain(revoked, ring.Published(_second.ActiveAt));
    }

    [Fact]
    public void When_the_key_that_signs_is_revoked_the_announced_one_signs_at_once()
    {
        var now = _second.AnnouncedAt + Second_;
        var ring = Ring(_first with { RevokedAt = now }, _second);

        Assert.Same(_second, ring.Signer(now));
        Assert.Equal([_second], ring.Published(now));
    }

    [Fact]
    public void A_retired_key_never_signs_again()
    {
        var now = _second.ActiveAt + Second_;
        var ring = Ring(_first, _second with { RevokedAt = now });

        Assert.Null(ring.Signer(now));
        Assert.Equal(KeyState.Retired, ring.StateOf(_first, now));
    }

    [Fact]
    public void A_successor_that_is_revoked_before_its_turn_retires_nobody()
    {
        var ring = Ring(_first, _second with { RevokedAt = _second.AnnouncedAt + Second_ });

        Assert.Equal(KeyState.Active, ring.StateOf(_first, _second.ActiveAt + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Each_algorithm_has_a_ring_of_its_own()
    {
        var other = _second with { Kid = "es", Algorithm = SignatureAlgorithm.ES256, Generation = 1 };

        Assert.Equal([_first], Ring(_first, other).Keys);
        Assert.Equal([other], Protocol.Keys.Ring.Of(SignatureAlgorithm.ES256, [_first, other]).Keys);
        Assert.Null(Protocol.Keys.Ring.Of(SignatureAlgorithm.PS256, [_first, other]).Signer(Start));
    }

    [Fact]
    public void Nothing_changes_before_the_next_change()
    {
        var ring = Ring(_first, _second);
        var moments = new List<DateTimeOffset>();
        for (var now = (DateTimeOffset?)Start; now is { } moment; now = ring.NextChange(moment))
            moments.Add(moment);

        Assert.Equal([Start, _second.ActiveAt, _first.GoneAt], moments);
    }
}
