using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>The keys that a client publishes: fetched when needed, never more often than that, and not for ever.</summary>
public sealed class ClientKeysTests : IAsyncLifetime
{
    private static readonly SigningKey One = SigningKey.Generate(SignatureAlgorithm.ES256);
    private static readonly SigningKey Two = SigningKey.Generate(SignatureAlgorithm.ES256);
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private readonly TestClock _clock = new();
    private Listener _listener = null!;
    private Outgoing _outgoing = null!;
    private ClientKeys _keys = null!;

    public async ValueTask InitializeAsync()
    {
        _listener = await Listener.StartAsync();
        Publish(One);
        (_outgoing, _keys) = New(allowsPrivate: true);
    }

    public ValueTask DisposeAsync()
    {
        _outgoing.Dispose();
        return _listener.DisposeAsync();
    }

    [Fact]
    public async Task Registered_keys_need_no_fetch_and_no_keys_are_none()
    {
        var client = Client() with { JwksUri = null };
        Assert.Empty((await _keys.FindAsync(client, null, Cancellation)).Keys);
        var set = ClientKeySet.Parse(new JsonWebKeySet([One.PublicKey]).ToUtf8Bytes(), out _);
        Assert.Same(set!.Verification, await _keys.FindAsync(client with { Jwks = set }, "another", Cancellation));
        Assert.Equal(0, _listener.Count);
    }

    [Fact]
    public async Task A_set_is_fetched_once_and_held()
    {
        for (var i = 0; i < 3; i++)
            Assert.Equal(One.Kid, Assert.Single(await KidsAsync(One.Kid)));
        Assert.Equal(1, _listener.Count);

        _clock.Advance(ClientKeys.FreshFor);
        await KidsAsync(One.Kid);
        Assert.Equal(2, _listener.Count);
    }

    [Fact]
    public async Task A_new_kid_works_within_a_minute_and_made_up_ones_cost_one_fetch_an_interval()
    {
        await KidsAsync(One.Kid);
        Publish(One, Two);
        for (var i = 0; i < 20; i++)
            Assert.DoesNotContain(Two.Kid, await KidsAsync($"made up {i}"));
        Assert.Equal(1, _listener.Count);

        _clock.Advance(ClientKeys.FetchInterval);
        Assert.True(ClientKeys.FetchInterval < TimeSpan.FromMinutes(1));
        Assert.Contains(Two.Kid, await KidsAsync(Two.Kid));
        for (var i = 0; i < 20; i++)
            await KidsAsync($"made up {i}");
        Assert.Equal(2, _listener.Count);
    }

    [Fact]
    public async Task A_key_that_was_taken_down_is_gone_after_a_while()
    {
        await KidsAsync(One.Kid);
        Publish(Two);
        _clock.Advance(ClientKeys.FreshFor);
        Assert.Equal([Two.Kid], await KidsAsync(One.Kid));
    }

    [Fact]
    public async Task Many_at_once_share_one_fetch()
    {
        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => KidsAsync(One.Kid))));
        Assert.All(found, kids => Assert.Equal([One.Kid], kids));
        Assert.Equal(1, _listener.Count);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(302, "")]
    [InlineData(200, "not json")]
    [InlineData(200, """{"keys":1}""")]
    public async Task While_the_clients_server_fails_the_last_good_set_stands_in_but_not_for_ever(int status, string body)
    {
        await KidsAsync(One.Kid);
        _listener.AnswerAsync = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            return http.Response.WriteAsync(body);
        };
        _clock.Advance(ClientKeys.FreshFor);
        Assert.Equal([One.Kid], await KidsAsync(One.Kid));
        Assert.Equal(2, _listener.Count);

        _clock.Advance(ClientKeys.LastGoodFor);
        Assert.Empty(await KidsAsync(One.Kid));
        Assert.All(_listener.Requests, r => Assert.Equal("/jwks", r.Path));
    }

    [Fact]
    public async Task Whoever_has_a_set_to_go_on_with_does_not_wait_for_a_server_that_fails()
    {
        await KidsAsync(One.Kid);
        _listener.AnswerAlways(500);
        _clock.Advance(ClientKeys.FreshFor);
        await KidsAsync(One.Kid);
        _listener.AnswerAsync = _listener.HangAsync;
        _clock.Advance(ClientKeys.FetchInterval);

        Assert.Equal([One.Kid], await KidsAsync(One.Kid));
    }

    [Fact]
    public async Task A_set_that_is_too_long_is_not_read()
    {
        _listener.AnswerAsync = http => http.Response.WriteAsync("{\"keys\":[]," + new string(' ', ClientKeySet.MaxLength) + "}");
        Assert.Empty(await KidsAsync(One.Kid));
    }

    [Fact]
    public async Task A_private_address_is_not_asked()
    {
        var (outgoing, keys) = New(allowsPrivate: false);
        using (outgoing)
        {
            Assert.Empty((await keys.FindAsync(Client() with { JwksUri = "https://127.0.0.1:1/jwks" }, null, Cancellation)).Keys);
            Assert.Empty((await keys.FindAsync(Client(), null, Cancellation)).Keys);
            Assert.Equal(0, _listener.Count);
        }
    }

    private Client Client() => new() { ClientId = "app", ClientName = "App", JwksUri = new Uri(_listener.Address, "jwks").ToString() };

    private async Task<IEnumerable<string>> KidsAsync(string kid) => (await _keys.FindAsync(Client(), kid, Cancellation)).Keys.Select(key => key.Kid);

    private void Publish(params SigningKey[] keys)
    {
        var json = Encoding.UTF8.GetString(new JsonWebKeySet(keys.Select(key => key.PublicKey)).ToUtf8Bytes());
        _listener.AnswerAsync = http => http.Response.WriteAsync(json);
    }

    private (Outgoing, ClientKeys) New(bool allowsPrivate)
    {
        var outgoing = new Outgoing(new Settings { Outgoing = new() { AllowPrivateNetwork = allowsPrivate } }, _clock);
        return (outgoing, new ClientKeys(new ClientKeyFetch(outgoing, NullLogger<ClientKeyFetch>.Instance), _clock));
    }
}
