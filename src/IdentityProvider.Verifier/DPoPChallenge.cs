using IdentityProvider.Jose;

namespace IdentityProvider.Verifier;

/// <summary>How an API answers a refusal of a token that came by the scheme DPoP (RFC 9449 §7.1, §9). Pure; for any web framework.</summary>
public static class DPoPChallenge
{
    /// <summary>The header when a request came without a token: beside <see cref="BearerChallenge.WithoutToken"/>.</summary>
    public static string WithoutToken { get; } = $"DPoP algs=\"{string.Join(' ', SignatureAlgorithm.All)}\"";

    /// <summary>The header for a refused token or proof; null for an outage, which is no challenge.</summary>
    public static string? For(VerifierRefusal refusal) => refusal switch
    {
        VerifierRefusal.ProofInvalid or VerifierRefusal.ProofReplayed => WithoutToken + ", error=\"invalid_dpop_proof\", error_description=\"The proof is not valid for this request\"",
        VerifierRefusal.ProofNonceNeeded => WithoutToken + ", error=\"use_dpop_nonce\", error_description=\"The proof needs the nonce in DPoP-Nonce\"",
        _ => BearerChallenge.For(refusal) is { } challenge ? InsteadOf(challenge) : null,
    };

    /// <summary>The same as a challenge of <see cref="BearerChallenge"/>, for a token that came by the scheme DPoP.</summary>
    public static string InsteadOf(string bearerChallenge)
    {
        ArgumentNullException.ThrowIfNull(bearerChallenge);
        return bearerChallenge.StartsWith("Bearer ", StringComparison.Ordinal) ? $"{WithoutToken}, {bearerChallenge["Bearer ".Length..]}" : WithoutToken;
    }
}
