using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Registration;

/// <summary>
/// What an operator changed of a client that registered itself: from then on those members are the operator's, and whatever the client, or its
/// document, writes of them counts for nothing (RFC 7592 §2.2 lets a server replace what is asked for).
/// </summary>
public static class OperatorMembers
{
    /// <summary>The members in which two registrations of a client differ, by name. What only follows from another is none.</summary>
    public static IReadOnlyList<string> Changed(Client before, Client after)
    {
        var (was, isNow) = (Document(ClientMetadata.Of(before)), Document(ClientMetadata.Of(after)));
        return
        [
            .. was.Select(m => m.Key).Union(isNow.Select(m => m.Key), StringComparer.Ordinal)
                .Where(name => name is not "response_types" && !JsonNode.DeepEquals(was[name], isNow[name])).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>What is asked for, but the operator's members as they stand; a name that is the operator's is so in every language.</summary>
    public static ClientMetadata Over(ClientMetadata asked, Client? standing)
    {
        ArgumentNullException.ThrowIfNull(asked);
        if (standing is not { OperatorMembers.Count: > 0 })
            return asked;
        var (merged, held) = (Document(asked), Document(ClientMetadata.Of(standing)));
        bool IsHeld(string name) => standing.OperatorMembers.Contains(name, StringComparer.Ordinal)
            || (ClientLanguages.MemberOf(name) is { } member && standing.OperatorMembers.Contains(member, StringComparer.Ordinal));
        foreach (var name in merged.Select(m => m.Key).Union(held.Select(m => m.Key), StringComparer.Ordinal).Where(IsHeld).ToList())
        {
            merged.Remove(name);
            if (held[name] is { } value)
                merged[name] = value.DeepClone();
        }

        return merged.Deserialize(ClientMetadataJson.Default.ClientMetadata)!;
    }

    /// <summary>
    /// Whether the client may still change itself (RFC 7592 §2.2): not where an operator gave it what only operators give, for that was given to what the
    /// operator saw.
    /// </summary>
    public static bool LeaveItToTheClient(Client standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        return !standing.OperatorMembers.Any(RegistrationRequest.OfOperators.Contains);
    }

    private static JsonObject Document(ClientMetadata metadata) => JsonSerializer.SerializeToNode(metadata, ClientMetadataJson.Default.ClientMetadata)!.AsObject();
}
