using System.IO.Compression;
using System.Net;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>What a verifier reads of a token's status, written for the tests from the draft alone.</summary>
internal static class StatusReader
{
    /// <summary>The <c>status_list</c> claim of a token.</summary>
    public static StatusReference ReferenceOf(string accessToken)
    {
        var status = Claims(accessToken).GetProperty("status").GetProperty("status_list");
        return new StatusReference(
            StatusReference.ListOrNull(TestServer.Issuer, status.GetProperty("uri").GetString()!)!.Value, status.GetProperty("idx").GetInt32());
    }

    /// <summary>The token's status as this node's list says it now.</summary>
    public static async Task<StatusValue> StatusAsync(TestServer server, string accessToken)
    {
        var reference = ReferenceOf(accessToken);
        var (bits, _) = await ListAsync(server, reference.List);
        return (StatusValue)((bits[reference.Index / 4] >> (reference.Index % 4 * 2)) & 3);
    }

    /// <summary>A list's bytes and version, its signature verified by the published keys.</summary>
    public static async Task<(byte[] Bits, long Version)> ListAsync(TestServer server, int list)
    {
        using var response = await server.Http.GetAsync($"/status/{list}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/statuslist+jwt", response.Content.Headers.ContentType?.MediaType);
        var token = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var claims = await VerifyAsync(server, token, "statuslist+jwt");
        Assert.Equal($"{TestServer.Issuer}/status/{list}", claims.GetProperty("sub").GetString());
        Assert.Equal(2, claims.GetProperty("status_list").GetProperty("bits").GetInt32());
        await using var zlib = new ZLibStream(
            new MemoryStream(CanonicalBase64Url.DecodeOrNull(claims.GetProperty("status_list").GetProperty("lst").GetString()!)!), CompressionMode.Decompress);
        var bits = new MemoryStream();
        await zlib.CopyToAsync(bits, TestContext.Current.CancellationToken);
        return (bits.ToArray(), claims.GetProperty("ver").GetInt64());
    }

    /// <summary>The claims of a token that this server signed as this type.</summary>
    public static async Task<JsonElement> VerifyAsync(TestServer server, string token, string typ)
    {
        var jwks = JsonWebKeySet.Parse(await server.Http.GetByteArrayAsync("/.well-known/jwks.json", TestContext.Current.CancellationToken));
        Assert.True(jwks.Accepted(out var keys, out _));
        Assert.True(Jws.Verify(token, keys, typ, maxLength: 1 << 20).Accepted(out _, out var refused), refused?.ToString());
        return Claims(token);
    }

    public static JsonElement Claims(string jwt) => JsonDocument.Parse(CanonicalBase64Url.DecodeOrNull(jwt.Split('.')[1])!).RootElement;
}
