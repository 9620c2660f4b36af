using System.Text.Json;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.PushedAuthorization;

/// <summary><c>POST /par</c> (RFC 9126): form, client, the checks of the authorization endpoint, and a reference that a browser may carry.</summary>
internal sealed class PushedAuthorizationEndpoint(AuthorizationFacts facts, PushedRequests pushed, Entropy entropy, TimeProvider clock)
{
    public const string Path = "/par";

    public async Task HandleAsync(HttpContext http)
    {
        // 1. The form, and the client that proves who it is as at the token endpoint (RFC 9126 §2).
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason)
            || !(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 2. What it asks (RFC 9126 §2.1).
        CrossOrigin.Allow(http, client.Client);
        var now = clock.GetUtcNow();
        var known = await facts.LoadAsync(client.ClientId, http.RequestAborted);
        if (!PushedAuthorizationRules.Decide(form, client, known, now).Try(out var request, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 3. The reference, of which only the SHA-256 is kept (RFC 9126 §2.2, §7.1).
        var reference = entropy.Token();
        await pushed.AddAsync(SecretHash.Of(reference), request, http.RequestAborted);
        await JsonBody.SendAsync(http, PushedRequest.UriPrefix + reference, Write, StatusCodes.Status201Created);
    }

    private static void Write(Utf8JsonWriter json, string requestUri)
    {
        json.WriteStartObject();
        json.WriteString("request_uri", requestUri);
        json.WriteNumber("expires_in", (int)PushedRequest.Lifetime.TotalSeconds);
        json.WriteEndObject();
    }
}
