using System.Text;
using IdentityProvider.Protocol.SharedSignals;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SharedSignals;

/// <summary>RFC 8936 §2: what a receiver that fetches its events says.</summary>
public sealed class PollRulesTests
{
    [Fact]
    public void A_receiver_that_says_nothing_waits_for_a_few() => Assert.Equivalent(new PollPlan(PollRules.UsualEvents, false, [], new Dictionary<Guid, string>()), Plan("{}"));

    [Fact]
    public void It_says_what_it_has_and_what_it_cant_use()
    {
        var (one, other) = (Given.UserId, Given.SessionId);
        var setErrs = $$"""{"{{other:N}}":{"err":"invalid_key","description":"x"},"not-ours":{} }""";
        var plan = Plan($$"""{"maxEvents":1000,"returnImmediately":true,"ack":["{{one:N}}","not-ours"],"setErrs":{{setErrs}} }""");
        Assert.Equal((PollRules.MostEvents, true), (plan.MaxEvents, plan.ReturnsImmediately));
        Assert.Equal([one], plan.Acknowledged);
        Assert.Equal("invalid_key", plan.Refused[other]);
        Assert.Single(plan.Refused);
    }

    [Theory]
    [InlineData("""{"err":"a-word\nof the receiver's"}""", "another reason")]
    [InlineData("""{"err":7}""", "another reason")]
    [InlineData("[]", "another reason")]
    [InlineData("<html>", "another reason")]
    [InlineData("""{"err":"\ud800"}""", "another reason")]
    [InlineData("""{"\ud800":1,"err":"invalid_key"}""", "another reason")]
    [InlineData("""{"err":"invalid_audience"}""", "invalid_audience")]
    public void Of_reasons_only_those_that_there_are_are_told(string body, string told) => Assert.Equal(told, PollRules.ReasonOf(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"maxEvents":-1}""", "maxEvents")]
    [InlineData("""{"maxEvents":"1"}""", "maxEvents")]
    [InlineData("""{"ack":"a"}""", "ack")]
    [InlineData("""{"returnImmediately":1}""", "returnImmediately")]
    [InlineData("""{"more":1}""", "more")]
    [InlineData("", "metadata")]
    [InlineData("""{"\ud800":1}""", "metadata")]
    [InlineData("""{"setErrs":{"a":{"err":"\udc00"}}}""", "metadata")]
    public void Refuses_what_is_no_such_request(string body, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<PollPlan>.Invalid>(PollRules.Read(Encoding.UTF8.GetBytes(body))).Error.Member);

    [Fact]
    public void An_event_that_is_named_twice_is_one()
    {
        const string written = "abcdefabcdefabcdefabcdefabcdefab";
        var plan = Plan($$"""{"setErrs":{"{{written}}":{"err":"invalid_key"},"{{written.ToUpperInvariant()}}":{"err":"access_denied"} } }""");
        Assert.Equal("invalid_key", Assert.Single(plan.Refused).Value);
    }

    private static PollPlan Plan(string body) => Assert.IsType<Validated<PollPlan>.Valid>(PollRules.Read(Encoding.UTF8.GetBytes(body))).Value;
}
