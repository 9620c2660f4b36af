using System.Text;
using IdentityProvider.Protocol;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>A form that takes a file (RFC 7578): each part is a parameter, a file's text like what is typed. As strict as any other form here, but longer.</summary>
internal static class MultipartForm
{
    private const int LongestPartHeaders = 4 * 1024;
    private const int LongestBoundary = 70; // RFC 2046 §5.1.1

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a body is such a form.</summary>
    public static bool Is(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <param name="http">The request.</param>
    /// <param name="longest">Of the whole body, in bytes.</param>
    public static async Task<Decision<Parameters>> ReadAsync(HttpContext http, int longest)
    {
        if (http.Request.QueryString.HasValue && http.Request.QueryString.Value!.Length > 1)
            return Refusal.QueryAtPostEndpoint;
        if (http.Request.ContentLength > longest)
            return Refusal.BodyTooLarge;
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(http.Request.ContentType).Boundary).Value;
        if (boundary is not { Length: > 0 and <= LongestBoundary })
            return Refusal.ContentTypeUnsupported;
        try
        {
            return await ReadAsync(new MultipartReader(boundary, http.Request.Body) { HeadersLengthLimit = LongestPartHeaders, BodyLengthLimit = longest }, longest, http.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or DecoderFallbackException && !http.RequestAborted.IsCancellationRequested)
        {
            return Refusal.ParameterMalformed;
        }
    }

    // Written as a browser writes a form without files, so that one rule reads both.
    private static async Task<Decision<Parameters>> ReadAsync(MultipartReader reader, int longest, CancellationToken cancellation)
    {
        var (parts, length) = (new List<(string Name, string Value)>(), 0L);
        while (await reader.ReadNextSectionAsync(cancellation) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                return Refusal.ParameterMalformed;
            if (parts.Count == Parameters.MostParameters)
                return Refusal.TooManyParameters;
            using var body = new MemoryStream();
            await part.Body.CopyToAsync(body, cancellation);
            if ((length += body.Length) > longest)
                return Refusal.BodyTooLarge;
            parts.Add((name, Strict.GetString(body.GetBuffer().AsSpan(0, (int)body.Length))));
        }

        return Parameters.Of(parts);
    }
}
