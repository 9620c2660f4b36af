namespace IdentityProvider.Verifier;

/// <summary>Every reason to refuse a token: one value each. A detail for the log travels beside it, never to the caller of the API.</summary>
public enum VerifierRefusal
{
    /// <summary>Not a compact JWT of strict JSON within the limits, or a claim that we read is not of its type (RFC 7519 §7.2, RFC 9068 §4).</summary>
    TokenMalformed,

    /// <summary><c>typ</c> is not <c>at+jwt</c>: an ID token or something else of the same issuer (RFC 9068 §4).</summary>
    TypUnexpected,

    /// <summary><c>alg</c> is none, an HMAC, not one of the options' or not the key's (RFC 8725 §3.1, §3.2).</summary>
    AlgorithmNotAllowed,

    /// <summary>The header has <c>crit</c>, brings a key of its own, or says that a token is nested (RFC 7515 §4.1, RFC 8725 §3.10).</summary>
    HeaderNotAllowed,

    /// <summary>The issuer's key set, just looked at again where that was due, has no such <c>kid</c> (RFC 7515 §4.1.4).</summary>
    KeyUnknown,

    /// <summary>The signature does not verify (RFC 7515 §5.2).</summary>
    SignatureInvalid,

    /// <summary><c>iss</c> is another's (RFC 9068 §4, RFC 8725 §3.8).</summary>
    IssuerUnexpected,

    /// <summary><c>aud</c> does not name this API (RFC 9068 §4).</summary>
    AudienceUnexpected,

    /// <summary>At or past <c>exp</c>, the skew included (RFC 7519 §4.1.4).</summary>
    Expired,

    /// <summary><c>nbf</c> or <c>iat</c> lies ahead by more than the skew (RFC 7519 §4.1.5, §4.1.6).</summary>
    NotYetValid,

    /// <summary>A claim that every access token has is absent (RFC 9068 §2.2).</summary>
    ClaimMissing,

    /// <summary>The token is bound to a key by <c>cnf</c>, and nothing that came with it proves that key (RFC 9449 §7, RFC 8705 §3).</summary>
    ProofMissing,

    /// <summary>The issuer's keys were never got, or were last confirmed longer ago than the options allow. An outage, no fault of the token.</summary>
    KeysUnavailable,

    /// <summary>The options require a status and the token has none (draft-ietf-oauth-status-list §6.2).</summary>
    StatusMissing,

    /// <summary><c>status</c> is there and is no reference to a status list (draft-ietf-oauth-status-list §6.2).</summary>
    StatusMalformed,

    /// <summary>The list's address is not one of the issuer's own, below <c>{issuer}/status/</c>.</summary>
    StatusUriForeign,

    /// <summary>The list can't be got, and none is held that is still good. An outage, no fault of the token.</summary>
    StatusUnavailable,

    /// <summary>The list has another typ, issuer or address, or no signature of the issuer's (draft-ietf-oauth-status-list §8.3).</summary>
    StatusListUntrusted,

    /// <summary>The list can't be read: a claim, its bits, its base64url or its compression (draft-ietf-oauth-status-list §4).</summary>
    StatusListMalformed,

    /// <summary>The list is longer than 1 MiB, or than 4 MiB decompressed.</summary>
    StatusListTooLarge,

    /// <summary>The list that the issuer's address gave is past its <c>exp</c> (draft-ietf-oauth-status-list §8.3).</summary>
    StatusListExpired,

    /// <summary>The token's index lies outside the list (draft-ietf-oauth-status-list §8.3).</summary>
    StatusIndexOutOfRange,

    /// <summary>Status 1: the token was taken back (draft-ietf-oauth-status-list §7.1).</summary>
    TokenRevoked,

    /// <summary>Status 3, the issuer's own: the subject's roles or scopes changed. Refresh; no new sign-in is needed.</summary>
    TokenStale,

    /// <summary>A status other than 0, 1 and 3: suspended, or one that we don't know (draft-ietf-oauth-status-list §7.1).</summary>
    StatusNotValid,

    /// <summary>The sign-in is too old or not of the class that is asked for (RFC 9470 §3).</summary>
    InsufficientAuthentication,

    /// <summary>The token lacks a scope that is asked for (RFC 6750 §3.1).</summary>
    InsufficientScope,

    /// <summary>The proof is none, or for another method, URL, token or time, or there are two (RFC 9449 §4.3).</summary>
    ProofInvalid,

    /// <summary>The proof's key, or the connection's certificate, is not the one that the token is bound to (RFC 9449 §7.1, RFC 8705 §3).</summary>
    ProofKeyUnexpected,

    /// <summary>The proof was used before (RFC 9449 §11.1).</summary>
    ProofReplayed,

    /// <summary>The proof has no nonce of this API's, or an old one (RFC 9449 §9).</summary>
    ProofNonceNeeded,

    /// <summary>More proofs came within a minute than are remembered. An outage, no fault of the token.</summary>
    ProofsTooMany,

    /// <summary>A plain token by the scheme DPoP (RFC 9449 §7.1).</summary>
    SchemeUnexpected,
}
