using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;

namespace IdentityProvider.Protocol.Resources;

/// <summary>An API, by its resource indicator (RFC 8707).</summary>
public sealed record Resource
{
    /// <summary>An absolute URI without a fragment: the <c>aud</c> of its tokens.</summary>
    public required string Identifier { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<ResourceScope> Scopes { get; init; } = [];

    /// <summary>How a token of this API is taken back before it expires.</summary>
    public RevocationStyle Revocation { get; init; } = RevocationStyle.StatusList;

    /// <summary>15 minutes at most.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = LongestAccessTokenLifetime;

    public SignatureAlgorithm SigningAlg { get; init; } = SignatureAlgorithm.RS256;

    /// <summary>What is added to its access tokens of people.</summary>
    public ClaimMapping Claims { get; init; } = ClaimMapping.None;

    /// <summary>No access token lives longer, whatever an operator would like.</summary>
    public static TimeSpan LongestAccessTokenLifetime { get; } = TimeSpan.FromMinutes(15);

    public ScopeSet ScopeNames => ScopeSet.Of(Scopes.Select(s => s.Name));
}

/// <summary>A scope of an API and what a person is told that it allows.</summary>
public sealed record ResourceScope(string Name, string? Description = null);

/// <summary>The choice of docs/choosing.md, made per resource.</summary>
public enum RevocationStyle
{
    /// <summary>A token lives until it expires.</summary>
    Expiry,

    /// <summary>A token names its bit in a signed status list.</summary>
    StatusList,

    /// <summary>A token is opaque and asked about (RFC 7662).</summary>
    Introspection,
}
