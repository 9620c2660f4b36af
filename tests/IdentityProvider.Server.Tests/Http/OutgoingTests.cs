using System.Net;
using System.Net.Sockets;
using System.Text;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>Calls to addresses that others named: where they may lead, and how much an answer may take.</summary>
public sealed class OutgoingTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_an_answer_up_to_its_bound_and_none_where_none_is_wanted()
    {
        await using var listener = await Listener.StartAsync();
        listener.AnswerAsync = http =>
        {
            http.Response.Headers.CacheControl = "max-age=60";
            http.Response.ContentType = "application/json; charset=utf-8";
            return http.Response.WriteAsync("12345");
        };
        using var outgoing = New(allowsPrivate: true);

        var answer = Assert.IsType<OutgoingAnswer.Answered>(await GetAsync(outgoing, listener.Address, 5));
        Assert.Equal("12345", Encoding.ASCII.GetString(answer.Body));
        Assert.Equal((HttpStatusCode.OK, "application/json", TimeSpan.FromMinutes(1)), (answer.Status, answer.ContentType, answer.CacheControl!.MaxAge));
        Assert.Equal(OutgoingFailure.AnswerTooLong, await FailureAsync(outgoing, listener.Address, 4));
        Assert.Empty(Assert.IsType<OutgoingAnswer.Answered>(await GetAsync(outgoing, listener.Address, 0)).Body);
    }

    [Fact]
    public async Task Follows_no_redirect_keeps_no_cookie_and_says_nothing_of_itself()
    {
        await using var listener = await Listener.StartAsync();
        listener.AnswerAsync = http =>
        {
            http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            http.Response.Headers.Location = "/elsewhere";
            http.Response.Headers.SetCookie = "a=b";
            return Task.CompletedTask;
        };
        using var outgoing = New(allowsPrivate: true);

        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.TemporaryRedirect, Assert.IsType<OutgoingAnswer.Answered>(await GetAsync(outgoing, listener.Address, 10)).Status);
        Assert.All(listener.Requests, r => Assert.Equal("/", r.Path));
        Assert.All(listener.Requests, r => Assert.Equal(["Host"], r.Headers.Keys));
    }

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("ftp://localhost/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user@example.com/")]
    public async Task Calls_nothing_but_https_or_loopback(string uri)
    {
        using var outgoing = New(allowsPrivate: true);
        Assert.Equal(OutgoingFailure.UriNotAllowed, await FailureAsync(outgoing, new Uri(uri), 10));
    }

    [Fact]
    public async Task Http_on_loopback_is_for_those_who_allow_the_private_network()
    {
        await using var listener = await Listener.StartAsync();
        using var outgoing = New(allowsPrivate: false);
        Assert.Equal(OutgoingFailure.UriNotAllowed, await FailureAsync(outgoing, listener.Address, 10));
        Assert.Equal(0, listener.Count);
    }

    [Theory]
    [InlineData("https://127.0.0.1:1/")]
    [InlineData("https://2130706433:1/")]
    [InlineData("https://0x7f.1:1/")]
    [InlineData("https://[::1]:1/")]
    [InlineData("https://[::ffff:127.0.0.1]:1/")]
    [InlineData("https://10.0.0.1:1/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://localhost:1/")]
    public async Task Connects_to_no_private_address_however_it_is_written(string uri)
    {
        using var outgoing = New(allowsPrivate: false);
        Assert.Equal(OutgoingFailure.AddressNotAllowed, await FailureAsync(outgoing, new Uri(uri), 10));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("192.168.0.1,10.0.0.1")]
    [InlineData("fd00::1")]
    public async Task Connects_to_no_name_that_leads_to_a_private_address(string addresses)
    {
        using var outgoing = New(allowsPrivate: false, (_, _) => Task.FromResult(addresses.Split(',').Select(IPAddress.Parse).ToArray()));
        Assert.Equal(OutgoingFailure.AddressNotAllowed, await FailureAsync(outgoing, new Uri("https://app.example/"), 10));
    }

    [Fact]
    public async Task Metadata_servers_stay_closed_even_where_the_private_network_is_open()
    {
        using var outgoing = New(allowsPrivate: true, (_, _) => Task.FromResult(new[] { IPAddress.Parse("169.254.169.254") }));
        Assert.Equal(OutgoingFailure.AddressNotAllowed, await FailureAsync(outgoing, new Uri("https://app.example/"), 10));
    }

    [Fact]
    public async Task Connects_to_the_address_that_was_checked_and_asks_no_second_time()
    {
        await using var listener = await Listener.StartAsync();
        var asked = 0;
        using var outgoing = New(allowsPrivate: true, (name, _) =>
        {
            Assert.Equal("localhost", name);
            return Task.FromResult(new[] { IPAddress.Parse(++asked == 1 ? "127.0.0.1" : "169.254.169.254") });
        });

        var uri = new UriBuilder(listener.Address) { Host = "localhost" }.Uri;
        Assert.IsType<OutgoingAnswer.Answered>(await GetAsync(outgoing, uri, 10));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Says_when_a_name_is_unknown_and_when_nobody_listens()
    {
        using var nowhere = New(allowsPrivate: true, (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        Assert.Equal(OutgoingFailure.NameNotResolved, await FailureAsync(nowhere, new Uri("https://app.example/"), 10));

        await using var listener = await Listener.StartAsync();
        var address = listener.Address;
        await listener.DisposeAsync();
        using var outgoing = New(allowsPrivate: true);
        Assert.Equal(OutgoingFailure.NotConnected, await FailureAsync(outgoing, address, 10));
    }

    [Fact]
    public async Task Trusts_no_listener_that_speaks_no_TLS()
    {
        await using var listener = await Listener.StartAsync();
        using var outgoing = New(allowsPrivate: true);
        Assert.Equal(OutgoingFailure.NotSecured, await FailureAsync(outgoing, new UriBuilder(listener.Address) { Scheme = "https" }.Uri, 10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gives_up_on_one_that_hangs_before_or_in_its_answer(bool startsToAnswer)
    {
        await using var listener = await Listener.StartAsync();
        var isHanging = new TaskCompletionSource();
        listener.AnswerAsync = async http =>
        {
            if (startsToAnswer)
                await http.Response.WriteAsync("1", Cancellation);
            await http.Response.Body.FlushAsync(Cancellation);
            isHanging.SetResult();
            await listener.HangAsync(http);
        };
        var clock = new TestClock();
        using var outgoing = New(allowsPrivate: true, clock: clock);

        var failing = FailureAsync(outgoing, listener.Address, 10);
        await isHanging.Task;
        clock.Advance(Outgoing.Patience);
        Assert.Equal(OutgoingFailure.TimedOut, await failing);
    }

    private static Outgoing New(bool allowsPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeProvider? clock = null)
    {
        var settings = new Settings { Outgoing = new OutgoingSettings { AllowPrivateNetwork = allowsPrivate } };
        return resolve is null ? new(settings, clock ?? TimeProvider.System) : new(settings, clock ?? TimeProvider.System) { ResolveAsync = resolve };
    }

    private static async Task<OutgoingAnswer> GetAsync(Outgoing outgoing, Uri uri, int mostBytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        return await outgoing.SendAsync(request, mostBytes, Cancellation);
    }

    private static async Task<OutgoingFailure> FailureAsync(Outgoing outgoing, Uri uri, int mostBytes) =>
        Assert.IsType<OutgoingAnswer.Failed>(await GetAsync(outgoing, uri, mostBytes)).Reason;
}
