using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>The decision about an access token: token, keys, lists and the moment in; an outcome out (RFC 9068 §4, draft-ietf-oauth-status-list §8.3).</summary>
internal static class TokenRules
{
    public static Decision Decide(string token, HeldKeys? keys, IReadOnlyDictionary<string, StatusList> lists, Expected expected, DateTimeOffset now, bool proofFollows = false)
    {
        // 1. Keys that are still good.
        if (keys is null) return new(Refuse(VerifierRefusal.KeysUnavailable, "no key set was got yet"), Need.Now);
        var freshness = keys.At(now, expected.Options);
        if (freshness is Freshness.Gone) return new(Refuse(VerifierRefusal.KeysUnavailable, "the key set is too old"), Need.Now);
        var keyNeed = NeedFor(freshness);

        // 2. Type, signature, issuer, audience and dates (RFC 9068 §4).
        var verification = Jwt.Verify(token, keys.Set, expected.Jwt, now);
        if (verification is JwtVerification.Refused refused) return RefuseJwt(refused, keyNeed);
        var jwt = (JwtVerification.Verified)verification;
        var verified = new VerifiedToken(jwt);

        // 3. An algorithm of our list too, not of the key's alone (RFC 8725 §3.1).
        if (!expected.Allows(verified.Algorithm)) return new(Refuse(VerifierRefusal.AlgorithmNotAllowed, "alg is not one of the options'"), keyNeed);

        // 4. A bound token whose proof nobody checks next is refused: else a thief could use it as a plain one (RFC 9449 §7.2, RFC 8705 §3).
        if (!proofFollows && jwt.Claims.TryGetProperty("cnf", out _)) return new(Refuse(VerifierRefusal.ProofMissing, "cnf is there, and no proof was checked"), keyNeed);

        // 5. Status last (draft-ietf-oauth-status-list §8.3).
        return DecideStatus(verified, lists, expected, now, keyNeed);
    }

    private static Decision DecideStatus(VerifiedToken token, IReadOnlyDictionary<string, StatusList> lists, Expected expected, DateTimeOffset now, Need keyNeed)
    {
        // 1. A reference, or none where none is required.
        if (!StatusReference.TryRead(token.Claims, out var found)) return new(Refuse(VerifierRefusal.StatusMalformed, "status is no reference to a list"), keyNeed);
        if (found is not { } status)
        {
            return expected.Options.RequireStatus
                ? new(Refuse(VerifierRefusal.StatusMissing, "status is absent"), keyNeed)
                : new(new TokenVerification.Accepted(token), keyNeed);
        }

        // 2. One of the issuer's own lists.
        if (!expected.IsListUri(status.Uri)) return new(Refuse(VerifierRefusal.StatusUriForeign, "the list is not the issuer's"), keyNeed);

        // 3. A list that is still good; a fresher one if it is time.
        var list = lists.GetValueOrDefault(status.Uri);
        var freshness = list?.At(now, expected.Options) ?? Freshness.Gone;
        if (list is null || freshness is Freshness.Gone)
            return new(Refuse(VerifierRefusal.StatusUnavailable, "no list that is good"), keyNeed, Need.Now, status.Uri, list);

        // 4. An index inside it, and the value there (§7.1).
        TokenVerification outcome = RefuseStatus(list.Statuses, status.Index) is { } refused ? refused : new TokenVerification.Accepted(token);
        return new(outcome, keyNeed, NeedFor(freshness), status.Uri, list);
    }

    private static TokenVerification.Refused? RefuseStatus(StatusBits statuses, long index)
    {
        if (!statuses.TryGet(index, out var value)) return Refuse(VerifierRefusal.StatusIndexOutOfRange, $"the list has {statuses.Count} statuses");
        return value switch
        {
            0 => null,
            1 => Refuse(VerifierRefusal.TokenRevoked, "status 1"),
            3 => Refuse(VerifierRefusal.TokenStale, "status 3"),
            _ => Refuse(VerifierRefusal.StatusNotValid, $"status {value}"),
        };
    }

    private static Decision RefuseJwt(JwtVerification.Refused refused, Need keyNeed)
    {
        var reason = JoseReasons.Of(refused.Reason);
        return new(Refuse(reason, $"{refused.Reason}: {refused.Detail}"), reason is VerifierRefusal.KeyUnknown ? Need.Kid : keyNeed);
    }

    private static Need NeedFor(Freshness freshness) => freshness switch { Freshness.Fresh => Need.None, Freshness.Stale => Need.Soon, _ => Need.Now };

    private static TokenVerification.Refused Refuse(VerifierRefusal reason, string detail) => new(reason, detail);
}
