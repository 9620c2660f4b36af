using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>
/// A document that anyone may read and keep for a while: prebuilt bytes, plain and compressed, each with a strong ETag (RFC 9110 §8.8.3), open
/// to every origin. Metadata, the JWKS and the status lists are served from these, with no work per request.
/// </summary>
public sealed class PublicDocument
{
    /// <summary>What fits in one packet gains nothing by compression, in bytes.</summary>
    private const int TooSmallToCompress = 1024;

    private readonly byte[] _content;
    private readonly Lazy<byte[]?> _compressed;
    private readonly string _contentType;
    private readonly string _cacheControl;
    private readonly string _compressedETag;

    /// <param name="content">The document.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="maxAge">How long a reader may keep it without asking.</param>
    /// <param name="isImmutable">Whether its address changes with it, so that there is never a reason to ask (RFC 8246).</param>
    public PublicDocument(byte[] content, string contentType, TimeSpan maxAge, bool isImmutable = false)
    {
        _content = content;
        _compressed = new(() => Compress(content));
        _contentType = contentType;
        _cacheControl = $"public, max-age={(long)maxAge.TotalSeconds}{(isImmutable ? ", immutable" : "")}";
        Hash = SHA256.HashData(content);
        var name = Base64Url.EncodeToString(Hash.Span[..16]);
        ETag = $"\"{name}\"";
        _compressedETag = $"\"{name}-gzip\"";
    }

    /// <summary>SHA-256 of the document.</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    /// <summary>The entity tag with its quotes.</summary>
    public string ETag { get; }

    /// <summary>Answers GET and HEAD: 304 where the caller has it, else the document.</summary>
    public Task WriteAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        var compressed = TakesGzip(http.Request.Headers.AcceptEncoding) ? _compressed.Value : null;
        headers.ETag = compressed is null ? ETag : _compressedETag;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.CacheControl = _cacheControl;
        headers.AccessControlAllowOrigin = "*";
        if (CallerHasIt(http.Request.Headers.IfNoneMatch))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var content = compressed ?? _content;
        if (compressed is not null)
            headers.ContentEncoding = "gzip";
        http.Response.ContentType = _contentType;
        http.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(content).AsTask();
    }

    private bool CallerHasIt(StringValues ifNoneMatch)
    {
        foreach (var line in ifNoneMatch)
        {
            foreach (var tag in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (tag == "*" || IsOurs(tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag))
                    return true;
            }
        }

        return false;
    }

    // Either form of the same document.
    private bool IsOurs(string tag) => tag == ETag || tag == _compressedETag;

    private static bool TakesGzip(StringValues acceptEncoding) =>
        StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var encodings)
        && encodings.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is null or > 0);

    private static byte[]? Compress(byte[] content)
    {
        if (content.Length < TooSmallToCompress)
            return null;
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return compressed.ToArray();
    }
}
