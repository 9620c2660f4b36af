namespace IdentityProvider.Verifier;

/// <summary>The sign-in that an operation asks for, beyond a valid token (RFC 9470): fresh, of a class, or both.</summary>
public sealed record AuthenticationRequirement
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private AuthenticationRequirement(TimeSpan? maxAge, IReadOnlyList<string> acrValues)
    {
        MaxAge = maxAge;
        AcrValues = acrValues;
    }

    /// <summary>How long ago the user may have signed in; null for any time.</summary>
    public TimeSpan? MaxAge { get; }

    /// <summary>The classes of sign-in of which one is needed, the preferred first; empty for any.</summary>
    public IReadOnlyList<string> AcrValues { get; }

    /// <summary>The user signed in no longer ago than this, whole seconds, and with one of these classes if any are named.</summary>
    public static AuthenticationRequirement RequireFresh(TimeSpan maxAge, params IReadOnlyList<string> acrValues) =>
        maxAge >= TimeSpan.Zero ? new(maxAge, Named(acrValues)) : throw new ArgumentOutOfRangeException(nameof(maxAge));

    /// <summary>The user signed in with one of these classes, at whatever time.</summary>
    public static AuthenticationRequirement RequireAcr(params IReadOnlyList<string> acrValues) =>
        acrValues is { Count: > 0 } ? new(null, Named(acrValues)) : throw new ArgumentException("A class is needed.", nameof(acrValues));

    /// <summary>InsufficientAuthentication when the token's sign-in is not enough (RFC 9470 §3), or null.</summary>
    public VerifierRefusal? Refuse(VerifiedToken token, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);

        // 1. A sign-in at a known moment, not too long ago (RFC 9470 §4, OIDC Core §3.1.2.1). A little skew: auth_time is the issuer's clock.
        if (MaxAge is { } maxAge && (token.AuthTime is not { } signedIn || now - signedIn > maxAge + Skew)) return VerifierRefusal.InsufficientAuthentication;

        // 2. One of the classes asked for (RFC 9470 §4).
        return AcrValues.Count > 0 && !AcrValues.Contains(token.Acr, StringComparer.Ordinal) ? VerifierRefusal.InsufficientAuthentication : null;
    }

    // They are written into a header: printable ASCII without quotes and spaces.
    private static string[] Named(IReadOnlyList<string> acrValues) =>
        acrValues.All(acr => acr.Length > 0 && !acr.AsSpan().ContainsAnyExceptInRange('!', '~') && !acr.AsSpan().ContainsAny('"', '\\'))
            ? [.. acrValues]
            : throw new ArgumentException("A class is printable ASCII, without space, quote and backslash.", nameof(acrValues));
}
