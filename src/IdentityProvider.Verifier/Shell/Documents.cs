using System.Net;
using System.Net.Http.Headers;

namespace IdentityProvider.Verifier.Shell;

/// <summary>The issuer's documents over HTTP: no redirect, no more bytes than the limit, no longer than the timeout.</summary>
internal sealed class Documents(Func<HttpClient> http, TimeProvider clock, TimeSpan timeout)
{
    /// <summary>Gets a document, past any cache; throws <see cref="HttpRequestException"/> or <see cref="IOException"/> with a line for the log.</summary>
    public async Task<byte[]> GetAsync(Uri uri, string accept, int limit, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            using var response = await SendAsync(uri, accept, [], either.Token).ConfigureAwait(false);
            await using var body = new BoundedStream(await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false), limit);
            using var bytes = new MemoryStream();
            await body.CopyToAsync(bytes, either.Token).ConfigureAwait(false);
            return bytes.ToArray();
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is not (HttpRequestException or IOException or OperationCanceledException))
        {
            // The caller's own handlers (retries, circuit breakers) throw what they like: to us it is one more way not to get an answer.
            throw new HttpRequestException($"{e.GetType().Name} in the HTTP client");
        }
    }

    /// <summary>Opens the event stream; the timeout is for its headers alone.</summary>
    public async Task<HttpResponseMessage> OpenAsync(Uri uri, string accept, string? lastEventId, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        var response = await SendAsync(uri, accept, lastEventId is null ? [] : [("Last-Event-ID", lastEventId)], either.Token).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType == accept) return response;
        response.Dispose();
        throw new HttpRequestException($"not {accept}");
    }

    private async Task<HttpResponseMessage> SendAsync(Uri uri, string accept, IEnumerable<(string Name, string Value)> more, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        foreach (var (name, value) in more) request.Headers.TryAddWithoutValidation(name, value);
        var response = await http().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);

        // A client that follows redirects by itself changes the request's address: what came is then not the issuer's answer.
        var fault = response.StatusCode is not HttpStatusCode.OK ? $"status {(int)response.StatusCode}"
            : request.RequestUri != uri ? "a redirect"
            : response.Content.Headers.ContentEncoding.Count > 0 ? "an encoding that was not asked for"
            : null;
        if (fault is null) return response;
        response.Dispose();
        throw new HttpRequestException(fault);
    }
}
