using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Tests.SharedSignals;

/// <summary>A receiver of security events: a client that Alice signs in to, with a token for the Shared Signals API.</summary>
internal sealed class Receiver(SignedIn signedIn, Client client) : IAsyncDisposable
{
    public const string Api = TestServer.Issuer + "/ssf";

    public static readonly Client Client = SignedIn.App with
    {
        ClientId = "receiver",
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials],
        Scope = ScopeSet.Of(["openid", "profile", "notes.read", SharedSignalsApi.Read, SharedSignalsApi.Manage]),
        Resources = [SignedIn.NotesApi, Api],
    };

    public SignedIn SignedIn => signedIn;

    public TestServer Server => signedIn.Server;

    public string ClientId => client.ClientId;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Receiver> StartAsync(Func<Client, Client>? edit = null, Func<Settings, Settings>? change = null)
    {
        var receiver = new Receiver(await SignedIn.StartAsync(change: settings => (change ?? (same => same))(settings with { Throttling = new() { Enabled = false } })), edit?.Invoke(Client) ?? Client);
        Assert.True(await receiver.Server.Get<Clients>().AddAsync(edit?.Invoke(Client) ?? Client, Cancellation));
        await receiver.OperateAsync(async (_, _, alice) =>
        {
            await using var scope = receiver.Server.Services.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            Assert.True((await users.UpdateSecurityStampAsync((await users.FindByIdAsync(alice.Id.ToString("D")))!)).Succeeded);
        });
        return receiver;
    }

    /// <summary>Another client of the same server.</summary>
    public async Task<Receiver> BesideAsync(Func<Client, Client> edit)
    {
        Assert.True(await Server.Get<Clients>().AddAsync(edit(Client), Cancellation));
        return new Receiver(signedIn, edit(Client));
    }

    public async Task<string> TokenAsync(string scope = "ssf.read ssf.manage")
    {
        var answer = await signedIn.PostAsync("/token", client, ("grant_type", "client_credentials"), ("resource", Api), ("scope", scope));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.AccessToken;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? await TokenAsync());
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await signedIn.SendAsync(request);
    }

    public async Task<Answer> DoneAsync(HttpMethod method, string path, string? body = null)
    {
        var answer = await SendAsync(method, path, body);
        Assert.True(answer.Message.IsSuccessStatusCode, $"{path}: {(int)answer.Status} {answer.Text}");
        return answer;
    }

    /// <summary>A stream of all events, pushed to this address, or fetched; its identifier.</summary>
    public async Task<string> CreateAsync(Uri? endpoint = null, string? authorization = null, IEnumerable<SignalKind>? kinds = null)
    {
        var delivery = endpoint is null
            ? new Dictionary<string, string?> { ["method"] = StreamRules.Poll }
            : new Dictionary<string, string?> { ["method"] = StreamRules.Push, ["endpoint_url"] = endpoint.AbsoluteUri, ["authorization_header"] = authorization };
        var body = JsonSerializer.Serialize(new Dictionary<string, object> { ["delivery"] = delivery, ["events_requested"] = (kinds ?? SignalKinds.Supported).Select(SignalKinds.UriOf).ToArray() });
        return (await DoneAsync(HttpMethod.Post, "/ssf/streams", body)).Json.GetProperty("stream_id").GetString()!;
    }

    /// <summary>What waits in a stream, by <c>jti</c>, each verified.</summary>
    public async Task<Dictionary<string, JsonElement>> PollAsync(string stream, string body = """{"returnImmediately":true}""") =>
        (await DoneAsync(HttpMethod.Post, "/ssf/poll/" + stream, body)).Json.GetProperty("sets").EnumerateObject().ToDictionary(set => set.Name, set => Verify(set.Value.GetString()!));

    /// <summary>The claims of a SET, as its receiver verifies it.</summary>
    public JsonElement Verify(string token)
    {
        Assert.True(Jws.Verify(token, Server.Get<KeyRing>().Published, SecurityEventToken.Typ).Accepted(out var verified, out var refused), refused?.ToString());
        var claims = verified.ClaimsOrNull()!.Value;
        Assert.Equal((TestServer.Issuer, ClientId), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        return claims;
    }

    /// <summary>The type of a SET's event, without what all of them begin with.</summary>
    public static string TypeOf(JsonElement claims) => claims.GetProperty("events").EnumerateObject().Single().Name.Split('/')[^1];

    public static JsonElement EventOf(JsonElement claims) => claims.GetProperty("events").EnumerateObject().Single().Value;

    /// <summary>Alice signs in to it.</summary>
    public Task SignInAsync() => signedIn.TokensAsync(client, "openid");

    /// <summary>An operator does something to Alice's account.</summary>
    public async Task OperateAsync(Func<UserOperations, Actor, User, Task> operate)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var user = (await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByIdAsync(signedIn.UserId.ToString("D")))!;
        await operate(scope.ServiceProvider.GetRequiredService<UserOperations>(), Actor.Command("tests"), user);
    }

    // The server's own ticks deliver as well: done is what neither of them has under way.
    public async Task DeliverAsync()
    {
        await Task.WhenAll(await Server.Get<OutboxDelivery>().StartDueAsync(Cancellation));
        await Server.Get<OutboxDelivery>().IdleAsync();
    }

    public async Task<IReadOnlyList<OutboxMessage>> PushesAsync() =>
        [.. (await Server.Get<Outbox>().ListAsync(null, null, 100, Cancellation)).Where(m => m.Kind == OutboxKind.SecurityEvent)];

    public ValueTask DisposeAsync() => signedIn.DisposeAsync();
}
