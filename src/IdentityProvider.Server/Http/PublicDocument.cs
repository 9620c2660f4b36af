using System.Buffers.Text;
using System.Security.Cryptography;

namespace IdentityProvider.Server.Http;

/// <summary>
/// A small document that anyone may read and keep for a while: prebuilt bytes with a strong ETag (RFC 9110 §8.8.3), open to every origin.
/// Metadata and the JWKS are served from these, with no work per request.
/// </summary>
public sealed class PublicDocument
{
    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly string _cacheControl;

    /// <param name="content">The document.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="maxAge">How long a reader may keep it without asking.</param>
    /// <param name="isImmutable">Whether its address changes with it, so that there is never a reason to ask (RFC 8246).</param>
    public PublicDocument(byte[] content, string contentType, TimeSpan maxAge, bool isImmutable = false)
    {
        _content = content;
        _contentType = contentType;
        _cacheControl = $"public, max-age={(long)maxAge.TotalSeconds}{(isImmutable ? ", immutable" : "")}";
        ETag = $"\"{Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 16))}\"";
    }

    /// <summary>The entity tag with its quotes.</summary>
    public string ETag { get; }

    /// <summary>Answers GET and HEAD: 304 where the caller has it, else the document.</summary>
    public Task WriteAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ETag = ETag;
        headers.CacheControl = _cacheControl;
        headers.AccessControlAllowOrigin = "*";
        if (CallerHasIt(http.Request.Headers.IfNoneMatch))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        http.Response.ContentType = _contentType;
        http.Response.ContentLength = _content.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(_content).AsTask();
    }

    private bool CallerHasIt(Microsoft.Extensions.Primitives.StringValues ifNoneMatch)
    {
        foreach (var line in ifNoneMatch)
        {
            foreach (var tag in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (tag == "*" || string.Equals(tag, ETag, StringComparison.Ordinal) || string.Equals(tag, "W/" + ETag, StringComparison.Ordinal))
                    return true;
            }
        }

        return false;
    }
}
