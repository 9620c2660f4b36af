using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>What an authorization code stands for (RFC 6749 §4.1.2). The code itself is random, and only its SHA-256 is kept.</summary>
public sealed record AuthorizationCode
{
    /// <summary>How long a code may wait for its exchange (RFC 6749 §4.1.2 recommends 10 minutes at most; FAPI 2.0 60 seconds).</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(60);

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>The redirect URI exactly as the request had it; null where it had none and the client's only one was used.</summary>
    public string? RedirectUri { get; init; }

    public required ScopeSet Scope { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>S256's challenge (RFC 7636 §4.2); null only for a client registered to do without.</summary>
    public string? CodeChallenge { get; init; }

    public string? Nonce { get; init; }

    public required DateTimeOffset AuthTime { get; init; }

    public IReadOnlyList<string> Amr { get; init; } = [];

    public string? Acr { get; init; }

    /// <summary>What goes on to the family that its exchange makes.</summary>
    public GrantTerms Terms { get; init; } = GrantTerms.None;

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was exchanged; set once.</summary>
    public DateTimeOffset? RedeemedAt { get; init; }

    /// <summary>The family that its exchange made: a second use ends it.</summary>
    public Guid? FamilyId { get; init; }
}
