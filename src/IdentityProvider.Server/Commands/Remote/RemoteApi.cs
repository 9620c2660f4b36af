using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>The Admin API of a server, by somebody's sign-in.</summary>
internal sealed class RemoteApi(HttpClient http, RemoteSignIn signIn, string server)
{
    /// <summary>Its issuer.</summary>
    public string Server => server;

    /// <summary>What the server finds worth a second thought.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellation) => (await SendAsync(HttpMethod.Get, path, null, null, cancellation)).Document;

    /// <summary>The same with its version, for who means to change it.</summary>
    public Task<(JsonObject Document, string? Version)> ReadAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, null, cancellation);

    /// <summary>Whether there is such a thing.</summary>
    public async Task<bool> HasAsync(string path, CancellationToken cancellation)
    {
        using var response = await AskAsync(HttpMethod.Get, path, null, null, cancellation);
        if (!response.IsSuccessStatusCode && response.StatusCode is not System.Net.HttpStatusCode.NotFound)
            throw new RemoteException(Reason(response, await response.Content.ReadAsByteArrayAsync(cancellation)));
        return response.IsSuccessStatusCode;
    }

    /// <summary>One call; an empty object where the answer is empty.</summary>
    /// <exception cref="RemoteException">It was refused, or the server can't be asked.</exception>
    public async Task<(JsonObject Document, string? Version)> SendAsync(HttpMethod method, string path, JsonObject? body, string? version, CancellationToken cancellation)
    {
        try
        {
            using var response = await AskAsync(method, path, body, version, cancellation);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (!response.IsSuccessStatusCode)
                throw new RemoteException(Reason(response, answer));
            foreach (var warning in response.Headers.TryGetValues("Idp-Warning", out var warnings) ? warnings : [])
                Warn(Uri.UnescapeDataString(warning));
            return (answer.Length == 0 ? [] : JsonNode.Parse(answer)!.AsObject(), response.Headers.ETag?.ToString());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException)
        {
            throw new RemoteException($"{server} can't be asked: {e.Message}");
        }
    }

    /// <summary>Lines of JSON, one after the other, however many.</summary>
    public async Task LinesAsync(string path, Action<string> write, CancellationToken cancellation)
    {
        try
        {
            using var response = await AskAsync(HttpMethod.Get, path, null, null, cancellation);
            if (!response.IsSuccessStatusCode)
                throw new RemoteException(Reason(response, await response.Content.ReadAsByteArrayAsync(cancellation)));
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            while (await reader.ReadLineAsync(cancellation) is { } line)
                write(line);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new RemoteException($"{server} can't be asked: {e.Message}");
        }
    }

    // By a token that was refreshed where the one at hand has ended.
    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, JsonObject? body, string? version, CancellationToken cancellation)
    {
        for (var refreshes = false; ; refreshes = true)
        {
            var tokens = await signIn.TokensAsync(server, refreshes, cancellation);
            using var request = new HttpRequestMessage(method, $"{server}/api/admin/v1{path}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
            if (version is not null)
                request.Headers.TryAddWithoutValidation("If-Match", version);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            HttpResponseMessage response;
            try
            {
                response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException e)
            {
                throw new RemoteException($"{server} can't be asked: {e.Message}");
            }

            if ((int)response.StatusCode != 401 || refreshes)
                return response;
            response.Dispose();
        }
    }

    // A problem document (RFC 9457), or what the door said (RFC 6750 §3).
    private static string Reason(HttpResponseMessage response, byte[] answer)
    {
        try
        {
            if (answer.Length > 0 && JsonNode.Parse(answer) is JsonObject problem && (problem["detail"] ?? problem["error_description"] ?? problem["title"]) is JsonValue said && said.TryGetValue<string>(out var detail))
                return detail;
        }
        catch (JsonException)
        {
            // Whatever stood in front of the server said something else.
        }

        return $"the server answers {(int)response.StatusCode}{(response.StatusCode is System.Net.HttpStatusCode.Forbidden ? ": the account has no role for this" : "")}";
    }
}
