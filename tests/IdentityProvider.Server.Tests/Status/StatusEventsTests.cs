using System.Net;
using System.Text.Json;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Status;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>What verifiers hear, over a real connection.</summary>
public sealed class StatusEventsTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    private TestServer Server => _signedIn.Server;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_listener_hears_at_once_where_every_list_stands()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        await StatusReader.StatusAsync(Server, token);

        await using var listener = await EventReader.ConnectAsync(Server);
        var heartbeat = await listener.NextAsync("heartbeat");

        Assert.Equal(TestServer.Issuer, heartbeat.GetProperty("iss").GetString());
        Assert.Equal(JwksHash(await Server.Http.GetByteArrayAsync("/.well-known/jwks.json", SignedIn.Cancellation)), heartbeat.GetProperty("jwks").GetString());
    }

    [Fact]
    public async Task A_revocation_is_pushed_as_a_signed_event_of_exactly_its_index_on_every_node()
    {
        await using var other = await TestServer.StartAsync(beside: Server);
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        var reference = StatusReader.ReferenceOf(token);
        await using var here = await EventReader.ConnectAsync(Server);
        await using var there = await EventReader.ConnectAsync(other);
        await here.NextAsync("heartbeat");
        await there.NextAsync("heartbeat");

        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", token));

        foreach (var listener in new[] { here, there })
        {
            var change = await listener.NextAsync("status");
            Assert.Equal($"{TestServer.Issuer}/status/{reference.List}", change.GetProperty("sub").GetString());
            Assert.Equal($"[[{reference.Index},1,1]]", change.GetProperty("changes").GetRawText());
            Assert.Equal(0, change.GetProperty("prev").GetInt64());
            Assert.Equal((await StatusReader.ListAsync(Server, reference.List)).Version, change.GetProperty("ver").GetInt64());
            Assert.Equal(change.GetProperty("ver").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture), listener.LastEventId);
        }
    }

    [Fact]
    public async Task A_listener_that_was_cut_off_gets_what_it_missed_and_nothing_twice()
    {
        var tokens = new List<string>();
        for (var i = 0; i < 4; i++)
            tokens.Add((await _signedIn.TokensAsync(SignedIn.App)).AccessToken);
        string? last;
        await using (var listener = await EventReader.ConnectAsync(Server))
        {
            await RevokeAsync(tokens[0]);
            Assert.Equal(StatusReader.ReferenceOf(tokens[0]).Index, IndexOf(await listener.NextAsync("status")));
            last = listener.LastEventId;
        }

        await RevokeAsync(tokens[1]);
        await RevokeAsync(tokens[2]);
        await using var again = await EventReader.ConnectAsync(Server, last);
        await RevokeAsync(tokens[3]);

        foreach (var token in tokens.Skip(1))
        {
            var change = await NextAfterAsync(again, last);
            Assert.Equal(StatusReader.ReferenceOf(token).Index, IndexOf(change));
            last = again.LastEventId;
        }
    }

    [Theory]
    [InlineData("999999999999")]
    [InlineData("-1")]
    [InlineData("not a number")]
    public async Task A_listener_with_a_number_that_is_none_of_ours_begins_with_a_heartbeat(string lastEventId)
    {
        await using var listener = await EventReader.ConnectAsync(Server, lastEventId);
        await listener.NextAsync("heartbeat");
    }

    [Fact]
    public async Task A_page_may_say_where_it_left_off()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/status/events");
        preflight.Headers.Add("Origin", "https://spa.example");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        preflight.Headers.Add("Access-Control-Request-Headers", "last-event-id");
        using var answer = await Server.Http.SendAsync(preflight, SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("Last-Event-ID", answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_versions_of_events_and_of_heartbeats_form_one_chain()
    {
        await using var listener = await EventReader.ConnectAsync(Server);
        var version = 0L;
        for (var i = 0; i < 3; i++)
        {
            await RevokeAsync((await _signedIn.TokensAsync(SignedIn.App)).AccessToken);
            var change = await listener.NextAsync("status");
            Assert.Equal(version, change.GetProperty("prev").GetInt64());
            version = change.GetProperty("ver").GetInt64();
        }

        await Server.Get<PublishedStatusLists>().HeartbeatAsync(SignedIn.Cancellation);

        JsonElement heartbeat;
        do
            heartbeat = await listener.NextAsync("heartbeat");
        while (!heartbeat.GetProperty("lists").EnumerateObject().Any(list => list.Value.GetInt64() == version));
    }

    [Fact]
    public async Task A_revoked_key_is_told_at_once_by_a_heartbeat_of_its_successor()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        await using var listener = await EventReader.ConnectAsync(Server);
        await RevokeAsync(token);
        await listener.NextAsync("status");
        var kid = (await Server.Get<KeyOperations>().ListAsync(SignedIn.Cancellation)).Single().Kid;

        await Server.Get<KeyOperations>().RevokeAsync(kid, SignedIn.Cancellation);

        // Only what the new key signed can be verified now, and it names the new JWKS.
        var jwks = JwksHash(await Server.Http.GetByteArrayAsync("/.well-known/jwks.json", SignedIn.Cancellation));
        await Eventually.TrueAsync(
            async () =>
            {
                await using var again = await EventReader.ConnectAsync(Server, "0");
                return (await again.NextRawAsync()).TryGetProperty("jwks", out var named) && named.GetString() == jwks;
            },
            "a heartbeat names the new keys");
        await using var late = await EventReader.ConnectAsync(Server, "0");
        await late.NextAsync("heartbeat");
    }

    [Fact]
    public async Task One_end_in_two_lists_is_two_events_of_which_the_last_alone_has_a_number()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        // No room is left in the first list, and a new key wants a new block.
        await Server.Get<StatusLists>().LeaseAsync(StatusBlockOwner.Shared, "kid", StatusList.Size - 5000, Server.Clock.GetUtcNow(), SignedIn.Cancellation);
        await Server.Get<KeyOperations>().RotateAsync(atOnce: true, SignedIn.Cancellation);
        var second = await _signedIn.TokensAsync(SignedIn.Spa);
        Assert.Equal(StatusReader.ReferenceOf(first.AccessToken).List + 1, StatusReader.ReferenceOf(second.AccessToken).List);
        await using var listener = await EventReader.ConnectAsync(Server);
        await listener.NextAsync("heartbeat");
        var before = listener.LastEventId;

        await _signedIn.EndSessionAsync();

        Assert.Equal(StatusReader.ReferenceOf(first.AccessToken).Index, IndexOf(await listener.NextAsync("status")));
        Assert.Equal(before, listener.LastEventId);
        Assert.Equal(StatusReader.ReferenceOf(second.AccessToken).Index, IndexOf(await listener.NextAsync("status")));
        Assert.NotEqual(before, listener.LastEventId);
    }

    [Fact]
    public async Task The_lists_are_named_in_one_document_and_a_list_that_retired_is_gone()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        var reference = StatusReader.ReferenceOf(token);
        await Eventually.TrueAsync(
            async () => (await Server.Http.GetStringAsync("/status", SignedIn.Cancellation)).Contains($"/status/{reference.List}\"", StringComparison.Ordinal), "it is named");
        await RevokeAsync(token);

        Server.Clock.Advance(StatusList.OpenFor);
        await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"));
        await Server.Get<PublishedStatusLists>().HeartbeatAsync(SignedIn.Cancellation);

        Assert.DoesNotContain($"/status/{reference.List}\"", await Server.Http.GetStringAsync("/status", SignedIn.Cancellation), StringComparison.Ordinal);
        using var gone = await Server.Http.GetAsync($"/status/{reference.List}", SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_list_is_a_document_for_anyone_and_for_caches()
    {
        var list = StatusReader.ReferenceOf((await _signedIn.TokensAsync(SignedIn.App)).AccessToken).List;

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/status/{list}");
        request.Headers.Add("Accept-Encoding", "gzip");
        request.Headers.Add("Origin", "https://spa.example");
        using var answer = await Server.Http.SendAsync(request, SignedIn.Cancellation);
        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal("public, max-age=10", answer.Headers.CacheControl?.ToString());
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("Accept-Encoding", answer.Headers.Vary.Single());

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/status/{list}");
        again.Headers.Add("If-None-Match", answer.Headers.ETag!.ToString());
        using var same = await Server.Http.SendAsync(again, SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        Server.Clock.Advance(StatusListToken.SignedFor);
        using var later = await Server.Http.GetAsync($"/status/{list}", SignedIn.Cancellation);
        Assert.NotEqual(answer.Headers.ETag, later.Headers.ETag);

        using var past = await Server.Http.GetAsync($"/status/{list}?time=1700000000", SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.NotImplemented, past.StatusCode);
        foreach (var none in new[] { "/status/0", "/status/-1", "/status/99999", "/status/99999999999999", "/status/x" })
        {
            using var missing = await Server.Http.GetAsync(none, SignedIn.Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }
    }

    private Task<Answer> RevokeAsync(string token) => _signedIn.PostAsync("/revoke", SignedIn.App, ("token", token));

    private static int IndexOf(JsonElement change) => change.GetProperty("changes")[0][0].GetInt32();

    private static string JwksHash(byte[] jwks) => System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(jwks));

    // What comes before is a heartbeat or an event that the listener had: a verifier passes those over by their versions.
    private static async Task<JsonElement> NextAfterAsync(EventReader listener, string? last)
    {
        while (true)
        {
            var change = await listener.NextAsync("status");
            if (change.GetProperty("ver").GetInt64() > long.Parse(last!, System.Globalization.CultureInfo.InvariantCulture))
                return change;
        }
    }
}
