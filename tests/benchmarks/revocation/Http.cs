using System.Net.Http.Headers;

namespace IdentityProvider.Benchmarks.Revocation;

/// <summary>A token to take back: by whom, and which access token dies of it.</summary>
internal sealed record Revocable(string Revoke, string AccessToken, string Authorization);

/// <summary>Counts what goes out, so that a figure "without network" is known to be one.</summary>
internal sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        return base.SendAsync(request, cancellationToken);
    }
}

internal static class Http
{
    /// <summary>Revokes (RFC 7009). When it returns, the answer has arrived.</summary>
    public static async Task RevokeAsync(this HttpClient http, string issuer, Revocable revocable)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, issuer + "/revoke");
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(revocable.Authorization);
        request.Content = new FormUrlEncodedContent([new("token", revocable.Revoke)]);
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }
}
