using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Tests.Endpoints.Cost;

/// <summary>
/// In Kestrel's place: hands a request to the whole pipeline on the thread that asks, so that what is allocated for it is this thread's. No sockets, and nobody
/// else's allocations.
/// </summary>
internal sealed class PlainServer : IServer
{
    private Func<IFeatureCollection, Task>? _process;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        var addresses = new ServerAddressesFeature();
        addresses.Addresses.Add("http://127.0.0.1:1");
        Features.Set<IServerAddressesFeature>(addresses);
        _process = async features =>
        {
            var context = application.CreateContext(features);
            await application.ProcessRequestAsync(context);
            application.DisposeContext(context, null);
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Bytes that this thread allocates while the server answers 200, or null where it went on elsewhere or waited for something.</summary>
    public long? BytesFor(PlainRequest request)
    {
        var (features, response) = request.Features();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var answered = _process!(features);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        var isHere = answered.IsCompletedSuccessfully;
        answered.GetAwaiter().GetResult();
        Assert.Equal(200, response.StatusCode);
        return isHere ? bytes : null;
    }

    public void Dispose()
    {
    }
}

/// <summary>A request as a server takes it from the wire.</summary>
internal sealed record PlainRequest(string Method, string Path, string? Authorization = null, string? Form = null)
{
    /// <summary>What belongs to one request, made anew.</summary>
    public (IFeatureCollection Features, IHttpResponseFeature Response) Features()
    {
        var body = System.Text.Encoding.ASCII.GetBytes(Form ?? "");
        var request = new HttpRequestFeature { Method = Method, Path = Path, Protocol = "HTTP/1.1", Scheme = "http", Body = new MemoryStream(body) };
        request.Headers.Host = "localhost:8080";
        if (Authorization is not null)
            request.Headers.Authorization = Authorization;
        if (Form is not null)
        {
            request.Headers.ContentType = "application/x-www-form-urlencoded";
            request.Headers.ContentLength = body.Length;
        }

        var response = new HttpResponseFeature();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new MemoryStream(8192)));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = System.Net.IPAddress.Loopback });
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature { TraceIdentifier = "1" });
        return (features, response);
    }
}
