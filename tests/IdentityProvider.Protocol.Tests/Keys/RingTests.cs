using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using Xunit;
using static IdentityProvider.Protocol.Tests.SigningKeys.GivenKeys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

public sealed class RingTests
{
    private static readonly TimeSpan Second_ = TimeSpan.FromSeconds(1);

    private readonly KeyLifetime first = First();
    private readonly KeyLifetime second = Second();

    [Fact]
    public void A_key_is_announced_then_active_then_retired_then_gone()
    {
        var third = Key(NextKey.Decide(Ring(first, second), Monthly, second.RetiredAt - Monthly.AnnounceLead)!);
        var ring = Ring(third, first, second);

        Assert.Equal(KeyState.Announced, ring.StateOf(second, second.AnnouncedAt));
        Assert.Equal(KeyState.Announced, ring.StateOf(second, second.ActiveAt - Second_));
        Assert.Equal(KeyState.Active, ring.StateOf(second, second.ActiveAt));
        Assert.Equal(KeyState.Active, ring.StateOf(second, second.RetiredAt - Second_));
        Assert.Equal(KeyState.Retired, ring.StateOf(second, second.RetiredAt));
        Assert.Equal(KeyState.Retired, ring.StateOf(second, second.GoneAt - Second_));
        Assert.Equal(KeyState.Gone, ring.StateOf(second, second.GoneAt));
    }

    [Fact]
    public void A_successor_takes_over_at_the_instant_that_its_predecessor_retires()
    {
        Assert.Equal(first.RetiredAt, second.ActiveAt);
        Assert.Same(first, Ring(first, second).Signer(second.ActiveAt - Second_));
        Assert.Same(second, Ring(first, second).Signer(second.ActiveAt));
    }

    [Fact]
    public void The_last_key_signs_for_as_long_as_no_successor_was_made()
    {
        var later = first.GoneAt + TimeSpan.FromDays(400);

        Assert.Equal(KeyState.Active, Ring(first).StateOf(first, later));
        Assert.Equal([first], Ring(first).Published(later));
    }

    [Fact]
    public void A_key_whose_successor_was_late_is_published_for_its_whole_retirement()
    {
        var late = Key(NextKey.Decide(Ring(first), Monthly, first.GoneAt + TimeSpan.FromDays(10))!);
        var ring = Ring(first, late);

        Assert.Equal(KeyState.Active, ring.StateOf(first, late.ActiveAt - Second_));
        Assert.Equal(KeyState.Retired, ring.StateOf(first, late.ActiveAt + Monthly.Retirement - Second_));
        Assert.Equal(KeyState.Gone, ring.StateOf(first, late.ActiveAt + Monthly.Retirement));
    }

    [Fact]
    public void The_first_key_signs_also_where_the_clock_is_behind_its_makers() =>
        Assert.Equal(KeyState.Active, Ring(first).StateOf(first, Start - TimeSpan.FromSeconds(60)));

    [Fact]
    public void An_announced_key_is_published_also_where_the_clock_is_behind_its_makers() =>
        Assert.Equal([first, second], Ring(first, second).Published(second.AnnouncedAt - TimeSpan.FromSeconds(60)));

    [Fact]
    public void The_JWKS_names_the_key_that_signs_first() =>
        Assert.Equal([second, first], Ring(first, second).Published(second.ActiveAt));

    [Fact]
    public void A_revoked_key_is_out_at_once_whatever_the_clock_says()
    {
        var revoked = second with { RevokedAt = second.ActiveAt + TimeSpan.FromDays(1) };
        var ring = Ring(first, revoked);

        Assert.Equal(KeyState.Revoked, ring.StateOf(revoked, second.ActiveAt));
        Assert.DoesNotContain(revoked, ring.Published(second.ActiveAt));
    }

    [Fact]
    public void When_the_key_that_signs_is_revoked_the_announced_one_signs_at_once()
    {
        var now = second.AnnouncedAt + Second_;
        var ring = Ring(first with { RevokedAt = now }, second);

        Assert.Same(second, ring.Signer(now));
        Assert.Equal([second], ring.Published(now));
    }

    [Fact]
    public void A_retired_key_never_signs_again()
    {
        var now = second.ActiveAt + Second_;
        var ring = Ring(first, second with { RevokedAt = now });

        Assert.Null(ring.Signer(now));
        Assert.Equal(KeyState.Retired, ring.StateOf(first, now));
    }

    [Fact]
    public void A_successor_that_is_revoked_before_its_turn_retires_nobody()
    {
        var ring = Ring(first, second with { RevokedAt = second.AnnouncedAt + Second_ });

        Assert.Equal(KeyState.Active, ring.StateOf(first, second.ActiveAt + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Each_algorithm_has_a_ring_of_its_own()
    {
        var other = second with { Kid = "es", Algorithm = SignatureAlgorithm.ES256, Generation = 1 };

        Assert.Equal([first], Ring(first, other).Keys);
        Assert.Equal([other], Protocol.Keys.Ring.Of(SignatureAlgorithm.ES256, [first, other]).Keys);
        Assert.Null(Protocol.Keys.Ring.Of(SignatureAlgorithm.PS256, [first, other]).Signer(Start));
    }

    [Fact]
    public void Nothing_changes_before_the_next_change()
    {
        var ring = Ring(first, second);
        var moments = new List<DateTimeOffset>();
        for (var now = (DateTimeOffset?)Start; now is { } moment; now = ring.NextChange(moment))
            moments.Add(moment);

        Assert.Equal([Start, second.ActiveAt, first.GoneAt], moments);
    }
}
