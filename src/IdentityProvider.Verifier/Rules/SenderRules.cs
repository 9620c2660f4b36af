using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>Whether who shows a token that is good is whom it was issued to (RFC 9449 §4.3, §7; RFC 8705 §3).</summary>
internal static class SenderRules
{
    /// <summary>Null where it is; then the proof, if there is one, is still to be spent.</summary>
    public static TokenVerification.Refused? Refuse(VerifiedToken token, string text, SenderProof sender, VerifierOptions options, DateTimeOffset now, out DPoPProof? proof)
    {
        proof = null;

        // 1. What the token is bound to: one thing that we know, or nothing.
        if (!TryReadConfirmation(token.Claims, out var key, out var certificate)) return Refuse(VerifierRefusal.ProofMissing, "cnf names nothing that can be proved here");

        // 2. Bound to a key: never a bearer's (RFC 9449 §7.2); else never by the scheme for bound ones (§7.1).
        if (key is not null && !sender.IsDPoP) return Refuse(VerifierRefusal.ProofMissing, "a token that is bound to a key, as a bearer's");
        if (key is null && sender.IsDPoP) return Refuse(VerifierRefusal.SchemeUnexpected, "a token that is not bound to a key, by the scheme DPoP");

        // 3. Bound to a certificate: the connection's (RFC 8705 §3).
        if (certificate is not null && !string.Equals(certificate, sender.CertificateThumbprint, StringComparison.Ordinal))
            return Refuse(sender.CertificateThumbprint is null ? VerifierRefusal.ProofMissing : VerifierRefusal.ProofKeyUnexpected, "x5t#S256 is not the connection's");
        return key is null ? null : RefuseProof(key, text, sender, options, now, out proof);
    }

    private static TokenVerification.Refused? RefuseProof(string key, string text, SenderProof sender, VerifierOptions options, DateTimeOffset now, out DPoPProof? proof)
    {
        proof = null;

        // 1. One proof (RFC 9449 §4.3 check 1).
        if (sender.Proofs.Count == 0) return Refuse(VerifierRefusal.ProofMissing, "no proof beside the token");
        if (sender.Proofs.Count > 1) return Refuse(VerifierRefusal.ProofInvalid, "more than one proof");

        // 2. Good, for this request and this token, made about now (checks 2 to 9, 11, 12).
        var expectations = new DPoPExpectations { Method = sender.Method, TargetUri = sender.Url, AccessToken = text };
        if (!DPoPProof.Verify(sender.Proofs[0] ?? "", expectations, now).Accepted(out var verified, out var refused))
            return Refuse(VerifierRefusal.ProofInvalid, refused.ToString());

        // 3. By the key that the token names (check 12).
        if (!string.Equals(verified.Thumbprint, key, StringComparison.Ordinal)) return Refuse(VerifierRefusal.ProofKeyUnexpected, "jkt is not the proof's key");

        // 4. With a nonce of ours, where the API asks for one (check 10, §9).
        if (options.NonceKey is { } nonceKey && !(verified.Nonce is { } nonce && DPoPNonce.IsRecent(nonce, nonceKey.Span, now)))
            return Refuse(VerifierRefusal.ProofNonceNeeded, "no nonce of ours, or an old one");
        proof = verified;
        return null;
    }

    // RFC 7800 §3.1, RFC 9449 §6.1, RFC 8705 §3.1. A member that we don't know would be a proof that we don't check.
    private static bool TryReadConfirmation(JsonElement claims, out string? key, out string? certificate)
    {
        (key, certificate) = (null, null);
        if (!claims.TryGetProperty("cnf", out var cnf)) return true;
        if (cnf.ValueKind is not JsonValueKind.Object) return false;
        foreach (var member in cnf.EnumerateObject())
        {
            if (member.Value.ValueKind is not JsonValueKind.String) return false;
            if (member.NameEquals("jkt")) key = member.Value.GetString();
            else if (member.NameEquals("x5t#S256")) certificate = member.Value.GetString();
            else return false;
        }
        return key is not null || certificate is not null;
    }

    private static TokenVerification.Refused Refuse(VerifierRefusal reason, string detail) => new(reason, detail);
}
