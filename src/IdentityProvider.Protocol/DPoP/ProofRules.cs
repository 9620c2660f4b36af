using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.DPoP;

/// <summary>
/// The proof of a request to this server (RFC 9449 §4.3, §8). Its <c>jti</c> is spent by the shell once everything else of the request was
/// found good.
/// </summary>
public static class ProofRules
{
    /// <param name="fields">Every value of the header DPoP.</param>
    /// <param name="expectations">The request.</param>
    /// <param name="nonceKey">The key that the master key gives for nonces.</param>
    /// <param name="now">The moment.</param>
    public static Decision<DPoPProof> Decide(IReadOnlyList<string?> fields, DPoPExpectations expectations, ReadOnlySpan<byte> nonceKey, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fields);

        // 1. One header field (check 1).
        if (fields.Count == 0)
            return Refusal.DPoPProofMissing;
        if (fields.Count > 1)
            return Refusal.DPoPProofRepeated;

        // 2. A proof, for this request, made about now (checks 2 to 9, 11, 12).
        if (!DPoPProof.Verify(fields[0] ?? "", expectations, now).Accepted(out var proof, out var refused))
            return Of(refused.Reason);

        // 3. With a nonce of ours that is recent (check 10). Who has none, or an old one, is given one with the refusal (§8).
        if (proof.Nonce is null)
            return Refusal.DPoPNonceMissing;
        return DPoPNonce.IsRecent(proof.Nonce, nonceKey, now) ? proof : Refusal.DPoPNonceOld;
    }

    private static Refusal Of(JoseRefusal reason) => reason switch
    {
        JoseRefusal.MethodUnexpected or JoseRefusal.TargetUnexpected => Refusal.DPoPProofForAnotherRequest,
        JoseRefusal.IssuedInTheFuture or JoseRefusal.TooOld => Refusal.DPoPProofOutOfTime,
        JoseRefusal.AccessTokenUnexpected => Refusal.DPoPProofForAnotherToken,
        _ => Refusal.DPoPProofInvalid,
    };
}
