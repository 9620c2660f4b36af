using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.UserInfo;

namespace IdentityProvider.Protocol.DPoP;

/// <summary>An access token as a request shows it: what came before it says whether a proof comes beside it.</summary>
/// <param name="Text">The token.</param>
/// <param name="IsDPoP">Whether its scheme was DPoP (RFC 9449 §7.1); else Bearer, or a form.</param>
public sealed record SentToken(string Text, bool IsDPoP);

/// <summary>Whether who shows an access token is whom it was issued to (RFC 9449 §7, RFC 8705 §3).</summary>
public static class TokenBindingRules
{
    private const string Scheme = "DPoP ";

    /// <summary>Finds the token of a request.</summary>
    /// <param name="authorization">Every value of the header Authorization.</param>
    /// <param name="form">The request's form; <see cref="Parameters.None"/> where it has none.</param>
    public static Decision<SentToken> Read(IReadOnlyList<string?> authorization, Parameters form)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        ArgumentNullException.ThrowIfNull(form);

        // 1. One way alone (RFC 6750 §2, RFC 9449 §7.2).
        if (authorization.Count > 1)
            return Refusal.BearerTokenTwice;
        var header = authorization.Count == 0 ? null : authorization[0];
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return BearerTokenRules.Read(header, form).Try(out var bearer, out var reason) ? new SentToken(bearer, IsDPoP: false) : reason;
        if (form.Has("access_token"))
            return Refusal.BearerTokenTwice;

        // 2. In the syntax of a token (RFC 9449 §7.1).
        var token = header[Scheme.Length..].Trim(' ');
        return BearerTokenRules.IsToken(token) ? new SentToken(token, IsDPoP: true) : Refusal.BearerTokenMalformed;
    }

    /// <summary>Why this sender may not use a token; null where it may.</summary>
    /// <param name="token">A token that verified.</param>
    /// <param name="sent">How it came.</param>
    /// <param name="proof">The proof beside it, which is good; null where none was read.</param>
    /// <param name="certificateThumbprint"><c>x5t#S256</c> of the connection's certificate; null where it has none.</param>
    public static Refusal? Refuse(VerifiedAccessToken token, SentToken sent, DPoPProof? proof, string? certificateThumbprint)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(sent);

        // 1. Bound to a key: with a proof, never as a bearer's (RFC 9449 §7.2), by that key (§4.3 check 12).
        if (token.Confirmation?.JwkThumbprint is { } thumbprint)
        {
            if (!sent.IsDPoP || proof is null)
                return Refusal.BoundTokenAsBearer;
            return string.Equals(proof.Thumbprint, thumbprint, StringComparison.Ordinal) ? null : Refusal.TokenBoundToAnotherKey;
        }

        // 2. Not bound to a key, and shown as if it were: who sends it takes it for another's (RFC 9449 §7.1).
        if (sent.IsDPoP)
            return Refusal.BearerTokenAsDPoP;

        // 3. Bound to a certificate: over a connection with it (RFC 8705 §3).
        return token.Confirmation?.CertificateThumbprint is { } bound && !string.Equals(bound, certificateThumbprint, StringComparison.Ordinal)
            ? Refusal.TokenBoundToAnotherCertificate
            : null;
    }
}
