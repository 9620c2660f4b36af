using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary>The answers of registration and of its management (RFC 7591 §3.2, RFC 7592 §3).</summary>
internal static class RegistrationAnswers
{
    public const string Path = "/register";

    /// <summary>The client as it is registered, with what manages it, and with a secret where one was just made.</summary>
    public static Task ShowAsync(HttpContext http, Client client, DateTimeOffset registeredAt, string registrationToken, string? secret, string? statement, int status)
    {
        var issuer = http.RequestServices.GetRequiredService<Settings>().Issuer;
        var answer = AuditTold.DocumentOf(client);
        answer.Insert(1, "client_id_issued_at", registeredAt.ToUnixTimeSeconds());
        if (secret is not null)
        {
            answer.Insert(2, "client_secret", secret);
            answer.Insert(3, "client_secret_expires_at", 0);
        }

        answer["registration_access_token"] = registrationToken;
        answer["registration_client_uri"] = $"{issuer}{Path}/{client.ClientId}";
        if (statement is not null)
            answer["software_statement"] = statement;
        return WriteAsync(http, answer, status);
    }

    /// <summary>What to correct (RFC 7591 §3.2.2).</summary>
    public static Task RefuseAsync(HttpContext http, MetadataError error)
    {
        Log.RegistrationRefused(OAuthResults.Logger(http), error.Member);
        var answer = new JsonObject
        {
            ["error"] = error.Member == "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata",
            ["error_description"] = new string([.. error.ToString().Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c : '?')]),
        };
        return WriteAsync(http, answer, StatusCodes.Status400BadRequest);
    }

    /// <summary>A refusal: of a token by its challenge (RFC 6750 §3), of anything else by its error.</summary>
    public static Task RefuseAsync(HttpContext http, Refusal reason) =>
        Refusals.Of(reason).Status == StatusCodes.Status401Unauthorized ? OAuthResults.RefuseBearerAsync(http, reason) : OAuthResults.RefuseAsync(http, reason);

    private static Task WriteAsync(HttpContext http, JsonObject answer, int status) =>
        OAuthResults.WriteJsonAsync(http, Encoding.UTF8.GetBytes(answer.ToJsonString()), status);
}
