using System.Net;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.SharedSignals;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Tests.SharedSignals;

/// <summary>Events from their causes to their receiver, pushed (RFC 8935) and fetched (RFC 8936). Servers are real; the clock is the test's.</summary>
public sealed class SignalDeliveryTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_end_of_a_session_is_pushed_with_the_receivers_own_header_as_a_SET_that_verifies()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        await receiver.CreateAsync(new Uri(listener.Address, "/events"), "Bearer of-the-receiver");
        await receiver.SignInAsync();
        await receiver.SignedIn.EndSessionAsync();

        var pushed = await listener.NextAsync();
        Assert.Equal(("/events", "Bearer of-the-receiver", "application/secevent+jwt"), (pushed.Path, pushed.Headers.Authorization.ToString(), pushed.Headers.ContentType.ToString()));
        await receiver.DeliverAsync();
        var claims = receiver.Verify(Assert.Single(bodies));
        Assert.Equal("session-revoked", Receiver.TypeOf(claims));
        Assert.Equal(receiver.SignedIn.UserId.ToString("D"), claims.GetProperty("sub_id").GetProperty("user").GetProperty("sub").GetString());
        Assert.Equal(receiver.SignedIn.SessionId.ToString("N"), claims.GetProperty("sub_id").GetProperty("session").GetProperty("id").GetString());
        Assert.Equal(OutboxState.Delivered, Assert.Single(await receiver.PushesAsync()).State);
        Assert.Equal("0", await ClusterFolder.AskAsync(receiver.Server.ConnectionString, """SELECT count(*)::text FROM "SignalEvents" """));
    }

    [Fact]
    public async Task What_happens_to_an_account_is_told_in_the_order_in_which_it_happened()
    {
        await using var receiver = await Receiver.StartAsync(client => client with { IdTokenClaims = Mapping("""{"roles":"roles"}""") });
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        await receiver.CreateAsync(listener.Address);
        await receiver.SignInAsync();
        await receiver.OperateAsync(async (users, actor, alice) => await users.GrantRoleAsync(actor, alice, "editor", Cancellation));

        // What it says are the roles of the moment at which it is told; of who is gone by then it says nothing.
        await ArrivedAsync(receiver, bodies, 1);
        await receiver.OperateAsync(async (users, actor, alice) => await users.SetPasswordAsync(actor, alice, new("seven lanterns over quiet harbours", null), keepSessions: true, Cancellation));
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));
        await receiver.OperateAsync(async (users, actor, alice) => await users.EnableAsync(actor, alice, Cancellation));
        await receiver.OperateAsync(async (users, actor, alice) => await users.DeleteAsync(actor, alice, Cancellation));

        await ArrivedAsync(receiver, bodies, 6);
        var told = bodies.Select(receiver.Verify).ToList();
        Assert.Equal(["token-claims-change", "credential-change", "account-disabled", "session-revoked", "account-enabled", "account-purged"], told.Select(Receiver.TypeOf));
        Assert.Equal("""{"roles":["editor"]}""", Receiver.EventOf(told[0]).GetProperty("claims").GetRawText());
        Assert.Equal(("password", "create"), (Receiver.EventOf(told[1]).GetProperty("credential_type").GetString(), Receiver.EventOf(told[1]).GetProperty("change_type").GetString()));
        Assert.Equal(told[2].GetProperty("txn").GetString(), told[3].GetProperty("txn").GetString());
    }

    [Fact]
    public async Task Nothing_is_told_of_people_who_never_signed_in_to_the_receiver_nor_what_it_is_never_told()
    {
        await using var receiver = await Receiver.StartAsync();
        var (mine, other) = (await receiver.CreateAsync(), await receiver.BesideAsync(client => client with { ClientId = "other" }));
        var theirs = await other.CreateAsync();
        await receiver.SignInAsync();
        await receiver.OperateAsync(async (users, actor, alice) => await users.GrantRoleAsync(actor, alice, "editor", Cancellation));
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));

        Assert.Empty(await other.PollAsync(theirs));
        Assert.Equal(["account-disabled", "session-revoked"], (await receiver.PollAsync(mine)).Values.Select(Receiver.TypeOf));
    }

    [Fact]
    public async Task A_receiver_knows_whom_it_met_for_as_long_as_it_has_a_stream()
    {
        await using var receiver = await Receiver.StartAsync();
        var stream = await receiver.CreateAsync();
        await receiver.Server.Get<Background.TopicWatch>().LookAsync(Cancellation);
        await receiver.SignInAsync();
        await receiver.SignedIn.EndSessionAsync();
        receiver.Server.Clock.Advance(TimeSpan.FromDays(30));
        await receiver.Server.Get<ExpiredRows>().PruneAsync(receiver.Server.Clock.GetUtcNow(), Cancellation);
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));
        Assert.Equal("account-disabled", Receiver.TypeOf(Assert.Single((await receiver.PollAsync(stream)).Values)));
    }

    [Fact]
    public async Task To_a_pairwise_client_a_person_is_who_it_knows()
    {
        await using var receiver = await Receiver.StartAsync(client => client with { SubjectType = SubjectType.Pairwise, SectorIdentifierUri = null });
        var stream = await receiver.CreateAsync();
        await receiver.SignInAsync();
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));
        var told = (await receiver.PollAsync(stream)).Values.First(claims => Receiver.TypeOf(claims) == "account-disabled");
        Assert.Equal(receiver.Server.Get<SubjectIdentifiers>().Of((await receiver.Server.Get<Registry>().FindClientAsync("receiver", Cancellation))!, receiver.SignedIn.UserId), told.GetProperty("sub_id").GetProperty("sub").GetString());
        Assert.DoesNotContain(receiver.SignedIn.UserId.ToString("D"), told.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_fetched_comes_again_until_it_is_acknowledged()
    {
        await using var receiver = await Receiver.StartAsync();
        var stream = await receiver.CreateAsync();
        await receiver.SignInAsync();
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));
        var answer = await receiver.DoneAsync(HttpMethod.Post, "/ssf/poll/" + stream, """{"returnImmediately":true,"maxEvents":1}""");
        Assert.True(answer.Json.GetProperty("moreAvailable").GetBoolean());
        var first = Assert.Single(answer.Json.GetProperty("sets").EnumerateObject());
        Assert.Equal(first.Name, receiver.Verify(first.Value.GetString()!).GetProperty("jti").GetString());

        var again = await receiver.PollAsync(stream);
        Assert.Equal(2, again.Count);
        Assert.Equal(again[first.Name].GetRawText(), receiver.Verify(first.Value.GetString()!).GetRawText());
        var rest = await receiver.PollAsync(stream, $$"""{"returnImmediately":true,"ack":["{{first.Name}}","unknown"]}""");
        Assert.Single(rest);
        Assert.DoesNotContain(first.Name, rest.Keys);
        Assert.Empty(await receiver.PollAsync(stream, $$"""{"maxEvents":0,"setErrs":{"{{rest.Keys.Single()}}":{"err":"invalid_key","description":"x"} } }"""));
        Assert.Empty(await receiver.PollAsync(stream));
    }

    [Fact]
    public async Task Who_waits_gets_an_event_when_it_comes_and_an_empty_answer_in_the_end()
    {
        await using var receiver = await Receiver.StartAsync();
        var stream = await receiver.CreateAsync();
        var waiting = receiver.PollAsync(stream, "{}");
        await AdvanceUntilAsync(receiver, waiting);
        Assert.Empty(await waiting);

        waiting = receiver.PollAsync(stream, "{}");
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{stream}}","state":"mine"}""");
        await AdvanceUntilAsync(receiver, waiting);
        var told = Assert.Single((await waiting).Values);
        Assert.Equal(("verification", "mine", stream), (Receiver.TypeOf(told), Receiver.EventOf(told).GetProperty("state").GetString(), told.GetProperty("sub_id").GetProperty("id").GetString()));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await receiver.SendAsync(HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{stream}}"}""")).Status);
    }

    [Fact]
    public async Task A_paused_stream_keeps_what_happens_and_a_disabled_one_doesnt()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        var (pushed, fetched) = (await receiver.CreateAsync(listener.Address), await receiver.CreateAsync());
        await receiver.SignInAsync();
        await SetAsync(receiver, "paused", pushed, fetched);
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));
        await receiver.DeliverAsync();
        Assert.Empty(await receiver.PollAsync(fetched));
        Assert.All(await receiver.PushesAsync(), push => Assert.Equal((OutboxState.Waiting, "the stream is paused"), (push.State, push.LastError ?? "the stream is paused")));

        await SetAsync(receiver, "enabled", pushed, fetched);
        Assert.Equal(["account-disabled", "session-revoked"], (await receiver.PollAsync(fetched)).Values.Select(Receiver.TypeOf));
        await ArrivedAsync(receiver, bodies, 2);
        Assert.Equal(["account-disabled", "session-revoked"], bodies.Select(receiver.Verify).Select(Receiver.TypeOf));

        await SetAsync(receiver, "disabled", pushed, fetched);
        await receiver.OperateAsync(async (users, actor, alice) => await users.EnableAsync(actor, alice, Cancellation));
        await SetAsync(receiver, "enabled", pushed, fetched);
        Assert.Empty(await receiver.PollAsync(fetched));
        Assert.Equal(2, bodies.Count);
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("disabled")]
    public async Task Whom_an_operator_stops_is_told_so_and_then_nothing_until_it_goes_on(string status)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        var (pushed, fetched) = (await receiver.CreateAsync(listener.Address), await receiver.CreateAsync());
        await receiver.SignInAsync();
        await OperateAsync(receiver, status, "Until Friday", pushed, fetched);
        await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));

        var told = Assert.Single(await receiver.PollAsync(fetched));
        Assert.Equal(("stream-updated", status, "Until Friday", fetched), (Receiver.TypeOf(told.Value), Receiver.EventOf(told.Value).GetProperty("status").GetString(), Receiver.EventOf(told.Value).GetProperty("reason").GetString(), told.Value.GetProperty("sub_id").GetProperty("id").GetString()));
        Assert.Empty(await receiver.PollAsync(fetched, $$"""{"returnImmediately":true,"ack":["{{told.Key}}"]}"""));
        await ArrivedAsync(receiver, bodies, 1);
        Assert.Equal("stream-updated", Receiver.TypeOf(receiver.Verify(bodies[0])));

        // That it waited was no attempt.
        await receiver.DeliverAsync();
        Assert.All((await receiver.PushesAsync()).Where(push => push.State == OutboxState.Waiting), push => Assert.Equal(0, push.Attempts));

        await OperateAsync(receiver, "enabled", null, pushed, fetched);
        string[] kept = status == "paused" ? ["account-disabled", "session-revoked"] : [];
        Assert.Equal([.. kept, "stream-updated"], (await receiver.PollAsync(fetched)).Values.Select(Receiver.TypeOf));
        await ArrivedAsync(receiver, bodies, kept.Length + 2);
    }

    [Fact]
    public async Task Of_somebody_who_was_removed_nothing_is_told_until_they_are_added_again()
    {
        await using var receiver = await Receiver.StartAsync();
        var stream = await receiver.CreateAsync();
        await receiver.SignInAsync();
        var alice = $$"""{"stream_id":"{{stream}}","subject":{"format":"iss_sub","iss":"http://localhost:8080","sub":"{{receiver.SignedIn.UserId:D}}"} }""";
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/subjects/remove", alice);
        await receiver.OperateAsync(async (users, actor, user) => await users.DisableAsync(actor, user, Cancellation));
        Assert.Empty(await receiver.PollAsync(stream));
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/subjects/add", alice);
        await receiver.OperateAsync(async (users, actor, user) => await users.EnableAsync(actor, user, Cancellation));
        Assert.Equal("account-enabled", Receiver.TypeOf(Assert.Single((await receiver.PollAsync(stream)).Values)));
    }

    [Fact]
    public async Task Nor_that_their_account_is_gone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        var (pushed, fetched) = (await receiver.CreateAsync(listener.Address), await receiver.CreateAsync());
        await receiver.SignInAsync();
        foreach (var stream in new[] { pushed, fetched })
            await receiver.DoneAsync(HttpMethod.Post, "/ssf/subjects/remove", $$"""{"stream_id":"{{stream}}","subject":{"format":"iss_sub","iss":"http://localhost:8080","sub":"{{receiver.SignedIn.UserId:D}}"} }""");
        await receiver.OperateAsync(async (users, actor, user) => await users.DeleteAsync(actor, user, Cancellation));

        Assert.Empty(await receiver.PollAsync(fetched));
        await receiver.DeliverAsync();
        Assert.Empty(bodies);
        Assert.Empty(await receiver.PushesAsync());
    }

    [Fact]
    public async Task However_much_happened_to_a_person_at_once_is_pushed_in_one_go()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        var stream = await receiver.CreateAsync(listener.Address);
        await receiver.SignInAsync();
        await SetAsync(receiver, "paused", stream);
        for (var i = 0; i < 5; i++)
        {
            await receiver.OperateAsync(async (users, actor, alice) => await users.DisableAsync(actor, alice, Cancellation));
            await receiver.OperateAsync(async (users, actor, alice) => await users.EnableAsync(actor, alice, Cancellation));
        }

        await receiver.DeliverAsync();
        Assert.Empty(bodies);

        await SetAsync(receiver, "enabled", stream);
        await receiver.DeliverAsync();
        Assert.Equal(
            ["account-disabled", "session-revoked", "account-enabled", .. Enumerable.Repeat<string[]>(["account-disabled", "account-enabled"], 4).SelectMany(both => both)],
            bodies.Select(receiver.Verify).Select(Receiver.TypeOf));
    }

    [Fact]
    public async Task Who_waits_gets_nothing_of_a_stream_that_was_paused_meanwhile()
    {
        await using var receiver = await Receiver.StartAsync();
        var stream = await receiver.CreateAsync();
        await receiver.SignInAsync();
        var waiting = receiver.PollAsync(stream, "{}");
        await Eventually.TrueAsync(() => receiver.Server.Get<PollEndpoint>().Waiting == 1, "the receiver waits");
        await SetAsync(receiver, "paused", stream);
        await receiver.SignedIn.EndSessionAsync();
        await AdvanceUntilAsync(receiver, waiting);
        Assert.Empty(await waiting);
        await SetAsync(receiver, "enabled", stream);
        Assert.Single(await receiver.PollAsync(stream));
    }

    [Theory]
    [InlineData(400, """{"err":"\ud800"}""", "answered 400: another reason")]
    [InlineData(400, """{"err":"invalid_key","description":"a word of the receiver's"}""", "answered 400: invalid_key")]
    [InlineData(400, "<html>", "answered 400: another reason")]
    [InlineData(302, "", "answered 302")]
    [InlineData(503, "", "answered 503")]
    public async Task A_receiver_that_fails_is_told_the_same_again_later(int status, string body, string error)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener, http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            return http.Response.WriteAsync(body, Cancellation);
        });
        var stream = await receiver.CreateAsync(listener.Address);
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{stream}}"}""");
        await listener.NextAsync();
        await receiver.DeliverAsync();
        var waiting = Assert.Single(await receiver.PushesAsync());
        Assert.Equal((OutboxState.Waiting, error), (waiting.State, waiting.LastError));

        listener.AnswerAsync = http => Read(http, bodies, _ => Task.CompletedTask);
        receiver.Server.Clock.Advance(waiting.NextAttemptAt!.Value - receiver.Server.Clock.GetUtcNow());
        await ArrivedAsync(receiver, bodies, 2);
        Assert.Equal(receiver.Verify(bodies[0]).GetRawText(), receiver.Verify(bodies[1]).GetRawText());
        Assert.Equal(OutboxState.Delivered, Assert.Single(await receiver.PushesAsync()).State);
    }

    [Fact]
    public async Task Of_two_nodes_one_pushes_and_what_was_pushed_while_the_way_changed_is_fetched()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await TestServer.StartAsync(beside: receiver.Server);
        await using var listener = await Listener.StartAsync();
        var bodies = Reading(listener);
        var stream = await receiver.CreateAsync(listener.Address);
        await receiver.SignInAsync();
        await receiver.SignedIn.EndSessionAsync();
        await Task.WhenAll(receiver.DeliverAsync(), other.Get<Background.OutboxDelivery>().StartDueAsync(Cancellation));
        await ArrivedAsync(receiver, bodies, 1);
        await other.Get<Background.OutboxDelivery>().IdleAsync();
        Assert.Single(bodies);

        listener.AnswerAlways(500);
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{stream}}","state":"moved"}""");
        await receiver.DeliverAsync();
        await receiver.DoneAsync(HttpMethod.Patch, "/ssf/streams", $$"""{"stream_id":"{{stream}}","delivery":{"method":"urn:ietf:rfc:8936"} }""");
        Assert.Equal("moved", Receiver.EventOf(Assert.Single((await receiver.PollAsync(stream)).Values)).GetProperty("state").GetString());
        Assert.DoesNotContain(await receiver.PushesAsync(), push => push.State == OutboxState.Waiting);
    }

    // Each body that comes, in the order in which it came.
    private static List<string> Reading(Listener listener, RequestDelegate? answer = null)
    {
        var bodies = new List<string>();
        listener.AnswerAsync = http => Read(http, bodies, answer ?? (http =>
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            return Task.CompletedTask;
        }));
        return bodies;
    }

    private static async Task Read(HttpContext http, List<string> bodies, RequestDelegate answer)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.ASCII);
        var body = await reader.ReadToEndAsync(Cancellation);
        lock (bodies)
            bodies.Add(body);
        await answer(http);
    }

    private static Task<TimeSpan> ArrivedAsync(Receiver receiver, List<string> bodies, int count) => Eventually.TrueAsync(
        async () =>
        {
            await receiver.DeliverAsync();
            lock (bodies)
                return bodies.Count >= count;
        },
        $"{count} events are there");

    private static Task<TimeSpan> AdvanceUntilAsync(Receiver receiver, Task done) => Eventually.TrueAsync(
        () =>
        {
            receiver.Server.Clock.Advance(TimeSpan.FromSeconds(1));
            return done.IsCompleted;
        },
        "the answer is there");

    private static async Task SetAsync(Receiver receiver, string status, params string[] streams)
    {
        foreach (var stream in streams)
            await receiver.DoneAsync(HttpMethod.Post, "/ssf/status", $$"""{"stream_id":"{{stream}}","status":"{{status}}"}""");
    }

    private static async Task OperateAsync(Receiver receiver, string status, string? reason, params string[] streams)
    {
        foreach (var stream in streams)
            Assert.True((await receiver.Server.Get<SignalStreamOperations>().SetStatusAsync(Actor.Command("tests"), stream, status, reason, Cancellation)).Try(out _, out var fault), fault?.ToString());
    }

    private static Protocol.Claims.ClaimMapping Mapping(string json)
    {
        Assert.Null(Protocol.Claims.ClaimMapping.Read(JsonSerializer.Deserialize<Dictionary<string, string>>(json), besideStandardClaims: false, out var mapping));
        return mapping;
    }
}
