using System.Net;
using System.Text;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>Callers who send next to nothing are cut off by the server, on real sockets, and hold up nobody.</summary>
public sealed class SlowClientTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(change: settings => settings with
    {
        Connections = new() { HeadersTimeout = TimeSpan.FromSeconds(2), IdleTimeout = TimeSpan.FromSeconds(2), BodyGrace = TimeSpan.FromSeconds(2) },
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Headers_that_never_end_are_answered_408_and_cut_off()
    {
        using var slow = await RawConnection.OpenAsync(_server.Address);
        await slow.SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        Assert.StartsWith("HTTP/1.1 408", await slow.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_answered_and_cut_off()
    {
        using var slow = await RawConnection.OpenRequestAsync(_server.Address, new string('a', 1000));
        await slow.SendAsync("grant_type=");
        Assert.Contains("HTTP/1.1 4", await slow.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_asks_for_nothing_more_is_closed()
    {
        using var idle = await RawConnection.OpenAsync(_server.Address);
        await idle.SendAsync($"GET /health/live HTTP/1.1\r\nHost: {_server.Address.Authority}\r\n\r\n");
        Assert.Contains("live", await idle.ReadToEndAsync(), StringComparison.Ordinal); // to the end: the server closed it
    }

    [Fact]
    public async Task A_flood_of_slow_callers_holds_up_nobody_and_is_cut_off()
    {
        var flood = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var slow = await RawConnection.OpenAsync(_server.Address);
                flood.Add(slow);
                await slow.SendAsync(i % 2 == 0 ? "POST /token HTTP/1.1\r\nHost: x\r\n" : "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\ngrant_");
            }

            using var answer = await _server.Http.GetAsync("/.well-known/jwks.json", Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            using var tried = await _server.Http.PostAsync("/token", new FormUrlEncodedContent([new("grant_type", "client_credentials")]), Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, tried.StatusCode);
            await Task.WhenAll(flood.Select(slow => slow.ReadToEndAsync()));
        }
        finally
        {
            flood.ForEach(slow => slow.Dispose());
        }
    }

    [Theory]
    [InlineData("a long line", 414)]
    [InlineData("many headers", 431)]
    [InlineData("long headers", 431)]
    public async Task More_than_a_request_needs_is_refused_unread(string what, int status)
    {
        var head = new StringBuilder(what == "a long line" ? "GET /authorize?state=" + new string('a', 17_000) + " HTTP/1.1\r\n" : "GET /health/live HTTP/1.1\r\n").Append("Host: x\r\n");
        for (var i = 0; i < 70; i++)
            head.Append("X-").Append(i).Append(": ").Append('b', what == "long headers" ? 700 : 1).Append("\r\n");
        using var greedy = await RawConnection.OpenAsync(_server.Address);
        await greedy.SendAsync(what == "a long line" ? head.ToString()[..17_100] : head.Append("\r\n").ToString());
        Assert.StartsWith($"HTTP/1.1 {status}", await greedy.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_connections_than_there_may_be_are_closed_and_those_that_are_open_go_on()
    {
        await using var small = await TestServer.StartAsync(change: settings => settings with { Connections = new() { Most = 3 } });
        var open = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                open.Add(await RawConnection.OpenAsync(small.Address));
                await open[i].SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
                await open[i].ReadUntilAsync("live");
            }

            using (var surplus = await RawConnection.OpenAsync(small.Address))
                Assert.Empty(await surplus.ReadToEndAsync());
            await open[0].SendAsync("GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n");
            await open[0].ReadUntilAsync("\"keys\"");
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }
    }
}
