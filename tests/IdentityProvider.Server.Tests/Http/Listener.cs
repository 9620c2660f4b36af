using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>A partner's server on loopback: real HTTP, answered as the test says.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _taken;

    private Listener(WebApplication app) => _app = app;

    /// <summary>How each request is answered; at first with 200 and nothing.</summary>
    public RequestDelegate AnswerAsync { get; set; } = _ => Task.CompletedTask;

    /// <summary>What came, in order: path, and the form where there was one.</summary>
    public List<(string Path, IFormCollection? Form, IHeaderDictionary Headers)> Requests { get; } = [];

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Never answers; ends with the listener.</summary>
    public Task HangAsync(HttpContext http) => _closed.Task.WaitAsync(http.RequestAborted);

    /// <param name="certificate">With what it speaks TLS; null for in clear.</param>
    public static async Task<Listener> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (certificate is null)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, o => o.UseHttps(certificate)));
        var listener = new Listener(builder.Build());
        listener._app.Run(listener.HandleAsync);
        await listener._app.StartAsync(TestContext.Current.CancellationToken);
        return listener;
    }

    /// <summary>The next request, when it is there.</summary>
    public async Task<(string Path, IFormCollection? Form, IHeaderDictionary Headers)> NextAsync()
    {
        await _arrived.WaitAsync(TestContext.Current.CancellationToken);
        lock (Requests)
            return Requests[_taken++];
    }

    public int Count
    {
        get
        {
            lock (Requests)
                return Requests.Count;
        }
    }

    /// <summary>Answers this status and nothing else.</summary>
    public void AnswerAlways(int status) => AnswerAsync = http =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public async ValueTask DisposeAsync()
    {
        _closed.TrySetResult();
        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : null;
        lock (Requests)
            Requests.Add((http.Request.Path, form, new HeaderDictionary(http.Request.Headers.ToDictionary())));
        _arrived.Release();
        await AnswerAsync(http);
    }
}
