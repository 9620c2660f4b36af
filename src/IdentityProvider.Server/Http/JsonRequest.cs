using System.Buffers;
using IdentityProvider.Protocol;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>The body of a request that is one JSON document (RFC 7591 §3.1), bounded; parsed by who knows what it may hold.</summary>
internal static class JsonRequest
{
    /// <param name="http">The request.</param>
    /// <param name="most">In bytes.</param>
    public static async Task<Decision<byte[]>> ReadAsync(HttpContext http, int most = RequestParameters.LongestBody)
    {
        if (!IsJson(http.Request.ContentType))
            return Refusal.ContentTypeNotJson;
        if (http.Request.ContentLength > most)
            return Refusal.BodyTooLarge;
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > most)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return Refusal.BodyTooLarge;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
