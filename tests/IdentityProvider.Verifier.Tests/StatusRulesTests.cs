using System.Text.Json.Nodes;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>What a token's status decides, with the list held.</summary>
public sealed class StatusRulesTests
{
    private static readonly StatusList List = Given.List(0, (1, 1), (2, 2), (3, 3));

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, VerifierRefusal.TokenRevoked)]
    [InlineData(2, VerifierRefusal.StatusNotValid)]
    [InlineData(3, VerifierRefusal.TokenStale)]
    [InlineData(63, null)]
    [InlineData(64, VerifierRefusal.StatusIndexOutOfRange)]
    [InlineData(long.MaxValue, VerifierRefusal.StatusIndexOutOfRange)]
    public void The_value_at_the_index_decides(long index, VerifierRefusal? expected) =>
        Assert.Equal(expected, TokenRulesTests.Refusal(Given.Token(Given.Status(index)), List));

    [Fact]
    public void A_token_without_status_is_accepted_unless_one_is_required()
    {
        Assert.Null(TokenRulesTests.Refusal(Given.Token()));
        var strict = new Expected(Given.Options with { RequireStatus = true });
        Assert.Equal(VerifierRefusal.StatusMissing, TokenRules.Decide(Given.Token(), Given.Held(), Given.Lists(), strict, Given.Now).Outcome.Reason());
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{}""")]
    [InlineData("""{"status_list":[]}""")]
    [InlineData("""{"status_list":{"idx":1}}""")]
    [InlineData("""{"status_list":{"uri":"https://issuer.example/status/7"}}""")]
    [InlineData("""{"status_list":{"idx":-1,"uri":"https://issuer.example/status/7"}}""")]
    [InlineData("""{"status_list":{"idx":1.5,"uri":"https://issuer.example/status/7"}}""")]
    [InlineData("""{"status_list":{"idx":"1","uri":"https://issuer.example/status/7"}}""")]
    [InlineData("""{"status_list":{"idx":1,"uri":7}}""")]
    [InlineData("""{"status_list":{"idx":99999999999999999999,"uri":"https://issuer.example/status/7"}}""")]
    public void Refuses_a_status_that_is_no_reference(string status) =>
        Assert.Equal(VerifierRefusal.StatusMalformed, TokenRulesTests.Refusal(Given.Token(new() { ["status"] = JsonNode.Parse(status) }), List));

    [Theory]
    [InlineData("https://evil.example/status/7")]
    [InlineData("https://issuer.example.evil.example/status/7")]
    [InlineData("https://issuer.example@evil.example/status/7")]
    [InlineData("https://issuer.example/other/7")]
    [InlineData("https://issuer.example/status/")]
    [InlineData("https://issuer.example/status/../admin")]
    [InlineData("https://issuer.example/status/7/8")]
    [InlineData("https://issuer.example/status/7?x=1")]
    [InlineData("https://issuer.example/status/%2e%2e")]
    [InlineData("http://issuer.example/status/7")]
    [InlineData("file:///etc/passwd")]
    public void Refuses_a_list_that_is_not_the_issuers_and_asks_nobody_for_it(string uri)
    {
        var decision = TokenRulesTests.Decide(Given.Token(Given.Status(1, uri)), List);
        Assert.Equal((VerifierRefusal.StatusUriForeign, Need.None), (decision.Outcome.Reason(), decision.List));
    }

    [Fact]
    public void A_list_that_is_not_held_is_asked_for()
    {
        var decision = TokenRulesTests.Decide(Given.Token(Given.Status(1)));
        Assert.Equal((VerifierRefusal.StatusUnavailable, Need.Now, Given.ListUri), (decision.Outcome.Reason(), decision.List, decision.ListUri));
    }

    [Fact]
    public void An_expired_token_is_expired_whatever_its_status() =>
        Assert.Equal(VerifierRefusal.Expired, TokenRulesTests.Refusal(Given.Token(new() { ["exp"] = Given.Seconds(Given.Now) - 60, ["status"] = Given.Status(1)["status"]!.DeepClone() }), List));

    [Theory]
    [InlineData(0, Freshness.Fresh)]
    [InlineData(39, Freshness.Fresh)]
    [InlineData(40, Freshness.Stale)]
    [InlineData(59, Freshness.Stale)]
    [InlineData(60, Freshness.Overdue)]
    [InlineData(599, Freshness.Overdue)]
    [InlineData(600, Freshness.Gone)]
    internal void A_list_is_fresh_for_its_ttl_and_good_until_its_exp(int secondsLater, Freshness expected) =>
        Assert.Equal(expected, List.At(Given.Now.AddSeconds(secondsLater), Given.Options));

    [Theory]
    [InlineData(0, Freshness.Fresh)]
    [InlineData(6, Freshness.Fresh)]
    [InlineData(7, Freshness.Stale)]
    [InlineData(10, Freshness.Overdue)]
    internal void With_a_clock_that_is_ahead_a_list_is_fresh_for_a_sixth_of_its_ttl(int secondsLater, Freshness expected)
    {
        var now = Given.Now.AddSeconds(120);
        var jwt = Given.Sign(Given.ListClaims(Given.Bytes()), StatusListRules.Typ);
        Assert.Null(StatusListRules.Read(jwt, Given.ListUri, Given.Keys, Given.Expected, now, out var list, out _));
        Assert.Equal(expected, list!.At(now.AddSeconds(secondsLater), Given.Options));
    }

    [Fact]
    public void The_options_bound_how_long_a_list_is_good() =>
        Assert.Equal(Freshness.Gone, List.At(Given.Now.AddSeconds(120), Given.Options with { StatusLastKnownGood = TimeSpan.FromSeconds(120) }));

    [Fact]
    public void A_heartbeat_that_agrees_keeps_a_list_fresh_but_not_past_its_exp()
    {
        var confirmed = List.ConfirmedBy(Given.Now.AddSeconds(300), Given.Now.AddSeconds(300));
        Assert.Equal(Freshness.Fresh, confirmed.At(Given.Now.AddSeconds(339), Given.Options));
        Assert.Equal(Freshness.Overdue, confirmed.At(Given.Now.AddSeconds(360), Given.Options));
        var late = List.ConfirmedBy(Given.Now.AddSeconds(595), Given.Now.AddSeconds(595));
        Assert.Equal(Freshness.Stale, late.At(Given.Now.AddSeconds(596), Given.Options));
        Assert.Equal(Freshness.Gone, late.At(Given.Now.AddSeconds(600), Given.Options));
    }

    [Fact]
    public void A_heartbeat_of_the_future_or_the_past_gives_no_more_than_its_receipt()
    {
        Assert.Equal(Given.Now.AddSeconds(10), List.ConfirmedBy(Given.Now.AddDays(1), Given.Now.AddSeconds(10)).ConfirmedAt);
        Assert.Same(List, List.ConfirmedBy(Given.Now.AddSeconds(-10), Given.Now.AddSeconds(10)));
    }

    [Fact]
    public void A_list_that_is_behind_is_worth_waiting_for()
    {
        var decision = TokenRulesTests.Decide(Given.Token(Given.Status(0)), List.Knowing(1));
        Assert.Equal((null, Need.Now), (decision.Outcome.Reason(), decision.List));
    }

    [Fact]
    public void An_older_version_never_replaces_a_newer_one_that_is_good()
    {
        var held = Given.List(5, (9, 1));
        var older = Given.List(4);
        Assert.Same(held, StatusList.Newer(held, older, Given.Now, Given.Options));
        Assert.Same(older, StatusList.Newer(held, older, Given.Now.AddSeconds(600), Given.Options));
        Assert.Equal(6, StatusList.Newer(held, Given.List(6), Given.Now, Given.Options).Version);
    }
}
