using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// What a client may exchange tokens for (RFC 8693 §1.1, §5): this server's own metadata member <c>token_exchange</c>, in its own words. A client
/// without one exchanges nothing.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TokenExchangePolicy
{
    /// <summary>The clients whose tokens it may exchange.</summary>
    public IReadOnlyList<string> SubjectClients { get; init; } = [];

    /// <summary>The APIs whose tokens it may exchange, whichever client they were issued to: an API names itself here.</summary>
    public IReadOnlyList<string> SubjectAudiences { get; init; } = [];

    /// <summary>Which of its <c>resources</c> the new token may be for; all, where none is named.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>Scopes that the new token may have although the old one hadn't: those of an API further on, which the first app never knew.</summary>
    public string? Scope { get; init; }

    /// <summary>Whether it may act for the subject, as itself or as who an actor token names: the new token says so.</summary>
    public bool Delegation { get; init; }

    /// <summary>Whether it may act as the subject, so that nobody sees it.</summary>
    public bool Impersonation { get; init; }

    [JsonIgnore]
    internal ScopeSet Scopes => ScopeSet.TryParse(Scope, out var scope) ? scope : ScopeSet.Empty;
}
