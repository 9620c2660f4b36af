using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>The shape of the Admin API, as its document tells it: what others build on changes knowingly or not at all.</summary>
public sealed class AdminDocumentTests
{
    private const string Snapshot = "tests/IdentityProvider.Server.Tests/Admin/openapi.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public async Task The_document_is_the_one_that_was_reviewed()
    {
        await using var server = await TestServer.StartAsync();
        var text = await server.Http.GetStringAsync("/api/admin/v1/openapi.json", TestContext.Current.CancellationToken);
        var written = JsonNode.Parse(text)!.ToJsonString(Indented) + "\n";
        var kept = Path.Combine(Tree.Root.FullName, Snapshot);
        if (Environment.GetEnvironmentVariable("IDP_WRITE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(kept, written, TestContext.Current.CancellationToken);
        Assert.True(await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken) == written, $"The Admin API has changed: look at it, and write {Snapshot} anew with IDP_WRITE_SNAPSHOTS=1.");
    }

    [Fact]
    public async Task The_document_is_whole()
    {
        await using var server = await TestServer.StartAsync();
        var document = JsonNode.Parse(await server.Http.GetStringAsync("/api/admin/v1/openapi.json", TestContext.Current.CancellationToken))!;
        Assert.StartsWith("3.1.", (string?)document["openapi"], StringComparison.Ordinal);
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (Path: path.Key, Operation: operation.Value!))).ToList();
        var ids = operations.Select(operation => (string)operation.Operation["operationId"]!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(operations, operation =>
        {
            Assert.NotNull((string?)operation.Operation["summary"]);
            Assert.Single(operation.Operation["security"]![0]!["oauth2"]!.AsArray());
            Assert.Equal(
                operation.Path.Split('{').Skip(1).Select(part => part.Split('}')[0]),
                (operation.Operation["parameters"]?.AsArray() ?? []).Where(p => (string?)p!["in"] == "path").Select(p => (string)p!["name"]!));
        });
        var schemas = document["components"]!["schemas"]!.AsObject();
        Assert.All(References(document), reference => Assert.True(schemas.ContainsKey(reference.Split('/')[^1]), reference));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member is { Key: "$ref", Value: JsonValue reference } ? [(string)reference!] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
