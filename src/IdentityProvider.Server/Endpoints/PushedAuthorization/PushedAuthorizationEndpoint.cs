using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.PushedAuthorization;

/// <summary><c>POST /par</c> (RFC 9126): form, client, the checks of the authorization endpoint, and a reference that a browser may carry.</summary>
internal sealed class PushedAuthorizationEndpoint(
    AuthorizationFacts facts, RequestObjects objects, PushedRequests pushed, Senders senders, Entropy entropy, TimeProvider clock)
{
    public const string Path = "/par";

    public async Task HandleAsync(HttpContext http)
    {
        // 1. The form, and the client that proves who it is as at the token endpoint (RFC 9126 §2).
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason)
            || !(await senders.ReadAsync(http, Path, form)).Try(out var sender, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 2. The object that holds it, if one does (RFC 9126 §3).
        var client = sender.Client;
        CrossOrigin.Allow(http, client.Client);
        if (!PublicClientLimit.TryTake(http, client))
        {
            await OAuthResults.RefuseAsync(http, Refusal.PublicClientTooOften);
            return;
        }

        RequestObject? opened = null;
        if (form.Has("request") && !(await objects.ReadAsync(form, client.Client, http.RequestAborted)).Try(out opened, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 3. What it asks (RFC 9126 §2.1); an object and a proof that are right so far are used up (RFC 9449 §11.1).
        var known = await facts.LoadAsync(client.ClientId, http.RequestAborted);
        var decision = PushedAuthorizationRules.Decide(form, opened, client, known, clock.GetUtcNow(), sender.Proof);
        if (decision.Try(out var request, out reason) && !await sender.SpendProofAsync(http.RequestAborted))
            (request, reason) = (null, Refusal.DPoPProofReplayed);
        if (request is not null && opened is not null && !await objects.SpendAsync(opened, client.Client, http.RequestAborted))
            (request, reason) = (null, Refusal.RequestObjectReplayed);
        if (request is null)
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 4. The reference, of which only the SHA-256 is kept (RFC 9126 §2.2, §7.1).
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
