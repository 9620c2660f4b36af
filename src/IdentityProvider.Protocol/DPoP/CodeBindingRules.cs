using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.DPoP;

/// <summary>
/// The key that an authorization code is bound to: named in the request by <c>dpop_jkt</c> (RFC 9449 §10), or by the proof of the request
/// that pushed it (§10.1).
/// </summary>
public static class CodeBindingRules
{
    /// <summary>The authorization request's parameter (RFC 9449 §10).</summary>
    public const string Parameter = "dpop_jkt";

    private const int ThumbprintLength = 43;

    /// <summary>Why a request's <c>dpop_jkt</c> is none; null where it is one, or absent.</summary>
    public static Refusal? Refuse(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters[Parameter] is { } jkt && (jkt.Length != ThumbprintLength || !CanonicalBase64Url.IsCanonical(jkt)) ? Refusal.DPoPJktMalformed : null;
    }

    /// <summary>Why the proof of a pushed request doesn't go with it: each names a key, and they are not the same (§10.1).</summary>
    public static Refusal? RefusePushed(Parameters parameters, DPoPProof? proof)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Refuse(parameters) ?? (proof is not null && parameters[Parameter] is { } jkt && !string.Equals(jkt, proof.Thumbprint, StringComparison.Ordinal)
            ? Refusal.DPoPJktMismatch
            : null);
    }
}
