namespace IdentityProvider.Jose;

/// <summary>What a caller expects of a JWT. What must be said has no default; what is optional is strict by default.</summary>
public sealed record JwtExpectations
{
    /// <summary>The kind of token: <c>at+jwt</c>, <c>JWT</c>, <c>logout+jwt</c> … (RFC 8725 §3.11).</summary>
    public required ExpectedTyp Typ { get; init; }

    /// <summary>The <c>iss</c>, compared as text (RFC 7519 §4.1.1, RFC 8725 §3.8).</summary>
    public required string Issuer { get; init; }

    /// <summary>The <c>aud</c> (RFC 7519 §4.1.3, RFC 8725 §3.9).</summary>
    public required ExpectedAudience Audience { get; init; }

    /// <summary>How far the clocks of issuer and verifier may differ, for exp, nbf and iat alike. Zero unless said.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>The most that <c>exp</c> may lie after <c>iat</c>, which must then be there; null for no limit.</summary>
    public TimeSpan? MaxLifetime { get; init; }

    /// <summary>The most that <c>iat</c>, which must then be there, may lie before now, beyond the skew; null for no limit.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Claims that must be there besides <c>iss</c>, <c>aud</c> and <c>exp</c>, and not be null.</summary>
    public IReadOnlyList<string> RequiredClaims { get; init; } = [];

    /// <summary>The longest token, in characters.</summary>
    public int MaxLength { get; init; } = Jws.MaxLength;
}
