using System.Net;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityProvider.Server.Tests.Keys;

/// <summary>The JWKS over HTTP (RFC 7517 §5), and what a node does that was cut off.</summary>
public sealed class JwksEndpointTests
{
    private const string Path = "/.well-known/jwks.json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anyone_may_read_it_from_anywhere_and_keep_it_for_an_hour()
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync(Path, Cancellation);
        var jwks = await answer.Content.ReadAsByteArrayAsync(Cancellation);

        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=3600", answer.Headers.CacheControl!.ToString());
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        var key = Assert.Single(JsonWebKeySet.Parse(jwks).ValueOrNull!.Keys);
        Assert.Equal([SignatureAlgorithm.RS256], key.Algorithms);
        Assert.Equal(key.Thumbprint(), key.Kid);
    }

    [Fact]
    public async Task It_is_not_sent_twice_to_who_has_it_and_is_again_once_it_changed()
    {
        await using var server = await TestServer.StartAsync();
        using var first = await server.Http.GetAsync(Path, Cancellation);
        Assert.False(first.Headers.ETag!.IsWeak);

        using var same = await AskAsync(server, first.Headers.ETag.Tag);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal("public, max-age=3600", same.Headers.CacheControl!.ToString());
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(Cancellation));

        await server.Get<KeyOperations>().RotateAsync(atOnce: false, Cancellation);
        using var changed = await AskAsync(server, first.Headers.ETag.Tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(first.Headers.ETag.Tag, changed.Headers.ETag!.Tag);
        Assert.Equal(2, JsonWebKeySet.Parse(await changed.Content.ReadAsByteArrayAsync(Cancellation)).ValueOrNull!.Keys.Count);
    }

    [Fact]
    public async Task HEAD_answers_the_same_headers_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Path), Cancellation);
        using var get = await server.Http.GetAsync(Path, Cancellation);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Nothing_private_is_in_it()
    {
        await using var server = await TestServer.StartAsync();
        await server.Get<KeyRing>().BeginAsync(SignatureAlgorithm.ES256, Cancellation);
        await server.Get<KeyRing>().BeginAsync(SignatureAlgorithm.PS256, Cancellation);
        using var jwks = System.Text.Json.JsonDocument.Parse(await server.Http.GetStringAsync(Path, Cancellation));

        var keys = jwks.RootElement.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(["RS256", "PS256", "ES256"], keys.Select(key => key.GetProperty("alg").GetString()));
        Assert.All(keys, key => Assert.DoesNotContain(key.EnumerateObject(), member => member.Name is "d" or "p" or "q" or "dp" or "dq" or "qi"));
    }

    [Fact]
    public async Task A_node_that_was_cut_off_reads_before_it_answers_and_signs_nothing_after_too_long()
    {
        await using var server = await TestServer.StartAsync();
        var schedule = server.Get<KeySchedule>();
        var machine = new TestClock();
        using var ring = new KeyRing(server.Get<SigningKeys>(), server.Get<MasterKey>(), schedule, server.Clock, server.Get<AuditTrail>(), NullLogger<KeyRing>.Instance) { Machine = machine };
        await ring.ReloadAsync(Cancellation);
        var old = await ring.JwksAsync(Cancellation);
        await server.Get<KeyOperations>().RotateAsync(atOnce: false, Cancellation);

        machine.Advance(schedule.MaxSilence);
        Assert.Equal(old.ETag, (await ring.JwksAsync(Cancellation)).ETag);
        machine.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(old.ETag, (await ring.JwksAsync(Cancellation)).ETag);

        machine.Advance(schedule.MaxSigningSilence);
        ring.Active(SignatureAlgorithm.RS256);
        machine.Advance(TimeSpan.FromSeconds(1));
        Assert.Throws<KeyException>(() => ring.Active(SignatureAlgorithm.RS256));
        await ring.ActiveAsync(SignatureAlgorithm.RS256, Cancellation);
        ring.Active(SignatureAlgorithm.RS256);
    }

    [Fact]
    public async Task Data_protection_is_the_master_keys_and_the_frameworks_key_ring_never_starts()
    {
        await using var server = await TestServer.StartAsync();

        Assert.IsType<MasterKeyDataProtection>(server.Get<IDataProtectionProvider>());
        Assert.DoesNotContain(server.Get<IEnumerable<IHostedService>>(), s => s.GetType().Assembly.GetName().Name == "Microsoft.AspNetCore.DataProtection");
    }

    private static Task<HttpResponseMessage> AskAsync(TestServer server, string etag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        return server.Http.SendAsync(request, Cancellation);
    }
}
