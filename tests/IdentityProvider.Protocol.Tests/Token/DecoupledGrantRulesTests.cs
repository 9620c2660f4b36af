using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Token;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class DecoupledGrantRulesTests
{
    private static readonly Client Device = Given.PublicClient() with { GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken], RedirectUris = [] };

    private static readonly DecoupledRequest Pending = new()
    {
        RequestId = Guid.Parse("44444444-4444-4444-8444-444444444444"),
        Kind = DecoupledKind.Device,
        ClientId = "spa",
        Scope = ScopeSet.Of(["openid", "notes.read"]),
        Resources = [Given.NotesApi().Identifier],
        CreatedAt = Given.Now - TimeSpan.FromMinutes(1),
        ExpiresAt = Given.Now + TimeSpan.FromMinutes(9),
    };

    private static readonly DecoupledRequest Approved = Pending with
    {
        Status = DecoupledStatus.Approved,
        UserId = Given.UserId,
        AuthTime = Given.Now - TimeSpan.FromMinutes(10),
        Amr = ["pwd"],
        Acr = "1",
        PolledAt = Given.Now - TimeSpan.FromSeconds(1),
    };

    [Fact]
    public void Issues_what_the_person_approved_under_no_session()
    {
        var issue = Assert.IsType<DecoupledDecision.Issue>(Decide(Approved));

        Assert.Null(issue.Family.SessionId);
        Assert.Equal((Given.FamilyId, "spa", Given.UserId), (issue.Family.FamilyId, issue.Family.ClientId, issue.Family.UserId));
        Assert.Equal((Given.Now - TimeSpan.FromMinutes(10), "1", "pwd"), (issue.Family.AuthTime, issue.Family.Acr, Assert.Single(issue.Family.Amr)));
        Assert.Equal(Approved.Terms, issue.Family.Terms);
        Assert.Equal("openid notes.read", issue.Plan.AccessToken.Scope.ToString());
        Assert.Equal("https://notes.example", issue.Plan.AccessToken.Target.Resource!.Identifier);
        Assert.Null(issue.Plan.IdToken!.SessionId);
        Assert.Equal((Given.FamilyId, 0), (issue.Plan.RefreshToken!.FamilyId, issue.Plan.RefreshToken.Generation));
    }

    [Fact]
    public void Issues_no_ID_token_without_openid_and_no_refresh_token_to_who_may_not_refresh()
    {
        var issue = Assert.IsType<DecoupledDecision.Issue>(
            Decide(Approved with { Scope = ScopeSet.Of(["notes.read"]) }, Device with { GrantTypes = [GrantTypes.DeviceCode] }));
        Assert.Null(issue.Plan.IdToken);
        Assert.Null(issue.Plan.RefreshToken);
    }

    [Fact]
    public void Gives_no_scope_that_the_client_has_lost_since()
    {
        var issue = Assert.IsType<DecoupledDecision.Issue>(Decide(Approved, Device with { Scope = ScopeSet.Of(["openid"]) }));
        Assert.Equal("openid", issue.Family.Scope.ToString());
        Assert.Equal(Refusal.ScopeNotAllowed, Refused(Decide(Approved, Device with { Scope = ScopeSet.Empty })));
    }

    [Fact]
    public void Refuses_a_resource_that_was_not_granted() =>
        Assert.Equal(Refusal.ResourceExceedsGrant, Refused(Decide(Approved, form: "&resource=https://files.example")));

    [Fact]
    public void Asks_to_wait_while_nobody_has_answered()
    {
        var wait = Assert.IsType<DecoupledDecision.Wait>(Decide(Pending));
        Assert.Equal((Refusal.AuthorizationPending, TimeSpan.FromSeconds(5)), (wait.Reason, wait.Interval));
    }

    [Theory]
    [InlineData(0, 5, Refusal.SlowDown, 10)]
    [InlineData(3.9, 5, Refusal.SlowDown, 10)]
    [InlineData(4, 5, Refusal.AuthorizationPending, 5)]
    [InlineData(8, 10, Refusal.SlowDown, 15)]
    [InlineData(10, 10, Refusal.AuthorizationPending, 10)]
    public void Who_asks_too_soon_waits_five_seconds_longer_from_then_on(double secondsSince, int interval, Refusal reason, int next)
    {
        var polled = Pending with { PolledAt = Given.Now - TimeSpan.FromSeconds(secondsSince), Interval = TimeSpan.FromSeconds(interval) };
        var wait = Assert.IsType<DecoupledDecision.Wait>(Decide(polled));
        Assert.Equal((reason, TimeSpan.FromSeconds(next)), (wait.Reason, wait.Interval));
    }

    [Fact]
    public void Refuses_an_unknown_code() => Assert.Equal(Refusal.DecoupledCodeUnknown, Refused(Decide(null)));

    [Fact]
    public void Refuses_a_code_of_the_other_grant() =>
        Assert.Equal(Refusal.DecoupledCodeUnknown, Refused(Decide(Approved with { Kind = DecoupledKind.Backchannel })));

    [Fact]
    public void Refuses_a_code_issued_to_another_client() =>
        Assert.Equal(Refusal.DecoupledCodeBelongsToAnotherClient, Refused(Decide(Approved, Device with { ClientId = "other" })));

    [Fact]
    public void A_code_works_once() =>
        Assert.Equal(Refusal.DecoupledCodeAlreadyRedeemed, Refused(Decide(Approved with { RedeemedAt = Given.Now, FamilyId = Given.FamilyId })));

    [Fact]
    public void An_expired_code_is_told_as_such_to_the_moment()
    {
        Assert.Equal(Refusal.DecoupledCodeExpired, Refused(Decide(Pending with { ExpiresAt = Given.Now })));
        Assert.Equal(Refusal.DecoupledCodeExpired, Refused(Decide(Approved with { ExpiresAt = Given.Now })));
        Assert.Equal("expired_token", Refusals.Of(Refusal.DecoupledCodeExpired).Error);
    }

    [Fact]
    public void Refuses_what_the_person_denied() =>
        Assert.Equal(Refusal.DecoupledRequestDenied, Refused(Decide(Pending with { Status = DecoupledStatus.Denied, UserId = Given.UserId })));

    [Fact]
    public void Refuses_a_person_who_may_no_longer_sign_in()
    {
        Assert.Equal(Refusal.UserDisabled, Refused(Decide(Approved, facts: f => f with { User = f.User! with { IsActive = false } })));
        Assert.Equal(Refusal.UserDisabled, Refused(Decide(Approved, facts: f => f with { User = null })));
    }

    [Fact]
    public void A_pairwise_client_knows_the_person_by_its_own_name() => Assert.Equal(
        "their-name-here", Assert.IsType<DecoupledDecision.Issue>(Decide(Approved, facts: f => f with { PairwiseSubject = "their-name-here" })).Family.Subject);

    private static DecoupledDecision Decide(
        DecoupledRequest? stored, Client? client = null, string form = "", Func<DecoupledFacts, DecoupledFacts>? facts = null)
    {
        var asking = client ?? Device;
        var request = Given.TokenRequest<TokenRequest.Decoupled>($"grant_type={GrantTypes.DeviceCode}&device_code=c" + form, asking);
        var known = new DecoupledFacts(stored, Given.User(), stored is null ? [] : [Given.NotesApi()]);
        return DecoupledGrantRules.Decide(request, Given.Authenticated(asking), facts?.Invoke(known) ?? known, Given.FamilyId, Given.Now);
    }

    private static Refusal Refused(DecoupledDecision decision) => Assert.IsType<DecoupledDecision.Refuse>(decision).Reason;
}
