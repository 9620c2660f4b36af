using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamAccountRulesTests
{
    private static readonly UpstreamPerson Nameless = new(new JsonObject(), null);

    private static readonly UpstreamPerson Known = new(new JsonObject(), EmailAddress.Read("ada@example.com"));

    private static readonly UpstreamAccounts Nobody = new(null, EmailIsTaken: false, IsInvited: false);

    [Theory]
    [InlineData(UpstreamCreation.Never)]
    [InlineData(UpstreamCreation.Invited)]
    [InlineData(UpstreamCreation.Always)]
    public void Who_is_linked_signs_in(UpstreamCreation create) =>
        Assert.Equal(Given.UserId, Assert.IsType<UpstreamAccountDecision.SignIn>(Decide(create, Known, Nobody with { Linked = Given.UserId, EmailIsTaken = true })).UserId);

    [Theory]
    [InlineData(UpstreamCreation.Never)]
    [InlineData(UpstreamCreation.Invited)]
    [InlineData(UpstreamCreation.Always)]
    public void An_address_of_somebody_here_never_leads_into_their_account(UpstreamCreation create)
    {
        Assert.Equal(Refusal.UpstreamEmailTaken, RefusalOf(Decide(create, Known, Nobody with { EmailIsTaken = true, IsInvited = true })));
        Assert.Equal(Refusal.UpstreamEmailTaken, RefusalOf(Decide(create, Known, Nobody with { EmailIsTaken = true }, wantsNew: true)));
    }

    [Fact]
    public void Nobody_is_made_where_the_policy_is_never()
    {
        Assert.Equal(Refusal.UpstreamAccountUnknown, RefusalOf(Decide(UpstreamCreation.Never, Known, Nobody with { IsInvited = true }, wantsNew: true)));
        Assert.Equal(Refusal.UpstreamAccountUnknown, RefusalOf(Decide(UpstreamCreation.Never, Nameless, Nobody)));
    }

    [Fact]
    public void Who_must_be_invited_is_known_by_an_address_that_counts()
    {
        Assert.Equal(Refusal.UpstreamNotInvited, RefusalOf(Decide(UpstreamCreation.Invited, Known, Nobody)));
        Assert.Equal(Refusal.UpstreamNotInvited, RefusalOf(Decide(UpstreamCreation.Invited, Nameless, Nobody with { IsInvited = true }, wantsNew: true)));
        Assert.IsType<UpstreamAccountDecision.Create>(Decide(UpstreamCreation.Invited, Known, Nobody with { IsInvited = true }));
    }

    [Fact]
    public void Who_comes_without_an_address_that_counts_is_asked_whether_they_are_new()
    {
        Assert.IsType<UpstreamAccountDecision.Create>(Decide(UpstreamCreation.Always, Known, Nobody));
        Assert.IsType<UpstreamAccountDecision.Ask>(Decide(UpstreamCreation.Always, Nameless, Nobody));
        Assert.IsType<UpstreamAccountDecision.Create>(Decide(UpstreamCreation.Always, Nameless, Nobody, wantsNew: true));
    }

    [Fact]
    public void A_link_is_one_persons_and_there_are_not_many()
    {
        Assert.Null(UpstreamAccountRules.RefuseLink(Given.UserId, linked: null, links: 0));
        Assert.Null(UpstreamAccountRules.RefuseLink(Given.UserId, linked: Given.UserId, UpstreamAccountRules.MostLinks));
        Assert.Equal(Refusal.UpstreamLinkTaken, UpstreamAccountRules.RefuseLink(Given.UserId, linked: Given.SessionId, links: 0));
        Assert.Equal(Refusal.UpstreamLinksTooMany, UpstreamAccountRules.RefuseLink(Given.UserId, linked: null, UpstreamAccountRules.MostLinks));
    }

    [Fact]
    public void The_last_way_to_sign_in_stays()
    {
        Assert.Equal(Refusal.UpstreamLinkLast, UpstreamAccountRules.RefuseUnlink(otherWays: 0));
        Assert.Null(UpstreamAccountRules.RefuseUnlink(otherWays: 1));
    }

    private static UpstreamAccountDecision Decide(UpstreamCreation create, UpstreamPerson person, UpstreamAccounts known, bool wantsNew = false) =>
        UpstreamAccountRules.Decide(UpstreamGiven.Upstream() with { Create = create }, person, known, wantsNew);

    private static Refusal RefusalOf(UpstreamAccountDecision decision) => Assert.IsType<UpstreamAccountDecision.Refused>(decision).Reason;
}
