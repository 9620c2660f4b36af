using System.Net;
using System.Text.Json;

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
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_server_that_runs_says_that_it_is_well(string path)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
