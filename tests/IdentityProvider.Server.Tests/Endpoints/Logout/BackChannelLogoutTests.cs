using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Endpoints.Logout;

/// <summary>Back-channel logout from the sign-out to the client, and what a client may do wrong. Servers are real; the clock is the test's.</summary>
public sealed class BackChannelLogoutTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signing_out_at_one_app_tells_every_app_of_the_session_by_a_token_that_verifies()
    {
        await using var server = await TestServer.StartAsync();
        await using var listener = await Listener.StartAsync();
        var (one, other) = (await AddAsync(server, listener, "/one"), await AddAsync(server, listener, "/other"));
        using var person = await SignedInApp.NewAsync(server);
        var hint = await person.SignInAsync(one);
        await person.SignInAsync(other);
        using var elsewhere = await SignedInApp.NewAsync(server, person.Username);
        await elsewhere.SignInAsync(one);

        await person.Browser.OpenAsync("/logout?id_token_hint=" + hint);
        await Task.WhenAll(listener.NextAsync(), listener.NextAsync());

        var signedIn = SignedInApp.Claims(hint);
        foreach (var (client, path) in new[] { (one, "/one"), (other, "/other") })
        {
            var token = Assert.Single(listener.Requests, r => r.Path == path).Form!["logout_token"].Single()!;
            var verified = Assert.IsType<JwtVerification.Verified>(Jwt.Verify(token, server.Get<KeyRing>().Published, Expected(client), server.Clock.GetUtcNow()));
            Assert.Equal(signedIn.GetProperty("sid").GetString(), verified.StringOrNull("sid"));
            Assert.Equal(signedIn.GetProperty("sub").GetString(), verified.StringOrNull("sub"));
            Assert.True(verified.Claims.GetProperty("events").TryGetProperty("http://schemas.openid.net/event/backchannel-logout", out var _));
            Assert.False(verified.Claims.TryGetProperty("nonce", out var _));
        }

        await DeliverAsync(server);
        Assert.Equal(2, listener.Count);
        Assert.All(await ListAsync(server), m => Assert.Equal(OutboxState.Delivered, m.State));
    }

    [Fact]
    public async Task A_logout_token_ends_no_session_as_a_hint()
    {
        await using var server = await TestServer.StartAsync();
        await using var listener = await Listener.StartAsync();
        var app = await AddAsync(server, listener);
        using var person = await SignedInApp.NewAsync(server);
        await person.Browser.OpenAsync("/logout?id_token_hint=" + await person.SignInAsync(app));
        var token = (await listener.NextAsync()).Form!["logout_token"].Single()!;

        await person.SignInAsync(app);
        Assert.Equal("You are not signed out yet", (await person.Browser.OpenAsync("/logout?id_token_hint=" + token)).Heading);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_client_that_fails_is_told_again_later_with_another_token_and_never_where_it_redirects(int status)
    {
        await using var server = await TestServer.StartAsync();
        await using var listener = await Listener.StartAsync();
        listener.AnswerAsync = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            return http.Response.WriteAsync("a-body-that-nobody-should-keep", Cancellation);
        };
        await SignedOutAsync(server, await AddAsync(server, listener));

        var first = await listener.NextAsync();
        await DeliverAsync(server);
        Assert.Equal(1, listener.Count);
        var waiting = Assert.Single(await ListAsync(server));
        Assert.Equal((OutboxState.Waiting, 1), (waiting.State, waiting.Attempts));
        Assert.StartsWith($"answered {status}", waiting.LastError, StringComparison.Ordinal);

        listener.AnswerAsync = _ => Task.CompletedTask;
        server.Clock.Advance(waiting.NextAttemptAt!.Value - server.Clock.GetUtcNow());
        var second = await listener.NextAsync();
        await DeliverAsync(server);
        Assert.Equal((2, "/out"), (listener.Count, second.Path));
        Assert.Equal(OutboxState.Delivered, Assert.Single(await ListAsync(server)).State);
        var (before, after) = (SignedInApp.Claims(first.Form!["logout_token"]!), SignedInApp.Claims(second.Form!["logout_token"]!));
        Assert.NotEqual(before.GetProperty("jti").GetString(), after.GetProperty("jti").GetString());
    }

    [Fact]
    public async Task A_client_that_hangs_delays_no_other_and_is_given_up_on_in_time()
    {
        await using var server = await TestServer.StartAsync();
        await using var slow = await Listener.StartAsync();
        await using var quick = await Listener.StartAsync();
        slow.AnswerAsync = slow.HangAsync;
        var (hanging, healthy) = (await AddAsync(server, slow), await AddAsync(server, quick));
        await SignedOutAsync(server, hanging);
        await slow.NextAsync();

        await SignedOutAsync(server, healthy);
        await quick.NextAsync();
        await SignedOutAsync(server, healthy);
        await quick.NextAsync();

        server.Clock.Advance(Outgoing.Patience);
        await DeliverAsync(server);
        Assert.Equal("timed out", Assert.Single(await ListAsync(server), m => m.ClientId == hanging.ClientId).LastError);
    }

    [Fact]
    public async Task After_a_day_it_is_given_up_until_an_operator_says_so()
    {
        await using var server = await TestServer.StartAsync();
        await using var listener = await Listener.StartAsync();
        listener.AnswerAlways(503);
        await SignedOutAsync(server, await AddAsync(server, listener));
        while (await NextAttemptAsync(server) is { } next)
        {
            server.Clock.Advance(next - server.Clock.GetUtcNow());
            await DeliverAsync(server);
        }

        var message = Assert.Single(await ListAsync(server));
        Assert.Equal((OutboxState.GivenUp, "answered 503"), (message.State, message.LastError));
        Assert.InRange(message.GivenUpAt!.Value - message.CreatedAt, Outbox.Lifetime - TimeSpan.FromMinutes(31), Outbox.Lifetime);
        Assert.InRange(message.Attempts, 40, 120);

        listener.AnswerAsync = _ => Task.CompletedTask;
        var before = listener.Count;
        Assert.True(await server.Get<Outbox>().RetryAsync(message.Id, server.Clock.GetUtcNow(), Cancellation));
        await DeliverAsync(server);
        Assert.Equal((before + 1, OutboxState.Delivered), (listener.Count, Assert.Single(await ListAsync(server)).State));
    }

    [Theory]
    [InlineData("https://127.0.0.1:1/out")]
    [InlineData("https://localhost:1/out")]
    [InlineData("https://[::ffff:10.0.0.1]/out")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    public async Task No_private_address_is_called_unless_the_operator_allows_it(string uri)
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Outgoing = new OutgoingSettings { AllowPrivateNetwork = false } });
        await SignedOutAsync(server, await SignedInApp.AddClientAsync(server, c => c with { BackchannelLogoutUri = uri }));
        await DeliverAsync(server);
        Assert.Equal("the address is private, and Idp:Outgoing:AllowPrivateNetwork is false", Assert.Single(await ListAsync(server)).LastError);
    }

    [Fact]
    public async Task Of_two_nodes_one_tells_and_where_it_dies_the_other_does_when_the_lease_ends()
    {
        await using var server = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync(beside: server);
        await using var listener = await Listener.StartAsync();
        var app = await AddAsync(server, listener);
        for (var i = 0; i < 5; i++)
            await SignedOutAsync(server, app);
        await Task.WhenAll(DeliverAsync(server), DeliverAsync(other));
        Assert.Equal(5, listener.Count);

        // A node that claims and is gone: no other touches the message, and then another has it.
        listener.AnswerAlways(500);
        await SignedOutAsync(server, app);
        await Task.WhenAll(DeliverAsync(server), DeliverAsync(other));
        var failed = Assert.Single(await ListAsync(server), m => m.State == OutboxState.Waiting);
        var due = failed.NextAttemptAt!.Value;
        Assert.NotNull(await server.Get<Outbox>().ClaimAsync(app.ClientId, due, OutboxDelivery.Lease, Cancellation));
        listener.AnswerAsync = _ => Task.CompletedTask;
        server.Clock.Advance(due - server.Clock.GetUtcNow());
        await Task.WhenAll(DeliverAsync(server), DeliverAsync(other));
        Assert.Equal(6, listener.Count);

        server.Clock.Advance(OutboxDelivery.Lease);
        await Task.WhenAll(DeliverAsync(server), DeliverAsync(other));
        Assert.Equal(7, listener.Count);
        Assert.All(await ListAsync(server), m => Assert.Equal(OutboxState.Delivered, m.State));
    }

    [Fact]
    public async Task A_client_that_unregistered_is_given_up_and_one_that_moved_is_told_where_it_is_now()
    {
        await using var server = await TestServer.StartAsync();
        await using var listener = await Listener.StartAsync();
        listener.AnswerAlways(500);
        var (moves, leaves) = (await AddAsync(server, listener), await AddAsync(server, listener));
        await SignedOutAsync(server, moves);
        await SignedOutAsync(server, leaves);
        await Task.WhenAll(listener.NextAsync(), listener.NextAsync());
        await DeliverAsync(server);

        listener.AnswerAsync = _ => Task.CompletedTask;
        await server.Get<Clients>().UpdateAsync(moves with { BackchannelLogoutUri = new Uri(listener.Address, "/moved").AbsoluteUri }, server.Clock.GetUtcNow(), Cancellation);
        await server.Get<Clients>().UpdateAsync(leaves with { BackchannelLogoutUri = null }, server.Clock.GetUtcNow(), Cancellation);
        server.Get<Registry>().ForgetClients();
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("/moved", (await listener.NextAsync()).Path);
        await DeliverAsync(server);

        var messages = await ListAsync(server);
        Assert.Equal(OutboxState.Delivered, Assert.Single(messages, m => m.ClientId == moves.ClientId).State);
        Assert.Equal(OutboxState.GivenUp, Assert.Single(messages, m => m.ClientId == leaves.ClientId).State);
        Assert.Equal(3, listener.Count);
    }

    private static Task<Client> AddAsync(TestServer server, Listener listener, string path = "/out") =>
        SignedInApp.AddClientAsync(server, c => c with { BackchannelLogoutUri = new Uri(listener.Address, path).AbsoluteUri });

    private static async Task SignedOutAsync(TestServer server, Client client)
    {
        using var person = await SignedInApp.NewAsync(server);
        await person.Browser.OpenAsync("/logout?id_token_hint=" + await person.SignInAsync(client));
    }

    // The server's own ticks deliver as well: done is what neither of them has under way.
    private static async Task DeliverAsync(TestServer server)
    {
        await Task.WhenAll(await server.Get<OutboxDelivery>().StartDueAsync(Cancellation));
        await server.Get<OutboxDelivery>().IdleAsync();
    }

    private static async Task<DateTimeOffset?> NextAttemptAsync(TestServer server) => Assert.Single(await ListAsync(server)).NextAttemptAt;

    private static Task<IReadOnlyList<OutboxMessage>> ListAsync(TestServer server) => server.Get<Outbox>().ListAsync(null, null, 100, Cancellation);

    private static JwtExpectations Expected(Client client) => new()
    {
        Typ = "logout+jwt",
        Issuer = TestServer.Issuer,
        Audience = client.ClientId,
        RequiredClaims = ["sub", "sid", "jti", "events"],
        ClockSkew = TimeSpan.Zero,
    };
}
