using IdentityProvider.Jose;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Revocations that are pushed: they arrive at once, and no fault of the stream makes the verifier believe more or less than the issuer signed.</summary>
public sealed class EventStreamTests : OverHttp
{
    [Fact]
    public async Task A_pushed_revocation_needs_no_fetch()
    {
        var verifier = await ConnectedAsync();
        Issuer.SendEvent(Issuer.Set(1, 1));
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
        Assert.Equal(1, Issuer.Lists);
    }

    [Fact]
    public async Task Heartbeats_keep_lists_and_keys_fresh_without_a_fetch()
    {
        var verifier = await ConnectedAsync();
        for (var i = 0; i < 35; i++)
        {
            Advance(10);
            Issuer.SendEvent(Issuer.Set(2, i % 2));
            Issuer.SendHeartbeat();
            await BecomesAsync(verifier, 2, i % 2 == 1 ? VerifierRefusal.TokenRevoked : null);
        }
        Assert.Equal((1, 1), (Issuer.Jwks, Issuer.Lists));
    }

    [Fact]
    public async Task After_a_gap_the_list_is_fetched()
    {
        var verifier = await ConnectedAsync();
        Issuer.Set(1, 1); // its event is lost
        Issuer.SendEvent(Issuer.Set(2, 1));
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(2)));
        Assert.Equal(2, Issuer.Lists);
    }

    [Fact]
    public async Task Reordered_events_end_in_what_the_issuer_has()
    {
        var verifier = await ConnectedAsync();
        string[] events = [Issuer.Set(1, 1), Issuer.Set(2, 1), Issuer.Set(1, 3)];
        foreach (var jwt in events.Reverse()) Issuer.SendEvent(jwt);
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenStale);
        await BecomesAsync(verifier, 2, VerifierRefusal.TokenRevoked);
    }

    [Fact]
    public async Task A_replayed_event_takes_nothing_back()
    {
        var verifier = await ConnectedAsync();
        var released = Issuer.Set(1, 0);
        Issuer.SendEvent(released);
        Issuer.SendEvent(Issuer.Set(1, 1));
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
        Issuer.SendEvent(released);
        Issuer.SendEvent(Issuer.Set(2, 1));
        await BecomesAsync(verifier, 2, VerifierRefusal.TokenRevoked);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Assert.Equal((1, 1), (Issuer.Lists, Issuer.Streams));
    }

    [Fact]
    public async Task A_heartbeat_that_knows_a_later_version_has_the_list_fetched()
    {
        var verifier = await ConnectedAsync();
        Issuer.Set(1, 1);
        Issuer.SendHeartbeat();
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
    }

    [Fact]
    public async Task A_forged_event_is_not_believed_and_ends_the_stream()
    {
        var verifier = await ConnectedAsync();
        Issuer.Set(1, 1);
        Issuer.SendEvent(Issuer.EventJwt(0, 1, "[[2,1,1]]", Given.Stranger));
        await ReconnectedAsync(verifier);
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(2)));
    }

    [Theory]
    [InlineData("event: heartbeat\ndata: nonsense\n\n")]
    [InlineData("event: status\ndata: {}\n\n")]
    [InlineData("event: status\ndata:\n\n")]
    public async Task An_event_that_is_nonsense_ends_the_stream(string text)
    {
        var verifier = await ConnectedAsync();
        Issuer.Send(text);
        await ReconnectedAsync(verifier);
    }

    [Fact]
    public async Task An_event_without_an_end_ends_the_stream()
    {
        var verifier = await ConnectedAsync();
        Issuer.Send(Issuer.Frame("status", Issuer.Set(2, 1), id: "41"));
        await BecomesAsync(verifier, 2, VerifierRefusal.TokenRevoked);
        var megabyte = new string('x', 1 << 20);
        Issuer.Send("event: status\ndata: ");
        for (var i = 0; i < 4; i++) Issuer.Send(megabyte);
        await ReconnectedAsync(verifier);
        Assert.Equal([null, null], Issuer.LastEventIds); // it would come again
    }

    [Fact]
    public async Task Events_of_a_kind_that_is_not_known_are_passed_over()
    {
        var verifier = await ConnectedAsync();
        Issuer.Send("event: news\ndata: nothing\n\n: a comment\n\n");
        Issuer.SendEvent(Issuer.Set(1, 1));
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
        Assert.Equal(1, Issuer.Streams);
    }

    [Fact]
    public async Task A_stream_that_is_cut_is_opened_again_where_it_ended()
    {
        var verifier = await ConnectedAsync();
        Issuer.Send(Issuer.Frame("status", Issuer.Set(2, 1), id: "41"));
        await BecomesAsync(verifier, 2, VerifierRefusal.TokenRevoked);
        Issuer.Cut();
        await ReconnectedAsync(verifier);
        Assert.Equal([null, "41"], Issuer.LastEventIds);
    }

    [Fact]
    public async Task An_event_that_is_refused_is_not_asked_for_again()
    {
        var verifier = await ConnectedAsync();
        Issuer.Send(Issuer.Frame("status", Issuer.Set(2, 1), id: "41"));
        Issuer.Send(Issuer.Frame("status", Issuer.EventJwt(1, 2, "[[2,1,0]]", Given.Stranger), id: "42"));
        await ReconnectedAsync(verifier);
        Assert.Equal([null, null], Issuer.LastEventIds);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(2)));
    }

    [Fact]
    public async Task What_happened_while_the_stream_was_cut_is_caught_up_with()
    {
        var verifier = await ConnectedAsync();
        Issuer.Cut();
        Issuer.Set(1, 1);
        await ReconnectedAsync(verifier);
        await BecomesAsync(verifier, 1, VerifierRefusal.TokenRevoked);
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_lost_and_the_ttl_takes_over()
    {
        var verifier = await ConnectedAsync();
        Issuer.Instead["/status/events"] = Issuer.HangAsync;
        Advance(24);
        Assert.True(verifier.IsConnected);
        Advance(1);
        await Eventually.TrueAsync(() => !verifier.IsConnected, "lost");
        Issuer.Set(1, 1);
        Advance(36);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task Without_a_stream_lists_live_by_their_ttl()
    {
        Issuer.Instead["/status/events"] = http =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        var verifier = NewVerifier(Issuer.Options with { Push = true });
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Issuer.Set(1, 1);
        Advance(60);
        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(verifier, Issuer.TokenAt(1)));
        Assert.False(verifier.IsConnected);
    }

    [Fact]
    public async Task An_issuer_without_streams_is_asked_ever_more_seldom()
    {
        Issuer.Instead["/status/events"] = http => http.Response.WriteAsync("no stream");
        var verifier = NewVerifier(Issuer.Options with { Push = true });
        await verifier.StartAsync();
        await Eventually.TrueAsync(() => Issuer.Streams == 1, "asked");
        for (var i = 0; i < 200; i++)
        {
            Advance(1);
            await Task.Yield();
        }
        Assert.InRange(Issuer.Streams, 1, 10);
    }

    [Fact]
    public async Task A_revoked_key_dies_at_once()
    {
        var verifier = await ConnectedAsync();
        var signedByIt = Issuer.TokenAt(1);
        Issuer.Published = [Given.Next];
        Issuer.Key = Given.Next;
        Issuer.SendHeartbeat();
        await Eventually.TrueAsync(async () => await RefusalAsync(verifier, signedByIt) is VerifierRefusal.KeyUnknown, "the key died");
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
    }

    [Fact]
    public async Task A_revoked_key_dies_at_once_though_made_up_kids_used_up_the_interval()
    {
        var verifier = await ConnectedAsync();
        var signedByIt = Issuer.TokenAt(1);
        Assert.Equal(VerifierRefusal.KeyUnknown, await RefusalAsync(verifier, Given.Sign(Given.TokenClaims(Issuer.Name), "at+jwt", Given.Stranger)));
        Issuer.Published = [Given.Next];
        Issuer.Key = Given.Next;
        Issuer.SendHeartbeat();
        await Eventually.TrueAsync(async () => await RefusalAsync(verifier, signedByIt) is VerifierRefusal.KeyUnknown, "the key died");
    }

    [Fact]
    public async Task A_revoked_key_dies_at_once_though_a_fetch_of_before_is_under_way()
    {
        var verifier = await ConnectedAsync();
        var signedByIt = Issuer.TokenAt(1);
        var hold = new TaskCompletionSource();
        var old = Issuer.Published.ToArray();
        Issuer.Instead["/.well-known/jwks.json"] = async http =>
        {
            Issuer.Instead.Clear();
            await hold.Task;
            await http.Response.Body.WriteAsync(new JsonWebKeySet(old.Select(key => key.PublicKey)).ToUtf8Bytes());
        };
        var seeking = RefusalAsync(verifier, Given.Sign(Given.TokenClaims(Issuer.Name), "at+jwt", Given.Stranger));
        await Eventually.TrueAsync(() => Issuer.Jwks == 2, "the old set is on its way");
        Issuer.Published = [Given.Next];
        Issuer.SendEvent(Issuer.Set(2, 1));
        Issuer.SendHeartbeat();
        await BecomesAsync(verifier, 2, VerifierRefusal.TokenRevoked);
        Issuer.Key = Given.Next;
        hold.SetResult();
        await seeking;
        await Eventually.TrueAsync(async () => await RefusalAsync(verifier, signedByIt) is VerifierRefusal.KeyUnknown, "the key died");
    }

    [Fact]
    public async Task A_heartbeat_that_a_revoked_key_signed_is_refused_once_the_key_is_gone()
    {
        var verifier = await ConnectedAsync();
        Issuer.Published = [Given.Next];
        Issuer.SendHeartbeat(Given.Rs256);
        await Eventually.TrueAsync(() => Issuer.Jwks == 2, "the key set is fetched");
        Issuer.Key = Given.Next;
        Issuer.SendHeartbeat(Given.Rs256);
        await ReconnectedAsync(verifier);
    }

    [Fact]
    public async Task An_event_that_overtakes_the_fetch_of_its_list_is_not_lost()
    {
        var verifier = NewVerifier(Issuer.Options with { Push = true });
        await verifier.StartAsync();
        await Eventually.TrueAsync(() => verifier.IsConnected, "connected");
        var hold = new TaskCompletionSource();
        var old = Issuer.ListJwt();
        Issuer.Instead["/status/7"] = async http =>
        {
            Issuer.Instead.Clear();
            await hold.Task;
            await http.Response.WriteAsync(old);
        };
        var token = Issuer.TokenAt(1);
        var verifying = RefusalAsync(verifier, token);
        await Eventually.TrueAsync(() => Issuer.Lists == 1, "the old list is on its way");
        Issuer.SendEvent(Issuer.Set(1, 1));
        Issuer.Send(Issuer.Frame("heartbeat", Issuer.HeartbeatJwt(), id: "1"));
        Issuer.Cut();
        await ReconnectedAsync(verifier);
        hold.SetResult();
        await verifying;
        await Eventually.TrueAsync(
            async () =>
            {
                Advance(1);
                return await RefusalAsync(verifier, token) is VerifierRefusal.TokenRevoked;
            },
            "the event counts");
    }

    [Fact]
    public async Task A_verifier_that_is_disposed_hangs_up()
    {
        var verifier = await ConnectedAsync();
        await verifier.DisposeAsync();
        await Eventually.TrueAsync(() => Issuer.OpenStreams == 0, "hung up");
    }

    private async Task<AccessTokenVerifier> ConnectedAsync()
    {
        var verifier = NewVerifier(Issuer.Options with { Push = true });
        Assert.Null(await RefusalAsync(verifier, Issuer.TokenAt(1)));
        await Eventually.TrueAsync(() => verifier.IsConnected, "connected");
        return verifier;
    }

    private async Task ReconnectedAsync(AccessTokenVerifier verifier)
    {
        await Eventually.TrueAsync(
            () =>
            {
                if (Issuer.Streams < 2) Advance(1);
                return Issuer.Streams == 2 && verifier.IsConnected;
            },
            "connected again");
    }

    private Task<TimeSpan> BecomesAsync(AccessTokenVerifier verifier, int index, VerifierRefusal? expected) =>
        Eventually.TrueAsync(async () => await RefusalAsync(verifier, Issuer.TokenAt(index)) == expected, $"status {index} is {expected}");
}
