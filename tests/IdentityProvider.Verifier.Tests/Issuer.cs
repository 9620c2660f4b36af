using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityProvider.Verifier.Tests;

/// <summary>A small issuer on loopback: it signs with our Jose, counts what it is asked, and can be down, slow or malicious.</summary>
internal sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentDictionary<int, Channel<string>> _streams = new();
    private int _streamCount;

    private Issuer(WebApplication app, TestClock clock)
    {
        _app = app;
        Clock = clock;
    }

    public TestClock Clock { get; }

    /// <summary>The issuer's identifier: where it listens.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Signs everything.</summary>
    public SigningKey Key { get; set; } = Given.Rs256;

    public IReadOnlyList<SigningKey> Published { get; set; } = [Given.Rs256];

    /// <summary>Cuts every connection.</summary>
    public bool IsDown { get; set; }

    /// <summary>Answers a path otherwise.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Instead { get; } = new();

    /// <summary>List 7: its statuses and version.</summary>
    public byte[] Statuses { get; set; } = Given.Bytes();

    public long Version { get; set; }

    public string ListUri => $"{Name}/status/7";

    public VerifierOptions Options => Given.Options with { Issuer = Name, Push = false };

    /// <summary>How often this path was asked for; all of them with null.</summary>
    public int Count(string? path = null) => _requests.Count(asked => path is null || asked == path);

    public int Jwks => Count("/.well-known/jwks.json");

    public int Lists => Count("/status/7");

    /// <summary>Event streams open now, and ever opened.</summary>
    public int OpenStreams => _streams.Count;

    public int Streams => Count("/status/events");

    /// <summary>What each stream sent as Last-Event-ID, in order.</summary>
    public ConcurrentQueue<string?> LastEventIds { get; } = new();

    public static async Task<Issuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new Issuer(app, new TestClock());
        app.Run(issuer.AnswerAsync);
        await app.StartAsync();
        issuer.Name = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return issuer;
    }

    public string Token(JsonObject? more = null) => Given.Sign(Given.TokenClaims(Name, Clock.GetUtcNow(), more), "at+jwt", Key);

    public string TokenAt(long index) => Token(Given.Status(index, ListUri));

    public string ListJwt(JsonObject? more = null, SigningKey? key = null, string typ = StatusListRules.Typ) =>
        Given.Sign(Given.ListClaims(Statuses, ListUri, Name, Clock.GetUtcNow(), Version, more), typ, key ?? Key);

    /// <summary>Sets a status in the list, as a commit does, and returns the event of it.</summary>
    public string Set(int index, int value)
    {
        var bytes = (byte[])Statuses.Clone();
        bytes[index / 4] = (byte)((bytes[index / 4] & ~(3 << (index % 4 * 2))) | (value << (index % 4 * 2)));
        Statuses = bytes;
        Version++;
        return EventJwt(Version - 1, Version, $"[[{index},1,{value}]]");
    }

    public string EventJwt(long previous, long version, string changes, SigningKey? key = null) => Given.Sign(new JsonObject
    {
        ["iss"] = Name,
        ["iat"] = Given.Seconds(Clock.GetUtcNow()),
        ["sub"] = ListUri,
        ["prev"] = previous,
        ["ver"] = version,
        ["changes"] = JsonNode.Parse(changes),
    }, StatusEvent.Typ, key ?? Key);

    public string HeartbeatJwt(SigningKey? key = null) => Given.Sign(new JsonObject
    {
        ["iss"] = Name,
        ["iat"] = Given.Seconds(Clock.GetUtcNow()),
        ["lists"] = new JsonObject { [ListUri] = Version },
        ["jwks"] = CanonicalBase64Url.Encode(SHA256.HashData(JwksDocument())),
    }, Heartbeat.Typ, key ?? Key);

    public static string Frame(string type, string data, string? id = null) => $"event: {type}\n{(id is null ? "" : $"id: {id}\n")}data: {data}\n\n";

    /// <summary>Sends raw text to every open stream.</summary>
    public void Send(string text)
    {
        foreach (var stream in _streams.Values) stream.Writer.TryWrite(text);
    }

    public void SendEvent(string jwt, string? id = null) => Send(Frame("status", jwt, id));

    public void SendHeartbeat(SigningKey? key = null) => Send(Frame("heartbeat", HeartbeatJwt(key)));

    /// <summary>Ends every open stream.</summary>
    public void Cut()
    {
        foreach (var stream in _streams.Values) stream.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.DisposeAsync();
    }

    /// <summary>Answers nothing until the verifier hangs up.</summary>
    public static Task HangAsync(HttpContext http) => new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);

    private byte[] JwksDocument() => new JsonWebKeySet(Published.Select(key => key.PublicKey)).ToUtf8Bytes();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        _requests.Enqueue(path);
        if (IsDown)
        {
            http.Abort();
            return;
        }
        if (Instead.TryGetValue(path, out var instead))
        {
            await instead(http);
            return;
        }
        switch (path)
        {
            case "/.well-known/jwks.json":
                await AnswerAsync(http, "application/json", JwksDocument());
                break;
            case "/status/7":
                await AnswerAsync(http, "application/statuslist+jwt", Encoding.ASCII.GetBytes(ListJwt()));
                break;
            case "/status/events":
                await StreamAsync(http);
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    private static Task AnswerAsync(HttpContext http, string type, byte[] body)
    {
        http.Response.ContentType = type;
        return http.Response.Body.WriteAsync(body).AsTask();
    }

    private async Task StreamAsync(HttpContext http)
    {
        LastEventIds.Enqueue(http.Request.Headers["Last-Event-ID"].FirstOrDefault());
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        var channel = Channel.CreateUnbounded<string>();
        channel.Writer.TryWrite("retry: 1000\n\n" + Frame("heartbeat", HeartbeatJwt()));
        var number = Interlocked.Increment(ref _streamCount);
        _streams[number] = channel;
        try
        {
            await foreach (var text in channel.Reader.ReadAllAsync(http.RequestAborted)) await http.Response.WriteAsync(text, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The verifier hung up.
        }
        finally
        {
            _streams.TryRemove(number, out _);
        }
    }
}
