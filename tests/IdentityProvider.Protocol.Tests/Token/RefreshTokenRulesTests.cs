using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

/// <summary>The stored family is at generation 7 and was moved there five minutes ago.</summary>
public sealed class RefreshTokenRulesTests
{
    private const int Newest = 7;
    private static readonly Client Public = Given.PublicClient() with { ClientId = "app" };

    [Fact]
    public void The_newest_token_moves_the_family_on()
    {
        var rotate = Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest));

        Assert.Equal((Given.FamilyId, Newest), (rotate.FamilyId, rotate.FromGeneration));
        Assert.Equal(Newest + 1, rotate.Plan.RefreshToken!.Generation);
        Assert.Equal("openid notes.read notes.write", rotate.Plan.AccessToken.Scope.ToString());
        Assert.Null(rotate.Plan.IdToken!.Nonce);
        Assert.Equal(Given.SessionId, rotate.Plan.IdToken.SessionId);
    }

    [Fact]
    public void A_token_just_replaced_gets_the_very_same_successor_within_the_grace()
    {
        var family = Given.Family() with { RotatedAt = Given.Now - RefreshTokenRules.Grace + TimeSpan.FromTicks(1) };
        foreach (var client in new[] { Public, Given.ConfidentialClient() })
            Assert.Equal(Newest, Assert.IsType<RefreshTokenDecision.Repeat>(Decide(Newest - 1, client, family)).Plan.RefreshToken!.Generation);
    }

    [Fact]
    public void A_retry_at_a_node_whose_clock_is_as_far_ahead_as_it_may_be_has_the_whole_grace()
    {
        var family = Given.Family() with { RotatedAt = Given.Now - RefreshTokenRules.ClockSkew - RefreshTokenRules.Grace + TimeSpan.FromTicks(1) };
        Assert.Equal(Newest, Assert.IsType<RefreshTokenDecision.Repeat>(Decide(Newest - 1, Public, family)).Plan.RefreshToken!.Generation);
    }

    [Fact]
    public void A_confidential_client_may_repeat_until_the_successor_is_used() =>
        Assert.IsType<RefreshTokenDecision.Repeat>(Decide(Newest - 1, family: Given.Family() with { RotatedAt = Given.Now - TimeSpan.FromDays(3) }));

    [Fact]
    public void A_public_client_may_not_repeat_after_the_grace()
    {
        var family = Given.Family() with { RotatedAt = Given.Now - RefreshTokenRules.Grace - RefreshTokenRules.ClockSkew };
        var theft = Assert.IsType<RefreshTokenDecision.Theft>(Decide(Newest - 1, Public, family));
        Assert.Equal(Given.FamilyId, theft.FamilyId);
        Assert.Equal(Refusal.RefreshTokenReused, theft.Reason);
    }

    [Theory]
    [InlineData(Newest - 2)]
    [InlineData(0)]
    public void Anything_older_is_theft_whoever_shows_it_and_however_soon(int generation)
    {
        var family = Given.Family() with { RotatedAt = Given.Now };
        foreach (var client in new[] { Public, Given.ConfidentialClient() })
            Assert.Equal(Refusal.RefreshTokenReused, Assert.IsType<RefreshTokenDecision.Theft>(Decide(generation, client, family)).Reason);
    }

    [Fact]
    public void Refuses_a_token_of_a_family_that_is_gone_or_of_a_generation_to_come()
    {
        Assert.Equal(Refusal.RefreshTokenUnknown, Refused(Decide(Newest, facts: Facts() with { Family = null })));
        Assert.Equal(Refusal.RefreshTokenUnknown, Refused(Decide(Newest + 1)));
    }

    [Fact]
    public void Another_client_learns_nothing_and_ends_nothing()
    {
        var other = Given.ConfidentialClient() with { ClientId = "other" };
        Assert.Equal(Refusal.RefreshTokenBelongsToAnotherClient, Refused(Decide(Newest, other)));
        Assert.Equal(Refusal.RefreshTokenBelongsToAnotherClient, Refused(Decide(0, other)));
    }

    [Fact]
    public void Refuses_a_family_that_ended_or_expired()
    {
        Assert.Equal(Refusal.RefreshTokenFamilyEnded, Refused(Decide(Newest, family: Given.Family() with { EndedAt = Given.Now })));
        Assert.Equal(Refusal.RefreshTokenExpired, Refused(Decide(Newest, family: Given.Family() with { ExpiresAt = Given.Now })));
    }

    [Fact]
    public void Refuses_when_the_person_may_not_sign_in_any_more()
    {
        Assert.Equal(Refusal.UserDisabled, Refused(Decide(Newest, facts: Facts() with { User = Given.User() with { IsActive = false } })));
        Assert.Equal(Refusal.UserDisabled, Refused(Decide(Newest, facts: Facts() with { User = null })));
    }

    [Fact]
    public void Refuses_when_the_session_has_ended()
    {
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Newest, facts: Facts() with { Session = Given.Session() with { EndedAt = Given.Now } })));
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Newest, facts: Facts() with { Session = Given.Session() with { ExpiresAt = Given.Now } })));
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Newest, facts: Facts() with { Session = null })));
    }

    [Fact]
    public void A_family_for_offline_access_needs_no_session()
    {
        var rotate = Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, facts: Facts(Given.Family() with { SessionId = null }) with { Session = null }));
        Assert.Null(rotate.Plan.IdToken!.SessionId);
    }

    [Fact]
    public void Work_in_an_app_keeps_its_sign_in_from_idling_away()
    {
        var idle = Given.Session() with { LastUsedAt = Given.Now - Given.IdleLimit };
        Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, facts: Facts() with { Session = idle }));
        Assert.Equal(Refusal.SessionEnded, Refused(Decide(Newest, facts: Facts(Given.Family() with { RotatedAt = idle.LastUsedAt }) with { Session = idle })));
    }

    [Fact]
    public void The_scope_may_be_narrowed_for_one_access_token()
    {
        var rotate = Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, form: "&scope=notes.read"));
        Assert.Equal("notes.read", rotate.Plan.AccessToken.Scope.ToString());
        Assert.Null(rotate.Plan.IdToken);
    }

    [Fact]
    public void Refuses_when_an_operator_took_every_scope_since() =>
        Assert.Equal(Refusal.ScopeNotAllowed, Refused(Decide(Newest, client: Given.ConfidentialClient() with { Scope = ScopeSet.Empty })));

    [Fact]
    public void Refuses_a_wider_scope_and_another_resource()
    {
        Assert.Equal(Refusal.ScopeExceedsGrant, Refused(Decide(Newest, form: "&scope=openid+email")));
        Assert.Equal(Refusal.ResourceExceedsGrant, Refused(Decide(Newest, form: "&resource=https://files.example")));
    }

    [Fact]
    public void What_the_operator_took_from_the_client_is_not_issued_again()
    {
        var fewer = Given.ConfidentialClient() with { Scope = ScopeSet.Of(["openid", "notes.read"]) };
        Assert.Equal("openid notes.read", Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, fewer)).Plan.AccessToken.Scope.ToString());
        var none = Given.ConfidentialClient() with { Resources = [] };
        Assert.Null(Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, none)).Plan.AccessToken.Target.Resource);
        Assert.Equal("openid", Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, none)).Plan.AccessToken.Scope.ToString());
    }

    [Fact]
    public void An_access_token_does_not_outlive_its_family()
    {
        var ending = Given.Family() with { ExpiresAt = Given.Now + TimeSpan.FromMinutes(2) };
        Assert.Equal(ending.ExpiresAt, Assert.IsType<RefreshTokenDecision.Rotate>(Decide(Newest, family: ending)).Plan.AccessToken.ExpiresAt);
    }

    [Fact]
    public void Every_reason_why_a_refresh_token_is_no_good_reads_the_same_from_outside()
    {
        Refusal[] reasons =
        [
            Refusal.RefreshTokenMalformed, Refusal.RefreshTokenUnknown, Refusal.RefreshTokenExpired, Refusal.RefreshTokenFamilyEnded,
            Refusal.RefreshTokenReused, Refusal.RefreshTokenBelongsToAnotherClient,
        ];
        Assert.Single(reasons.Select(reason => Refusals.Of(reason)).Select(answer => (answer.Error, answer.Status, answer.Description)).Distinct());
    }

    private static RefreshTokenFacts Facts(TokenFamily? family = null) => new(family ?? Given.Family(), Given.User(), Given.Session(), [Given.NotesApi()]);

    private static RefreshTokenDecision Decide(int generation, Client? client = null, TokenFamily? family = null, RefreshTokenFacts? facts = null, string form = "")
    {
        var request = Given.TokenRequest<TokenRequest.RefreshToken>("grant_type=refresh_token&refresh_token=r" + form);
        return RefreshTokenRules.Decide(
            request, Given.RefreshToken(generation), Given.Authenticated(client ?? Given.ConfidentialClient()), facts ?? Facts(family), Given.IdleLimit, Given.Now);
    }

    private static Refusal Refused(RefreshTokenDecision decision) => Assert.IsType<RefreshTokenDecision.Refuse>(decision).Reason;
}
