using System.Globalization;

namespace IdentityProvider.Verifier;

/// <summary>How an API answers a refusal: status and <c>WWW-Authenticate</c> (RFC 6750 §3, RFC 9470 §3). Pure; for any web framework.</summary>
public static class BearerChallenge
{
    /// <summary>The header when a request came without a token: no error, since there was nothing to judge (RFC 6750 §3.1).</summary>
    public const string WithoutToken = "Bearer";

    /// <summary>
    /// The status: 503 when the issuer could not be asked or what it answered is no good, so that no app throws a good token away; 403 for a
    /// missing scope; else 401.
    /// </summary>
    public static int StatusCode(VerifierRefusal refusal) => refusal switch
    {
        _ when IsOutage(refusal) => 503,
        VerifierRefusal.InsufficientScope => 403,
        _ => 401,
    };

    /// <summary>The header for a refused token; null for an outage, which is no challenge.</summary>
    public static string? For(VerifierRefusal refusal) => refusal switch
    {
        _ when IsOutage(refusal) => null,
        VerifierRefusal.InsufficientScope => "Bearer error=\"insufficient_scope\"",
        VerifierRefusal.InsufficientAuthentication => "Bearer error=\"insufficient_user_authentication\"",
        _ => $"Bearer error=\"invalid_token\", error_description=\"{Description(refusal)}\"",
    };

    /// <summary>The header for a token without these scopes (RFC 6750 §3.1).</summary>
    public static string ForScope(params IReadOnlyList<string> scopes) => $"Bearer error=\"insufficient_scope\", scope=\"{string.Join(' ', scopes)}\"";

    /// <summary>The header for a sign-in that is not enough (RFC 9470 §3): what to ask the issuer for.</summary>
    public static string ForAuthentication(AuthenticationRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(requirement);
        var header = "Bearer error=\"insufficient_user_authentication\", error_description=\"A fresh or stronger sign-in is needed\"";
        if (requirement.AcrValues.Count > 0) header += $", acr_values=\"{string.Join(' ', requirement.AcrValues)}\"";
        if (requirement.MaxAge is { } maxAge) header += string.Create(CultureInfo.InvariantCulture, $", max_age=\"{(long)maxAge.TotalSeconds}\"");
        return header;
    }

    // The fault is the issuer's or the network's, and not the token's.
    private static bool IsOutage(VerifierRefusal refusal) => refusal
        is VerifierRefusal.KeysUnavailable or VerifierRefusal.StatusUnavailable or VerifierRefusal.StatusListUntrusted
        or VerifierRefusal.StatusListMalformed or VerifierRefusal.StatusListTooLarge or VerifierRefusal.StatusListExpired or VerifierRefusal.ProofsTooMany;

    // What helps an honest app, and no more: expired and stale mean refresh, revoked means sign in, the rest is a fault of who sent it.
    private static string Description(VerifierRefusal refusal) => refusal switch
    {
        VerifierRefusal.Expired => "The token expired",
        VerifierRefusal.TokenStale => "The token is stale: refresh it",
        VerifierRefusal.TokenRevoked => "The token was revoked",
        _ => "The token is not valid here",
    };
}
