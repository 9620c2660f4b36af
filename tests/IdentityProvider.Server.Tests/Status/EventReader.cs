using System.Net.ServerSentEvents;
using System.Text.Json;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>Someone who listens to the events of a server, as the framework's own parser reads them.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    // What isn't pushed at all is a failed test and not one that waits for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestServer _server;
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private EventReader(TestServer server, HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> events)
    {
        _server = server;
        _response = response;
        _events = events;
    }

    public string? LastEventId { get; private set; }

    public static async Task<EventReader> ConnectAsync(TestServer server, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/status/events");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", string.Join(",", response.Headers.GetValues("Access-Control-Allow-Origin")));
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        return new EventReader(server, response, parser.EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator());
    }

    /// <summary>The next event of this name, verified; others are passed over.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        while (true)
        {
            Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(Patience));
            var item = _events.Current;
            LastEventId = item.EventId ?? LastEventId;
            if (item.EventType == name)
                return await StatusReader.VerifyAsync(_server, item.Data, name == "status" ? "statusevent+jwt" : "statusheartbeat+jwt");
        }
    }

    /// <summary>The claims of the next event, whatever it is and whoever signed it.</summary>
    public async Task<JsonElement> NextRawAsync()
    {
        Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(Patience));
        return StatusReader.Claims(_events.Current.Data);
    }

    /// <summary>Done when the server ends the stream; what it still says is passed over.</summary>
    public async Task EndAsync()
    {
        while (await _events.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        _response.Dispose();
        await Task.CompletedTask;
    }
}
