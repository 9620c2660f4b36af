using IdentityProvider.Protocol.Sessions;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Sessions;

public sealed class SessionTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    [Fact]
    public void A_session_ends_by_its_end_by_its_absolute_and_by_its_idle_limit()
    {
        var session = Given.Session() with { LastUsedAt = Given.Now, ExpiresAt = Given.Now + TimeSpan.FromDays(1) };
        Assert.True(session.IsAlive(Idle, Given.Now));
        Assert.True(session.IsAlive(Idle, Given.Now + Idle - TimeSpan.FromTicks(1)));
        Assert.False(session.IsAlive(Idle, Given.Now + Idle));
        Assert.False((session with { LastUsedAt = Given.Now + TimeSpan.FromDays(1) }).IsAlive(Idle, Given.Now + TimeSpan.FromDays(1)));
        Assert.False((session with { EndedAt = Given.Now }).IsAlive(Idle, Given.Now));
    }

    [Fact]
    public void A_session_is_over_by_its_end_and_by_its_absolute_limit_but_not_for_lying_idle()
    {
        var session = Given.Session() with { LastUsedAt = Given.Now, ExpiresAt = Given.Now + TimeSpan.FromDays(1) };
        Assert.False(session.IsOver(Given.Now + Idle));
        Assert.False(session.IsOver(session.ExpiresAt - TimeSpan.FromTicks(1)));
        Assert.True(session.IsOver(session.ExpiresAt));
        Assert.True((session with { EndedAt = Given.Now }).IsOver(Given.Now));
    }

    [Fact]
    public void A_sign_in_is_fresh_for_five_minutes()
    {
        var session = Given.Session() with { AuthTime = Given.Now };
        Assert.True(session.IsFresh(Given.Now + TimeSpan.FromMinutes(5)));
        Assert.False(session.IsFresh(Given.Now + TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void A_session_that_an_app_uses_ends_later_but_never_after_its_absolute_limit()
    {
        var session = Given.Session() with { LastUsedAt = Given.Now, ExpiresAt = Given.Now + TimeSpan.FromDays(1) };
        Assert.Equal(Given.Now + Idle, session.EndsUnusedAt(Idle));
        Assert.Equal(Given.Now + Idle + TimeSpan.FromHours(1), session.UsedAt(Given.Now + TimeSpan.FromHours(1)).EndsUnusedAt(Idle));
        Assert.Equal(session.ExpiresAt, session.UsedAt(Given.Now + TimeSpan.FromHours(13)).EndsUnusedAt(Idle));
        Assert.Same(session, session.UsedAt(Given.Now - TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_use_is_written_once_a_minute()
    {
        Assert.False(Given.Session().IsDueForTouch(Given.Now + TimeSpan.FromSeconds(59)));
        Assert.True(Given.Session().IsDueForTouch(Given.Now + TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_consent_is_never_narrowed_by_another()
    {
        var both = Grant.Widen(Given.Grant("openid notes.read", "https://notes.example"), Given.Grant("openid files.read", "https://files.example"), Given.Client());
        Assert.True(both.Covers(ScopeSet.Of(["openid", "notes.read", "files.read"]), ["https://notes.example", "https://files.example"]));
        Assert.False(both.Covers(ScopeSet.Of(["notes.write"]), []));
        Assert.False(both.Covers(ScopeSet.Empty, ["https://other.example"]));
    }

    [Fact]
    public void A_consent_forgets_what_the_client_has_lost_since()
    {
        var client = Given.Client();
        var standing = Given.Grant("openid notes.read lost.read", "https://notes.example", "https://lost.example");
        var grant = Grant.Widen(standing, Given.Grant("openid files.read", "https://files.example"), client);
        Assert.True(grant.Scope.IsSubsetOf(client.Scope));
        Assert.Equal(["https://notes.example", "https://files.example"], grant.Resources);
        Assert.True(grant.Covers(ScopeSet.Of(["openid", "notes.read", "files.read"]), grant.Resources));
    }
}
