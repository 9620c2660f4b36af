using System.Net;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>Whom to tell of a weakness (RFC 9116).</summary>
public sealed class SecurityTextTests
{
    [Fact]
    public async Task Says_whom_to_tell_and_for_how_long_that_holds()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with
        {
            Security = new() { Contact = "mailto:security@example.com", Policy = "https://example.com/disclosure" },
        });
        using var answer = await server.Http.GetAsync("/.well-known/security.txt", TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """
            Contact: mailto:security@example.com
            Expires: 2026-01-31T00:00:00Z
            Policy: https://example.com/disclosure
            Preferred-Languages: en, de, fr, es, ja, ar
            Canonical: http://localhost:8080/.well-known/security.txt

            """,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Is_not_there_where_nobody_is_to_be_told()
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync("/.well-known/security.txt", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
