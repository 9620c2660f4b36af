using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Telemetry;
using Microsoft.Extensions.Primitives;

namespace IdentityProvider.Server.Http;

/// <summary>The answers that every OAuth endpoint shares: JSON that nobody may keep (RFC 6749 §5.1) and the one shape of errors (§5.2).</summary>
public static class OAuthResults
{
    internal static readonly string DPoPChallenge = $"DPoP realm=\"idp\", algs=\"{string.Join(' ', SignatureAlgorithm.All)}\"";

    /// <summary>Answers with the refusal's error and logs its precise reason, once.</summary>
    public static Task RefuseAsync(HttpContext http, Refusal refusal)
    {
        var answer = Tell(http, refusal);
        if (answer.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"idp\", charset=\"UTF-8\"";
        return WriteErrorAsync(http, answer);
    }

    /// <summary>The same for an endpoint that takes a bearer token (RFC 6750 §3). A request without any token gets no error code (§3.1).</summary>
    /// <param name="http">The request.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="resourceMetadata">Where the API says who gives tokens for it (RFC 9728 §5.1); null where it says so nowhere.</param>
    public static Task RefuseBearerAsync(HttpContext http, Refusal refusal, string? resourceMetadata = null)
    {
        var metadata = resourceMetadata is null ? "" : $", resource_metadata=\"{resourceMetadata}\"";
        var answer = Tell(http, refusal);
        http.Response.Headers.WWWAuthenticate = answer.Error.Length == 0
            ? resourceMetadata is null ? "Bearer realm=\"idp\"" : new StringValues([$"Bearer realm=\"idp\"{metadata}", DPoPChallenge])
            : $"Bearer realm=\"idp\", error=\"{answer.Error}\", error_description=\"{answer.Description}\"{metadata}";
        if (answer.Error.Length > 0)
            return WriteErrorAsync(http, answer);
        http.Response.StatusCode = answer.Status;
        NoStore(http.Response);
        return Task.CompletedTask;
    }

    /// <summary>
    /// The same for a token that is bound to a key (RFC 9449 §7.1): what is wrong with the proof is a challenge too, and the algorithms are told.
    /// </summary>
    public static Task RefuseDPoPAsync(HttpContext http, Refusal refusal)
    {
        var answer = Tell(http, refusal);
        if (answer.Error is "invalid_dpop_proof" or "use_dpop_nonce")
            answer = answer with { Status = StatusCodes.Status401Unauthorized };
        http.Response.Headers.WWWAuthenticate = $"{DPoPChallenge}, error=\"{answer.Error}\", error_description=\"{answer.Description}\"";
        return WriteErrorAsync(http, answer);
    }

    /// <summary>Logs the precise reason of a refusal, once, and counts it.</summary>
    /// <returns>What is answered for it.</returns>
    internal static RefusalAnswer Tell(HttpContext http, Refusal refusal)
    {
        var answer = Refusals.Of(refusal);
        Log.Refused(Logger(http), refusal, answer.Section);
        Spans.Refuse(http, refusal);
        http.RequestServices.GetRequiredService<Measures>().Refuse(Spans.RouteOf(http), answer.Error);
        return answer;
    }

    /// <summary>Answers that there is no room now. It is counted and not logged: of these there are many at once, and each should cost next to nothing.</summary>
    internal static Task TurnAwayAsync(HttpContext http, Refusal refusal, string retryAfter)
    {
        http.Response.Headers.RetryAfter = retryAfter;
        http.RequestServices.GetRequiredService<Measures>().TurnAway(Measures.Signing);
        return WriteErrorAsync(http, Refusals.Of(refusal));
    }

    /// <summary>Answers with a JSON document that is already written.</summary>
    public static async Task WriteJsonAsync(HttpContext http, ReadOnlyMemory<byte> json, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        NoStore(http.Response);
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }

    /// <summary>Neither a browser nor a proxy may keep the answer.</summary>
    public static void NoStore(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
    }

    private static async Task WriteErrorAsync(HttpContext http, RefusalAnswer answer)
    {
        // What is left of such a body may be more than is read away, and then nothing can follow it on this connection: the caller should know.
        if (answer.Status == StatusCodes.Status413PayloadTooLarge)
            http.Response.Headers.Connection = "close";
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("error", answer.Error);
            json.WriteString("error_description", answer.Description);
            json.WriteEndObject();
        }

        await WriteJsonAsync(http, body.GetBuffer().AsMemory(0, (int)body.Length), answer.Status);
    }

    /// <summary>The logger of what belongs to no one slice.</summary>
    internal static ILogger Logger(HttpContext http) => http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("IdentityProvider");
}
