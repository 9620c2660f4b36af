using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Endpoints;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>
/// A client of the Admin API that knows nothing of it but its document: what it calls, it finds there by its <c>operationId</c>, with the method, the
/// path, the parameters and the bodies that the document names; and an answer has the members that the document promises.
/// </summary>
internal sealed class DocumentClient(HttpClient http, JsonNode document, string accessToken)
{
    public static async Task<DocumentClient> ReadAsync(TestServer server, string accessToken)
    {
        var text = await server.Http.GetStringAsync("/api/admin/v1/openapi.json", TestContext.Current.CancellationToken);
        return new(server.Http, JsonNode.Parse(text)!, accessToken);
    }

    /// <summary>Every operation: its identifier, method and path.</summary>
    public IReadOnlyList<(string Id, string Method, string Path, JsonNode Operation)> Operations { get; } =
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select ((string)operation.Value!["operationId"]!, operation.Key.ToUpperInvariant(), path.Key, operation.Value!),
    ];

    public DocumentClient With(string otherToken) => new(http, document, otherToken);

    /// <summary>Calls an operation.</summary>
    /// <param name="id">Its <c>operationId</c>.</param>
    /// <param name="parameters">Its parameters by name, wherever they stand.</param>
    /// <param name="body">Its body as JSON.</param>
    public async Task<Answer> CallAsync(string id, Dictionary<string, string>? parameters = null, string? body = null)
    {
        var (_, method, path, operation) = Operations.Single(known => known.Id == id);
        var known = (operation["parameters"]?.AsArray() ?? []).ToDictionary(p => (string)p!["name"]!, p => (string)p!["in"]!);
        foreach (var (name, value) in parameters ?? [])
        {
            Assert.True(known.ContainsKey(name), $"{id} has no parameter {name}");
            if (known[name] == "path")
                path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
            else if (known[name] == "query")
                path += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";
        }

        Assert.DoesNotContain('{', path);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        foreach (var (name, value) in (parameters ?? []).Where(given => known[given.Key] == "header"))
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            Assert.NotNull(operation["requestBody"]);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        var message = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = new Answer(message.StatusCode, message, await message.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Check(id, operation, answer);
        return answer;
    }

    /// <summary>The same, which must be done.</summary>
    public async Task<JsonElement> DoneAsync(string id, Dictionary<string, string>? parameters = null, string? body = null)
    {
        var answer = await CallAsync(id, parameters, body);
        Assert.True(answer.Message.IsSuccessStatusCode, $"{id}: {(int)answer.Status} {answer.Text}");
        return answer.Text.Length == 0 ? default : answer.Json;
    }

    private void Check(string id, JsonNode operation, Answer answer)
    {
        var responses = operation["responses"]!.AsObject();
        var response = responses[((int)answer.Status).ToString(System.Globalization.CultureInfo.InvariantCulture)] ?? responses["default"];
        Assert.NotNull(response);
        if (response["content"]?.AsObject() is not { } content)
            return;
        Assert.Equal(content.Single().Key, answer.Message.Content.Headers.ContentType?.MediaType);
        if (content.Single().Key == "application/jsonl")
            Assert.All(answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Check(id, content.Single().Value!["schema"]!, JsonElement.Parse(line)));
        else
            Check(id, content.Single().Value!["schema"]!, answer.Json);
    }

    private void Check(string id, JsonNode schema, JsonElement value)
    {
        if ((string?)schema["$ref"] is { } reference)
            schema = document["components"]!["schemas"]![reference.Split('/')[^1]]!;
        foreach (var required in schema["required"]?.AsArray() ?? [])
            Assert.True(value.TryGetProperty((string)required!, out _), $"{id}: {required} isn't in {value}");
        foreach (var (name, member) in schema["properties"]?.AsObject() ?? [])
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null)
                Check($"{id}.{name}", member!, found);
        }

        if (schema["items"] is { } items && value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Check($"{id}[]", items, item);
        }
    }
}
