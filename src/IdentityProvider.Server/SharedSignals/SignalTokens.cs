using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>Makes the SET of an event: about the person as the receiver knows them, of what it may be told.</summary>
internal sealed class SignalTokens(KeyRing keys, SubjectIdentifiers subjects, SignalStreams streams, People people, Settings settings)
{
    /// <summary>Signs one; null where there is nothing to tell this receiver.</summary>
    public async Task<string?> SignAsync(Client client, StoredSignal signal, CancellationToken cancellation)
    {
        var person = signal.UserId is { } userId ? new SignalPerson(userId, subjects.Of(client, userId)) : null;

        // 1. It doesn't want to hear of them (SSF 1.0 §8.1.3.3).
        if (person is not null && await streams.IsRemovedAsync(signal.StreamId, person.Subject, cancellation))
            return null;

        // 2. Nothing that it is told of them has changed.
        var claims = signal.Kind == SignalKind.TokenClaimsChange ? await ClaimsAsync(client, person!.UserId, cancellation) : null;
        if (signal.Kind == SignalKind.TokenClaimsChange && claims is null)
            return null;

        // 3. RS256, as receivers expect it (CAEP Interoperability Profile 1.0 §2.6).
        var about = new SecurityEvent
        {
            EventId = signal.EventId,
            StreamId = signal.StreamId,
            ClientId = client.ClientId,
            Kind = signal.Kind,
            At = signal.At,
            Person = person,
            SessionId = signal.SessionId,
            Detail = signal.Detail,
            Claims = claims,
        };
        return SecurityEventToken.Sign(about, await keys.ActiveAsync(SignatureAlgorithm.RS256, cancellation), settings.Issuer);
    }

    // The claims that an operator takes for this client from roles and groups, as they are now; of other claims nothing is told here.
    private async Task<JsonObject?> ClaimsAsync(Client client, Guid userId, CancellationToken cancellation)
    {
        if (!client.NeedsRoles && !client.NeedsGroups)
            return null;
        if (await people.FindAsync(userId, client.ClientId, [], cancellation) is not { } user)
            return null;
        var claims = new JsonObject();
        foreach (var (name, source) in new[] { client.IdTokenClaims, client.UserInfoClaims }.SelectMany(mapping => mapping.Written ?? new Dictionary<string, string>()))
        {
            if (source is ClaimMapping.Roles or ClaimMapping.Groups)
                claims[name] = new JsonArray([.. (source == ClaimMapping.Roles ? user.Roles : user.Groups)?.Select(value => JsonValue.Create(value)) ?? []]);
        }

        return claims;
    }
}
