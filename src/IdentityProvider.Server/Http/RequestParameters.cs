using System.Buffers;
using System.Text;
using IdentityProvider.Protocol;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>The only way from a request to <see cref="Parameters"/>: strict, bounded, and from one place alone (RFC 6749 §3.2).</summary>
public static class RequestParameters
{
    /// <summary>The longest body of a form that any endpoint takes, in bytes.</summary>
    public const int LongestBody = 64 * 1024;

    /// <summary>Reads the form of a POST. Parameters in the query beside it are refused: they end in logs and histories.</summary>
    public static async Task<Decision<Parameters>> ReadFormAsync(HttpContext http)
    {
        if (http.Request.QueryString.HasValue && http.Request.QueryString.Value!.Length > 1)
            return Refusal.QueryAtPostEndpoint;
        if (!IsForm(http.Request.ContentType))
            return Refusal.ContentTypeUnsupported;
        if (http.Request.ContentLength > LongestBody)
            return Refusal.BodyTooLarge;

        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > LongestBody)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return Refusal.BodyTooLarge;
            }

            if (read.IsCompleted)
            {
                var decision = Parameters.Parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
                reader.AdvanceTo(read.Buffer.End);
                return decision;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Reads the query.</summary>
    public static Decision<Parameters> ReadQuery(HttpContext http)
    {
        var query = http.Request.QueryString;
        return query.HasValue ? Parameters.Parse(Encoding.UTF8.GetBytes(query.Value!.AsSpan(1).ToArray())) : Parameters.None;
    }

    private static bool IsForm(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
