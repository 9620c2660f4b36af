using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>What goes wrong, as one shape of document (RFC 9457), with the member at fault.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>An operation that was not done.</summary>
    public static Task WriteAsync(HttpContext http, Fault fault) => WriteAsync(
        http, AdminAnswer.StatusOf(fault.Kind), fault.Kind.ToString().ToLowerInvariant(), fault.ToString(), new JsonObject { ["pointer"] = $"/{fault.Member}", ["detail"] = fault.Reason });

    /// <summary>
    /// A token that opens nothing here, or not this: with the challenge that says what would (RFC 6750 §3, RFC 9449 §7.1), and where to find who gives
    /// tokens (RFC 9728 §5.1).
    /// </summary>
    public static Task ChallengeAsync(HttpContext http, Refusal refusal, bool isDPoP, string resourceMetadata, string scope)
    {
        var answer = OAuthResults.Tell(http, refusal);
        var status = answer.Error is "invalid_dpop_proof" or "use_dpop_nonce" ? StatusCodes.Status401Unauthorized : answer.Status;
        var what = answer.Error.Length == 0 ? "" : $", error=\"{answer.Error}\", error_description=\"{answer.Description}\"";
        var needs = answer.Error == "insufficient_scope" ? $", scope=\"{scope}\"" : "";
        var bearer = $"Bearer realm=\"idp\"{what}{needs}, resource_metadata=\"{resourceMetadata}\"";
        var dpop = $"{OAuthResults.DPoPChallenge}{what}{needs}, resource_metadata=\"{resourceMetadata}\"";
        http.Response.Headers.WWWAuthenticate = isDPoP ? dpop : answer.Error.Length == 0 ? new StringValues([bearer, dpop]) : bearer;
        return WriteAsync(http, status, answer.Error.Length == 0 ? "unauthorized" : answer.Error, answer.Description.Length == 0 ? "An access token is needed." : answer.Description);
    }

    /// <summary>What no operation was asked for with.</summary>
    public static Task RefuseAsync(HttpContext http, Refusal refusal)
    {
        var answer = OAuthResults.Tell(http, refusal);
        return WriteAsync(http, answer.Status, "malformed", answer.Description);
    }

    public static async Task WriteAsync(HttpContext http, int status, string type, string detail, params JsonObject[] errors)
    {
        var problem = new JsonObject
        {
            ["type"] = $"urn:idp:problem:{type}",
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = detail,
        };
        if (errors.Length > 0)
            problem["errors"] = new JsonArray([.. errors]);
        await SendAsync(http, status, ContentType, problem);
    }

    /// <summary>Sends a document that nobody may keep.</summary>
    public static async Task SendAsync(HttpContext http, int status, string contentType, JsonNode body)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, AdminJson.Default.JsonNode);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        OAuthResults.NoStore(http.Response);
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
