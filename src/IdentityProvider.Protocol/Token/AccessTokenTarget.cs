using IdentityProvider.Jose;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;

namespace IdentityProvider.Protocol.Token;

/// <summary>
/// The one API that an access token is for, or none: then it is for this server's UserInfo alone. The API decides algorithm and lifetime.
/// </summary>
public sealed class AccessTokenTarget
{
    private AccessTokenTarget(Resource? resource) => Resource = resource;

    public Resource? Resource { get; }

    public SignatureAlgorithm Algorithm => Resource?.SigningAlg ?? SignatureAlgorithm.RS256;

    public TimeSpan Lifetime => Resource?.AccessTokenLifetime ?? Resources.Resource.LongestAccessTokenLifetime;

    /// <summary>Whether its tokens are opaque, so that the API asks about each (RFC 7662).</summary>
    public bool IsOpaque => Resource?.Revocation == RevocationStyle.Introspection;

    /// <summary>Whether its tokens name their place in a status list.</summary>
    public bool HasStatus => Resource?.Revocation == RevocationStyle.StatusList;

    /// <summary>Those of the scopes that mean something there: about the person, or the API's own.</summary>
    public ScopeSet Narrow(ScopeSet scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return scope.Intersect(Resource is null ? ScopeSet.Identity : ScopeSet.Identity.Union(Resource.ScopeNames));
    }

    /// <summary>Those of the authorization details that mean something there: for it by name, or for any API (RFC 9396 §9.1).</summary>
    public AuthorizationDetails Narrow(AuthorizationDetails details)
    {
        ArgumentNullException.ThrowIfNull(details);
        return details.At(Resource?.Identifier);
    }

    /// <summary>Chooses among the resources that stand open (RFC 8707 §2.2).</summary>
    /// <param name="asked">The request's <c>resource</c> parameters.</param>
    /// <param name="open">What was granted, or what a client may have on its own.</param>
    /// <param name="outside">Why a resource outside is refused.</param>
    internal static Decision<AccessTokenTarget> Choose(IReadOnlyList<string> asked, IReadOnlyList<Resource> open, Refusal outside)
    {
        // 1. Each one asked for stands open.
        if (asked.Any(name => !open.Any(resource => Is(resource, name))))
            return outside;

        // 2. An access token is for one: the one asked for, or the only one there is.
        var chosen = asked.Count == 0 ? open : [.. open.Where(resource => asked.Any(name => Is(resource, name)))];
        return chosen.Count > 1 ? Refusal.SeveralResources : new AccessTokenTarget(chosen.Count == 1 ? chosen[0] : null);
    }

    /// <summary>Whether a token for it would be for nothing: something was granted, and none of that means anything there (RFC 6749 §5.1).</summary>
    internal bool HasNoUseFor(ScopeSet scope) => scope.Count > 0 && Narrow(scope).Count == 0;

    private static bool Is(Resource resource, string identifier) => string.Equals(resource.Identifier, identifier, StringComparison.Ordinal);
}
