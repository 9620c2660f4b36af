using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol.SharedSignals;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SharedSignals;

/// <summary>SSF 1.0 §8.1: what a receiver may make of a stream.</summary>
public sealed class StreamRulesTests
{
    private const string Revoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    private const string Disabled = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";

    internal static readonly SignalStream Standing = new()
    {
        StreamId = Given.SessionId,
        ClientId = "receiver",
        EndpointUrl = "https://receiver.example/events",
        HasAuthorization = true,
        EventsRequested = [Revoked, "https://other.example/type"],
        Delivered = [SignalKind.SessionRevoked],
        Description = "Ours",
        CreatedAt = Given.Now,
    };

    [Fact]
    public void A_stream_that_says_nothing_is_fetched_and_brings_nothing() =>
        Assert.Equivalent(new StreamPlan(null, KeepsDelivery: false, null, [], [], null), Planned(StreamRules.Create(Read("{}"))));

    [Fact]
    public void Types_that_there_are_are_delivered_and_the_rest_is_left_alone()
    {
        var plan = Planned(StreamRules.Create(Read($$"""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example/events","authorization_header":"Bearer abc"},"events_requested":["{{Disabled}}","https://other.example/type","{{Revoked}}","{{Revoked}}"],"description":"Größe ☂"}""")));
        Assert.Equal([SignalKind.SessionRevoked, SignalKind.AccountDisabled], plan.Delivered);
        Assert.Equal([Disabled, "https://other.example/type", Revoked], plan.EventsRequested);
        Assert.Equal(("https://receiver.example/events", "Bearer abc", "Größe ☂"), (plan.EndpointUrl, plan.Authorization, plan.Description));
    }

    [Theory]
    [InlineData("""{"stream_id":"a"}""", "stream_id")]
    [InlineData("""{"iss":"https://issuer.example"}""", "iss")]
    [InlineData("""{"aud":"receiver"}""", "aud")]
    [InlineData("""{"events_supported":[]}""", "events_supported")]
    [InlineData("""{"events_delivered":[]}""", "events_delivered")]
    [InlineData("""{"min_verification_interval":1}""", "min_verification_interval")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8936","endpoint_url":"https://receiver.example"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8936","authorization_header":"x"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"http://receiver.example"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"file:///etc/passwd"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://a:b@receiver.example"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example/#x"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example","authorization_header":""}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example","authorization_header":"a\r\nHost: b"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"https://schemas.openid.net/secevent/risc/delivery-method/push"}}""", "delivery")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8936","more":1}}""", "delivery")]
    [InlineData("""{"delivery":"urn:ietf:rfc:8936"}""", "delivery")]
    [InlineData("""{"events_requested":["no address"]}""", "events_requested")]
    [InlineData("""{"description":"a\nb"}""", "description")]
    [InlineData("""{"status":"enabled"}""", "status")]
    [InlineData("[]", "metadata")]
    public void Refuses_a_new_stream(string body, string member) => Assert.Equal(member, ErrorOf(() => StreamRules.Create(Read(body))).Member);

    [Fact]
    public void Refuses_more_types_than_anybody_needs()
    {
        var types = string.Join(',', Enumerable.Range(0, StreamRules.MostTypes + 1).Select(i => $"\"https://other.example/{i}\""));
        Assert.Equal("events_requested", ErrorOf(() => StreamRules.Create(Read($$"""{"events_requested":[{{types}}]}"""))).Member);
        Assert.Equal("events_requested", ErrorOf(() => StreamRules.Create(Read($$"""{"events_requested":["https://other.example/{{new string('a', StreamRules.LongestType)}}"]}"""))).Member);
    }

    [Fact]
    public void A_change_leaves_what_it_doesnt_name()
    {
        var plan = Planned(StreamRules.Change(Read($$"""{"stream_id":"{{Standing.StreamId:N}}","events_requested":["{{Disabled}}"]}"""), Standing, Given.Issuer));
        Assert.Equal((Standing.EndpointUrl, true, null, "Ours"), (plan.EndpointUrl, plan.KeepsDelivery, plan.Authorization, plan.Description));
        Assert.Equal([SignalKind.AccountDisabled], plan.Delivered);

        plan = Planned(StreamRules.Change(Read("""{"delivery":{"method":"urn:ietf:rfc:8936"},"description":"Other"}"""), Standing, Given.Issuer));
        Assert.Equal((null, false, "Other"), (plan.EndpointUrl, plan.KeepsDelivery, plan.Description));
        Assert.Equal([SignalKind.SessionRevoked], plan.Delivered);
    }

    [Fact]
    public void A_replacement_takes_away_what_it_doesnt_name()
    {
        var plan = Planned(StreamRules.Replace(Read("""{"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://receiver.example/events"}}"""), Standing, Given.Issuer));
        Assert.Equal((false, null, null), (plan.KeepsDelivery, plan.Authorization, plan.Description));
        Assert.Empty(plan.EventsRequested);
        Assert.Equal("delivery", ErrorOf(() => StreamRules.Replace(Read("{}"), Standing, Given.Issuer)).Member);
    }

    [Fact]
    public void What_was_read_may_be_sent_back()
    {
        foreach (var stream in new[] { Standing, Standing with { EndpointUrl = null, HasAuthorization = false } })
        {
            var read = JsonSerializer.SerializeToUtf8Bytes(SharedSignalsMetadata.Of(stream, Given.Issuer), StreamJson.Default.StreamConfiguration);
            var configuration = Assert.IsType<Validated<StreamConfiguration>.Valid>(StreamRules.Read(read)).Value;
            Assert.Equal((stream.EndpointUrl, stream.Description), (Planned(StreamRules.Replace(configuration, stream, Given.Issuer)) is var plan ? plan.EndpointUrl : "", plan.Description));
            Assert.Equal(stream.EventsRequested, plan.EventsRequested);
        }
    }

    [Theory]
    [InlineData("""{"iss":"https://other.example"}""", "iss")]
    [InlineData("""{"aud":"other"}""", "aud")]
    [InlineData("""{"aud":["receiver","other"]}""", "aud")]
    [InlineData("""{"aud":7}""", "aud")]
    [InlineData("""{"events_supported":[]}""", "events_supported")]
    [InlineData("""{"events_delivered":[]}""", "events_delivered")]
    [InlineData("""{"min_verification_interval":1}""", "min_verification_interval")]
    [InlineData("""{"delivery":{"method":"urn:ietf:rfc:8936","endpoint_url":"https://issuer.example/ssf/poll/other"}}""", "delivery")]
    public void Refuses_a_change_of_what_is_ours_to_say(string body, string member) =>
        Assert.Equal(member, ErrorOf(() => StreamRules.Change(Read(body), Standing, Given.Issuer)).Member);

    [Fact]
    public void An_audience_may_be_written_as_a_list()
    {
        Planned(StreamRules.Change(Read("""{"aud":["receiver"]}"""), Standing, Given.Issuer));
        Planned(StreamRules.Change(Read("""{"aud":"receiver"}"""), Standing, Given.Issuer));
    }

    [Fact]
    public void A_status_is_one_of_three()
    {
        var change = Assert.IsType<Validated<StatusChange>.Valid>(StreamRules.ReadStatus(Bytes($$"""{"stream_id":"{{Standing.StreamId:N}}","status":"paused","reason":"Moving"}"""))).Value;
        Assert.Equal(new StatusChange(Standing.StreamId, StreamStatus.Paused, "Moving"), change);
        foreach (var (body, member) in new[] { ("""{"status":"Paused"}""", "status"), ("{}", "status"), ("""{"status":"enabled","reason":"\u0007"}""", "reason"), ("x", "metadata") })
            Assert.Equal(member, Assert.IsType<Validated<StatusChange>.Invalid>(StreamRules.ReadStatus(Bytes(body))).Error.Member);
    }

    [Fact]
    public void A_state_is_echoed_if_it_can_be_kept()
    {
        Assert.Equal("☂ {}", Assert.IsType<Validated<VerificationRequest>.Valid>(StreamRules.ReadVerification(Bytes("""{"stream_id":"a","state":"☂ {}"}"""))).Value.State);
        foreach (var body in new[] { $$"""{"state":"{{new string('a', StreamRules.LongestState + 1)}}"}""", """{"state":"a\u0000b"}""", """{"state":7}""" })
            Assert.Equal("state", Assert.IsType<Validated<VerificationRequest>.Invalid>(StreamRules.ReadVerification(Bytes(body))).Error.Member);
    }

    private static StreamPlan Planned(Validated<StreamPlan> plan) => Assert.IsType<Validated<StreamPlan>.Valid>(plan).Value;

    private static MetadataError ErrorOf(Func<Validated<StreamPlan>> decide)
    {
        try
        {
            return Assert.IsType<Validated<StreamPlan>.Invalid>(decide()).Error;
        }
        catch (UnreadableException e)
        {
            return e.Error;
        }
    }

    private static StreamConfiguration Read(string body) => StreamRules.Read(Bytes(body)) switch
    {
        Validated<StreamConfiguration>.Valid { Value: var read } => read,
        var invalid => throw new UnreadableException(((Validated<StreamConfiguration>.Invalid)invalid).Error),
    };

    private static byte[] Bytes(string body) => Encoding.UTF8.GetBytes(body);

    private sealed class UnreadableException(MetadataError error) : Exception(error.ToString())
    {
        public MetadataError Error => error;
    }
}
