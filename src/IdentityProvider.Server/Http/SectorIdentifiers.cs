using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Decoupled;

namespace IdentityProvider.Server.Http;

/// <summary>Looks at a <c>sector_identifier_uri</c> (OpenID Connect Registration §5) whenever a client is registered or changed with one.</summary>
public sealed class SectorIdentifiers(Outgoing outgoing, Settings settings, TimeProvider clock)
{
    /// <summary>Fetches from one host within a minute, for clients that register themselves: nobody has this server knock at another's door for ever.</summary>
    public const int MostPerHost = 60;

    private readonly GuessLimit _fetches = new(MostPerHost, TimeSpan.FromMinutes(1), clock);

    /// <summary>Why the client may not be registered with its <c>sector_identifier_uri</c>; null where it may, or has none.</summary>
    public async Task<MetadataError?> RefuseAsync(Client client, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (client.SectorIdentifierUri is not { } uri)
            return null;
        if (client.IsSelfRegistered && settings.Throttling.Enabled && !_fetches.TryTake(new Uri(uri).Authority))
            return SectorIdentifierRules.Refuse(client, document: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        var answer = await outgoing.SendAsync(request, SectorIdentifierRules.LongestDocument, cancellation);
        return answer is OutgoingAnswer.Answered { Status: HttpStatusCode.OK } found
            ? SectorIdentifierRules.Refuse(client, found.Body)
            : SectorIdentifierRules.Refuse(client, document: null);
    }
}
