using System.Net;
using System.Net.Http.Headers;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Http;

/// <summary>Fetches a client's <c>jwks_uri</c> by <see cref="Outgoing"/>: never throws, and logs why there is no set.</summary>
public sealed class ClientKeyFetch(Outgoing outgoing, ILogger<ClientKeyFetch> logger)
{
    /// <summary>The set; null where there is none.</summary>
    /// <param name="clientId">For the log.</param>
    /// <param name="uri">A registered address.</param>
    public async Task<ClientKeySet?> GetAsync(string clientId, string uri)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/jwk-set+json"));

        string? reason;
        switch (await outgoing.SendAsync(request, ClientKeySet.MaxLength, CancellationToken.None))
        {
            case OutgoingAnswer.Answered { Status: HttpStatusCode.OK } answered:
                if (ClientKeySet.Parse(answered.Body, out reason) is { } set)
                    return set;
                break;
            case OutgoingAnswer.Answered answered:
                reason = $"status {(int)answered.Status}";
                break;
            case OutgoingAnswer.Failed failed:
                reason = failed.Reason.ToString();
                break;
            default:
                throw new InvalidOperationException("A third case.");
        }

        Log.ClientKeysNotFetched(logger, clientId, reason ?? "");
        return null;
    }
}
