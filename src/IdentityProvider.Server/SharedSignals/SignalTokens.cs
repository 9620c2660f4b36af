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
    /// <summary>Signs those of one stream, in their order; null in the place of each of which there is nothing to tell this receiver.</summary>
    public async Task<IReadOnlyList<string?>> SignAsync(Client client, Guid streamId, IReadOnlyList<StoredSignal> signals, CancellationToken cancellation)
    {
        var named = signals.Select(signal => signal.UserId).OfType<Guid>().Distinct().ToDictionary(userId => userId, userId => subjects.Of(client, userId));
        var removed = await streams.RemovedAmongAsync(streamId, named.Values, cancellation);
        var signed = new List<string?>();
        foreach (var signal in signals)
        {
            // 1. It doesn't want to hear of them (SSF 1.0 §8.1.3.3).
            var person = signal.UserId is { } userId ? new SignalPerson(userId, named[userId]) : null;
            signed.Add(person is not null && removed.Contains(person.Subject, StringComparer.Ordinal) ? null : await SignAsync(client, signal, person, cancellation));
        }

        return signed;
    }

    private async Task<string?> SignAsync(Client client, StoredSignal signal, SignalPerson? person, CancellationToken cancellation)
    {
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
