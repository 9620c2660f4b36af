namespace IdentityProvider.Jose;

/// <summary>
/// Every reason to refuse a token, a key or a key set: one value each. The precise detail travels beside it, for the log alone.
/// </summary>
public enum JoseRefusal
{
    /// <summary>Longer, or with more members, than the limit that the caller or this project sets (RFC 8259 §9).</summary>
    TooLarge,

    /// <summary>Not three parts between two dots with a header and a payload: JSON serialization, encryption, detached content (RFC 7515 §7.1).</summary>
    NotCompact,

    /// <summary>Padding, white space, a foreign character, an impossible length or set bits after the last byte (RFC 7515 §2, RFC 4648 §3.5).</summary>
    Base64UrlNotCanonical,

    /// <summary>Not one JSON object in well-formed UTF-8 (RFC 7515 §5.2 step 3, RFC 7519 §7.2 step 10, RFC 8725 §3.7).</summary>
    Malformed,

    /// <summary>JSON nested deeper than any token or key needs (RFC 8259 §9).</summary>
    TooDeep,

    /// <summary>A member name appears twice, at whatever depth (RFC 7515 §4, RFC 7519 §4, RFC 7517 §4).</summary>
    DuplicateMember,

    /// <summary>The header lacks <c>alg</c>, or a member that we read is not of its type (RFC 7515 §4.1).</summary>
    HeaderMalformed,

    /// <summary><c>alg</c> is <c>none</c>, in any case (RFC 7518 §3.6, RFC 8725 §2.1, §3.2).</summary>
    AlgorithmNone,

    /// <summary><c>alg</c> is an HMAC (RFC 7518 §3.2, RFC 8725 §2.1: a public key taken for a shared secret).</summary>
    AlgorithmSymmetric,

    /// <summary><c>alg</c> is not one of ours, or not one that the selected key allows (RFC 8725 §3.1, §3.2).</summary>
    AlgorithmNotAllowed,

    /// <summary><c>crit</c> is there, or <c>b64</c>: we understand no extension (RFC 7515 §4.1.11, RFC 7797 §6).</summary>
    CriticalHeader,

    /// <summary><c>jwk</c>, <c>jku</c>, <c>x5u</c> or <c>x5c</c>: a token does not bring its own key (RFC 7515 §4.1.2–4.1.6, RFC 8725 §2.9, §3.10).</summary>
    EmbeddedKey,

    /// <summary><c>cty</c>, <c>zip</c> or <c>enc</c>: a token within a token, compression or encryption (RFC 7519 §5.2, RFC 8725 §2.3, §3.6).</summary>
    NestedToken,

    /// <summary><c>typ</c> is not what the caller expects (RFC 7515 §4.1.9, RFC 8725 §3.11).</summary>
    TypUnexpected,

    /// <summary>No key of the set has this <c>kid</c>; without one, no key fits the algorithm (RFC 7515 §4.1.4, RFC 7517 §4.5).</summary>
    KeyUnknown,

    /// <summary>More than one key fits and the token doesn't say which (RFC 7517 §4.5, OIDC Core §10.1).</summary>
    KeyAmbiguous,

    /// <summary>The signature does not verify, or has not the length of one (RFC 7515 §5.2 step 8, RFC 7518 §3.3–3.5).</summary>
    SignatureInvalid,

    /// <summary>
    /// A JWK lacks a member, has one of the wrong type or form, or a point that is not on its curve (RFC 7517 §4, RFC 7518 §6.2, §6.3,
    /// RFC 8725 §3.4).
    /// </summary>
    KeyMalformed,

    /// <summary>A private member where a public key is expected (RFC 7517 §9.2, RFC 7518 §6.2.2, §6.3.2).</summary>
    KeyPrivate,

    /// <summary><c>kty</c> is <c>oct</c>, a shared secret (RFC 7518 §6.4, RFC 8725 §2.1).</summary>
    KeySymmetric,

    /// <summary>A <c>kty</c> or <c>crv</c> that we don't know (RFC 7517 §4.1, RFC 7518 §6.2.1.1).</summary>
    KeyTypeUnsupported,

    /// <summary>RSA under 2048 bits, or an exponent under 65537 (RFC 7518 §3.3, §3.5; FIPS 186-5 §5.4).</summary>
    KeyTooWeak,

    /// <summary>RSA over 8192 bits, or an exponent over 64: each verification would be an attack on our CPU (RFC 8725 §3.4).</summary>
    KeyTooLarge,

    /// <summary><c>use</c> or <c>key_ops</c> says that the key is for something else than it is taken for (RFC 7517 §4.2, §4.3).</summary>
    KeyUseUnexpected,

    /// <summary>The key's <c>alg</c> needs another <c>kty</c> (RFC 7517 §4.4, RFC 7518 §3.1).</summary>
    KeyAlgorithmMismatch,

    /// <summary>A claim that the caller requires is absent (RFC 7519 §4).</summary>
    ClaimMissing,

    /// <summary>A registered claim is not of its type: StringOrURI, array of them, or NumericDate (RFC 7519 §2, §4.1).</summary>
    ClaimMalformed,

    /// <summary><c>iss</c> is another's (RFC 7519 §4.1.1, RFC 8725 §3.8).</summary>
    IssuerUnexpected,

    /// <summary><c>aud</c> does not name us (RFC 7519 §4.1.3, RFC 8725 §3.9).</summary>
    AudienceUnexpected,

    /// <summary>At or past <c>exp</c> (RFC 7519 §4.1.4).</summary>
    Expired,

    /// <summary>Before <c>nbf</c> (RFC 7519 §4.1.5).</summary>
    NotYetValid,

    /// <summary><c>iat</c> lies ahead of now by more than the skew (RFC 7519 §4.1.6).</summary>
    IssuedInTheFuture,

    /// <summary><c>exp</c> − <c>iat</c> exceeds what the caller allows (RFC 7523 §3: an expiry unreasonably far ahead).</summary>
    LifetimeTooLong,

    /// <summary><c>iat</c> lies further back than the caller allows (RFC 7519 §4.1.6, RFC 7523 §3).</summary>
    TooOld,

    /// <summary><c>htm</c> is not the method of the request (RFC 9449 §4.3 check 8).</summary>
    MethodUnexpected,

    /// <summary><c>htu</c> is not where the request went (RFC 9449 §4.3 check 9).</summary>
    TargetUnexpected,

    /// <summary><c>ath</c> is not the hash of the access token beside it (RFC 9449 §4.3 check 12).</summary>
    AccessTokenUnexpected,
}
