using IdentityProvider.Protocol;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>The body of a request that is one JSON document (RFC 7591 §3.1), bounded; parsed by who knows what it may hold.</summary>
internal static class JsonRequest
{
    public static async Task<Decision<byte[]>> ReadAsync(HttpContext http)
    {
        if (!IsJson(http.Request.ContentType))
            return Refusal.ContentTypeNotJson;
        if (http.Request.ContentLength > RequestParameters.LongestBody)
            return Refusal.BodyTooLarge;
        var body = new byte[RequestParameters.LongestBody + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, http.RequestAborted);
        return length > RequestParameters.LongestBody ? Refusal.BodyTooLarge : body[..length];
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
