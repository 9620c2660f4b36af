using System.Net;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Tests;

/// <summary>The metadata document and the health endpoints, over HTTP.</summary>
public sealed class MetadataTests
{
    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task The_document_names_the_issuer_and_may_be_kept_and_read_by_anyone(string path)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(TestServer.Issuer, document.RootElement.GetProperty("issuer").GetString());
        Assert.True(answer.Headers.CacheControl!.Public);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));

        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await server.Http.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task Every_endpoint_that_the_document_names_is_there()
    {
        await using var server = await TestServer.StartAsync();
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync("/.well-known/openid-configuration", TestContext.Current.CancellationToken));
        var uris = document.RootElement.EnumerateObject().Where(m => m.Name.EndsWith("_endpoint", StringComparison.Ordinal) || m.Name == "jwks_uri");
        foreach (var uri in uris)
        {
            // The head is enough: the stream of events has no end.
            using var answer = await server.Http.GetAsync(
                new Uri(uri.Value.GetString()!).PathAndQuery, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode != HttpStatusCode.NotFound, $"{uri.Name} is not there");
        }
    }

    [Theory]
    [InlineData("/.well-known/oauth-authorization-server/tenant")]
    [InlineData("/.well-known/openid-configuration/tenant")]
    [InlineData("/tenant/.well-known/openid-configuration")]
    public async Task A_path_is_another_issuers_and_nothing_is_there(string path)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_signed_verifies_before_and_after_its_key_has_changed()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Links = new() { ServiceDocumentation = "https://a.example/docs" } });
        var before = await SignedAsync(server);
        Assert.Equal("https://a.example/docs", before.Claims.GetProperty("service_documentation").GetString());
        Assert.Equal(before.Kid, (await SignedAsync(server)).Kid);

        await server.Get<KeyOperations>().RevokeAsync(before.Kid!, TestContext.Current.CancellationToken);
        Assert.NotEqual(before.Kid, (await SignedAsync(server)).Kid);
    }

    /// <summary>The signed metadata, verified by the keys that are published at that moment.</summary>
    private static async Task<(string? Kid, JsonElement Claims)> SignedAsync(TestServer server)
    {
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync("/.well-known/oauth-authorization-server", TestContext.Current.CancellationToken));
        Assert.True(JsonWebKeySet.Parse(await server.Http.GetByteArrayAsync("/.well-known/jwks.json", TestContext.Current.CancellationToken)).Accepted(out var keys, out _));
        Assert.True(Jws.Verify(document.RootElement.GetProperty("signed_metadata").GetString()!, keys, ServerMetadata.Typ).Accepted(out var jws, out _));
        return (jws.Header.Kid, jws.ClaimsOrNull()!.Value);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_server_that_runs_says_that_it_is_well(string path)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
