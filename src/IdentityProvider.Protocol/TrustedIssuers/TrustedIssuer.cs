using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.TrustedIssuers;

/// <summary>
/// Somebody whose assertions an operator believes (RFC 7523 §2.1): who it is, by which keys, for which clients, who its subjects are here, and
/// what they may get. Only <see cref="TrustedIssuerRules"/> makes one of what an operator wrote.
/// </summary>
public sealed record TrustedIssuer
{
    /// <summary>The <c>iss</c> of its assertions, compared as text.</summary>
    public required string Issuer { get; init; }

    /// <summary>Its keys by value; null where they are at <see cref="JwksUri"/>.</summary>
    public ClientKeySet? Jwks { get; init; }

    public string? JwksUri { get; init; }

    /// <summary>The clients that may bring its assertions.</summary>
    public required IReadOnlyList<string> Clients { get; init; }

    /// <summary>The claim that is a person's user name here; null where each <c>sub</c> was linked to an account by an operator.</summary>
    public string? UsernameClaim { get; init; }

    /// <summary>The most that a token may have.</summary>
    public required ScopeSet Scope { get; init; }
}
