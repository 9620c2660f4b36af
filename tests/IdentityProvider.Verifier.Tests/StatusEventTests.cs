using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>What a pushed event or heartbeat does to a list that is held.</summary>
public sealed class StatusEventTests
{
    private static readonly StatusList Held = Given.List(version: 5, (9, 1));

    [Fact]
    public void The_next_event_is_applied()
    {
        var after = Event(5, 6, "[[3,2,1]]").ApplyTo(Held);
        Assert.Equal((1, 1, 0, 1, 6L), (after.StatusAt(3), after.StatusAt(4), after.StatusAt(5), after.StatusAt(9), after.Version));
        Assert.Equal(0, Held.StatusAt(3));
    }

    [Fact]
    public void An_event_that_overlaps_what_is_held_is_applied() => Assert.Equal(7, Event(3, 7, "[[3,1,1]]").ApplyTo(Held).Version);

    [Theory]
    [InlineData(4, 5)]
    [InlineData(0, 1)]
    public void A_replayed_event_changes_nothing(long previous, long version) => Assert.Same(Held, Event(previous, version, "[[9,1,0]]").ApplyTo(Held));

    [Fact]
    public void An_event_after_a_gap_leaves_the_list_behind()
    {
        var after = Event(6, 7, "[[3,1,1]]").ApplyTo(Held);
        Assert.True(after.IsBehind);
        Assert.Equal((5L, 0), (after.Version, after.StatusAt(3)));
    }

    [Fact]
    public void Reordered_events_leave_the_list_behind_until_the_rest_is_known()
    {
        var after = Event(5, 6, "[[3,1,1]]").ApplyTo(Event(6, 7, "[[4,1,1]]").ApplyTo(Held));
        Assert.Equal((6L, true), (after.Version, after.IsBehind));
        Assert.False(StatusList.Newer(after, Given.List(7, (3, 1), (4, 1), (9, 1)), Given.Now, Given.Options).IsBehind);
    }

    [Fact]
    public void An_event_that_does_not_fit_the_list_leaves_it_behind() => Assert.True(Event(5, 6, "[[64,1,1]]").ApplyTo(Held).IsBehind);

    [Fact]
    public void Who_signed_an_event_has_signed_the_list_too()
    {
        var after = Read(Jwt(5, 6, "[[3,1,1]]", Given.Es256)).ApplyTo(Held);
        Assert.Equal([Given.Rs256.Kid, Given.Es256.Kid], after.Signers);
    }

    [Theory]
    [InlineData("sub", "\"https://evil.example/status/7\"")]
    [InlineData("sub", "null")]
    [InlineData("iss", "\"https://evil.example\"")]
    [InlineData("prev", "6")]
    [InlineData("prev", "-1")]
    [InlineData("ver", "\"6\"")]
    [InlineData("iat", "null")]
    [InlineData("changes", "{}")]
    [InlineData("changes", "[[1,1]]")]
    [InlineData("changes", "[[1,1,-1]]")]
    [InlineData("changes", "[[1,1,256]]")]
    [InlineData("changes", "[[1.5,1,1]]")]
    public void Refuses_an_event_with_a_wrong_claim(string claim, string value)
    {
        var claims = Claims(5, 6, "[[3,1,1]]");
        claims[claim] = JsonNode.Parse(value);
        Assert.NotNull(StatusEvent.Read(Given.Sign(claims, StatusEvent.Typ), Given.Keys, Given.Expected, out _, out _));
    }

    [Fact]
    public void Refuses_an_event_of_another_key_or_kind()
    {
        Assert.NotNull(StatusEvent.Read(Jwt(5, 6, "[]", Given.Stranger), Given.Keys, Given.Expected, out _, out var keyUnknown));
        Assert.True(keyUnknown);
        Assert.NotNull(StatusEvent.Read(Given.Sign(Claims(5, 6, "[]"), Heartbeat.Typ), Given.Keys, Given.Expected, out _, out _));
    }

    [Fact]
    public void A_heartbeat_confirms_tells_or_leaves_alone()
    {
        var later = Given.Now.AddSeconds(50);
        Assert.Equal(later, Beat(5, later).ApplyTo(Held, later).ConfirmedAt);
        Assert.True(Beat(6, later).ApplyTo(Held, later).IsBehind);
        Assert.Same(Held, Beat(4, later).ApplyTo(Held, later));
        Assert.Same(Held, (Beat(5, later) with { Lists = new Dictionary<string, long>() }).ApplyTo(Held, later));
    }

    [Theory]
    [InlineData("jwks", "null")]
    [InlineData("lists", "[]")]
    [InlineData("lists", """{"https://evil.example/status/1":1}""")]
    [InlineData("lists", """{"https://issuer.example/status/7":"1"}""")]
    [InlineData("iss", "\"https://evil.example\"")]
    public void Refuses_a_heartbeat_with_a_wrong_claim(string claim, string value)
    {
        var claims = BeatClaims(5, Given.Now);
        claims[claim] = JsonNode.Parse(value);
        Assert.NotNull(Heartbeat.Read(Given.Sign(claims, Heartbeat.Typ), Given.Keys, Given.Expected, out _, out _));
    }

    private static StatusEvent Event(long previous, long version, string changes) => Read(Jwt(previous, version, changes));

    private static StatusEvent Read(string jwt)
    {
        Assert.Null(StatusEvent.Read(jwt, Given.Keys, Given.Expected, out var change, out _));
        return change!;
    }

    private static string Jwt(long previous, long version, string changes, SigningKey? key = null) => Given.Sign(Claims(previous, version, changes), StatusEvent.Typ, key);

    private static JsonObject Claims(long previous, long version, string changes) => new()
    {
        ["iss"] = Given.Issuer,
        ["iat"] = Given.Seconds(Given.Now),
        ["sub"] = Given.ListUri,
        ["prev"] = previous,
        ["ver"] = version,
        ["changes"] = JsonNode.Parse(changes),
    };

    private static Heartbeat Beat(long version, DateTimeOffset at)
    {
        Assert.Null(Heartbeat.Read(Given.Sign(BeatClaims(version, at), Heartbeat.Typ), Given.Keys, Given.Expected, out var beat, out _));
        return beat!;
    }

    private static JsonObject BeatClaims(long version, DateTimeOffset at) => new()
    {
        ["iss"] = Given.Issuer,
        ["iat"] = Given.Seconds(at),
        ["lists"] = new JsonObject { [Given.ListUri] = version },
        ["jwks"] = "hash",
    };
}
