using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.UserInfo;

namespace IdentityProvider.Protocol.Sessions;

/// <summary>A person's standing consent to a client: what they agreed to share, by scope and resource.</summary>
public sealed record Grant
{
    public required Guid UserId { get; init; }

    public required string ClientId { get; init; }

    public required ScopeSet Scope { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The claims that were agreed to by name, beyond what the scopes stand for (OpenID Connect Core §5.5).</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Whether all of this was agreed to before.</summary>
    public bool Covers(ScopeSet scope, IReadOnlyList<string> resources) =>
        scope.IsSubsetOf(Scope) && resources.All(r => Resources.Contains(r, StringComparer.Ordinal));

    /// <summary>Whether each of these claims was agreed to, by name or with its scope.</summary>
    public bool CoversClaims(IReadOnlyList<string> names) =>
        names.All(name => Claims.Contains(name, StringComparer.Ordinal) || (StandardClaims.ScopeOf(name) is { } scope && Scope.Contains(scope)));

    /// <summary>
    /// The grant with more agreed to: what stands stays, but for what the client has lost since. So it is never longer than what a client may have.
    /// </summary>
    public static Grant Widen(Grant? standing, Grant more, Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return standing is null ? more : more with
        {
            Scope = standing.Scope.Intersect(client.Scope).Union(more.Scope),
            Claims =
            [
                .. standing.Claims.Where(name => StandardClaims.ScopeOf(name) is { } scope && client.Scope.Contains(scope))
                    .Union(more.Claims, StringComparer.Ordinal),
            ],
            Resources = [.. standing.Resources.Intersect(client.Resources, StringComparer.Ordinal).Union(more.Resources, StringComparer.Ordinal)],
        };
    }
}
