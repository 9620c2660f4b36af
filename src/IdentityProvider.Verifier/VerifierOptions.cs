using IdentityProvider.Jose;

namespace IdentityProvider.Verifier;

/// <summary>What an API accepts, and how long it trusts what it holds. <see cref="AccessTokenVerifier"/> checks it and throws <see cref="ArgumentException"/>.</summary>
public sealed record VerifierOptions
{
    /// <summary>The issuer, exactly as in <c>iss</c>, without a trailing slash; https, or http on loopback.</summary>
    public required string Issuer { get; init; }

    /// <summary>This API's resource identifier, one of the token's <c>aud</c>.</summary>
    public required string Audience { get; init; }

    /// <summary>The signature algorithms accepted, of tokens and of status lists. Default: RS256, PS256 and ES256.</summary>
    public IReadOnlyList<SignatureAlgorithm> Algorithms { get; init; } = SignatureAlgorithm.All;

    /// <summary>How far the issuer's clock and ours may differ, at most 60 s. Default: 30 s. An expired token lives so much longer.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Refuse tokens without a status. Default: false, so that resources with <c>revocation: expiry</c> work; a status that is there is always checked.</summary>
    public bool RequireStatus { get; init; }

    /// <summary>Listen to the issuer's event stream, so that a revocation arrives in under a second. Default: true; otherwise within the list's ttl.</summary>
    public bool Push { get; init; } = true;

    /// <summary>After this the key set is fetched again while the one held still serves; after twice this a request waits for it. Default: 5 minutes.</summary>
    public TimeSpan JwksMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the last key set serves while the issuer is down, from the moment it was last confirmed. Default: 1 hour.</summary>
    public TimeSpan JwksLastKnownGood { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the last status list serves while the issuer is down, from the moment it was last confirmed, and never past its <c>exp</c>. Default: 10 minutes.</summary>
    public TimeSpan StatusLastKnownGood { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Tokens with an unknown <c>kid</c> make us fetch the key set at most once in this time. Default: 10 s.</summary>
    public TimeSpan MinRefetchInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one document may take to arrive. Default: 5 s.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where clients call this API, scheme, host and port: what the URLs of proofs begin with (RFC 9449 §4.3), whatever a request's Host header
    /// says. Default: the origin of <see cref="Audience"/>, where that is a web address; without one tokens that are bound to keys are refused.
    /// </summary>
    public string? Origin { get; init; }

    /// <summary>
    /// A key of 32 random bytes, the same on all nodes of the API: proofs then need a nonce (RFC 9449 §9), which the API hands out in
    /// <c>DPoP-Nonce</c>. Default: none is asked for.
    /// </summary>
    public ReadOnlyMemory<byte>? NonceKey { get; init; }

    /// <summary>
    /// True for the first time that a proof is seen; where several nodes are to know of each other's. The text is short, and needs to be kept
    /// until the moment beside it. Default: what this process has seen.
    /// </summary>
    public Func<string, DateTimeOffset, CancellationToken, ValueTask<bool>>? SpendProof { get; init; }

    /// <summary>Where the key set is. Default: <c>{issuer}/.well-known/jwks.json</c>.</summary>
    public string? JwksUri { get; init; }

    /// <summary>Where the event stream is. Default: <c>{issuer}/status/events</c>.</summary>
    public string? StatusEventsUri { get; init; }
}
