using System.Net;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>From the parameters that came to the object that its client signed (RFC 9101): finds it, fetches it where it is registered, verifies it.</summary>
internal sealed class RequestObjects(
    ClientKeys keys, Outgoing outgoing, SpentIdentifiers spent, Settings settings, TimeProvider clock, ILogger<RequestObjects> logger)
{
    /// <summary>Fetches from one host within a minute, for clients that registered themselves: nobody has this server knock at another's door for ever.</summary>
    public const int MostPerHost = 60;

    private readonly GuessLimit _fetches = new(MostPerHost, TimeSpan.FromMinutes(1), clock);

    public async Task<Decision<RequestObject>> ReadAsync(Parameters came, Client client, CancellationToken cancellation)
    {
        if (!RequestObjectRules.Find(came, client).Try(out var place, out var reason))
            return reason;
        if ((place.Jwt ?? await FetchAsync(client, place.Uri!, cancellation)) is not { } jwt)
            return Refusal.RequestUriNotFetched;

        // What it says of itself only chooses whether the client's keys must be fetched again.
        var verification = UnverifiedJwt.Read(jwt).Accepted(out var unverified, out _)
            ? await keys.FindAsync(client, unverified.Header.Kid, cancellation)
            : new JsonWebKeySet([]);
        return RequestObjectRules.Decide(jwt, client, verification, settings.Issuer, clock.GetUtcNow());
    }

    /// <summary>Once everything else is right: an object with a <c>jti</c> is used once. False where it was.</summary>
    public async ValueTask<bool> SpendAsync(RequestObject used, Client client, CancellationToken cancellation) =>
        used.Identifier is not { } jti || await spent.SpendAsync("request object", client.ClientId, jti, used.EndsAt, clock.GetUtcNow(), cancellation);

    private async Task<string?> FetchAsync(Client client, string uri, CancellationToken cancellation)
    {
        if (client.IsSelfRegistered && settings.Throttling.Enabled && !_fetches.TryTake(new Uri(uri).Authority))
        {
            Log.RequestObjectNotFetched(logger, client.ClientId, "too many are asked for");
            return null;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        switch (await outgoing.SendAsync(request, Jws.MaxLength, cancellation))
        {
            case OutgoingAnswer.Answered { Status: HttpStatusCode.OK } answered:
                return Encoding.ASCII.GetString(answered.Body).Trim();
            case OutgoingAnswer.Answered answered:
                Log.RequestObjectNotFetched(logger, client.ClientId, $"status {(int)answered.Status}");
                return null;
            case OutgoingAnswer.Failed failed:
                Log.RequestObjectNotFetched(logger, client.ClientId, failed.Reason.ToString());
                return null;
            default:
                throw new InvalidOperationException("A third case.");
        }
    }
}
