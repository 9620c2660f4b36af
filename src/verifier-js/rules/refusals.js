/**
 * Every reason to refuse a token, with what it means. One reason a refusal; the detail beside it is for the log alone. The names are those
 * of the .NET verifier's `VerifierRefusal`; TokenMissing is ours, since an authentication handler finds that out there.
 *
 * @type {Readonly<Record<import('../index.js').Refusal, string>>}
 */
export const meanings = Object.freeze({
  TokenMissing: 'The request has no bearer token (RFC 6750 §3.1).',
  TokenMalformed: 'Not a compact JWT of strict JSON within the limits, or a claim that is read is not of its type (RFC 7519 §7.2, RFC 9068 §4).',
  TypUnexpected: 'typ is not at+jwt: an ID token or something else of the same issuer (RFC 9068 §4).',
  AlgorithmNotAllowed: "alg is none, an HMAC, not one of the options' or not the key's (RFC 8725 §3.1, §3.2).",
  HeaderNotAllowed: 'The header has crit, brings a key of its own, or says that a token is nested (RFC 7515 §4.1, RFC 8725 §3.10).',
  KeyUnknown: "The issuer's key set, just looked at again where that was due, has no such kid (RFC 7515 §4.1.4).",
  SignatureInvalid: 'The signature does not verify (RFC 7515 §5.2).',
  IssuerUnexpected: "iss is another's (RFC 9068 §4, RFC 8725 §3.8).",
  AudienceUnexpected: 'aud does not name this API (RFC 9068 §4).',
  Expired: 'At or past exp, the skew included (RFC 7519 §4.1.4).',
  NotYetValid: 'nbf or iat lies ahead by more than the skew (RFC 7519 §4.1.5, §4.1.6).',
  ClaimMissing: 'A claim that every access token has is absent (RFC 9068 §2.2).',
  ProofMissing: 'The token is bound to a key by cnf, and nothing that came with it proves that key (RFC 9449 §7, RFC 8705 §3).',
  KeysUnavailable: "The issuer's keys were never got, or were last confirmed longer ago than the options allow. An outage, no fault of the token.",
  StatusMissing: 'The options require a status and the token has none (draft-ietf-oauth-status-list §6.2).',
  StatusMalformed: 'status is there and is no reference to a status list (draft-ietf-oauth-status-list §6.2).',
  StatusUriForeign: "The list's address is not one of the issuer's own, below {issuer}/status/.",
  StatusUnavailable: "The list can't be got, and none is held that is still good. An outage, no fault of the token.",
  StatusListUntrusted: "The list has another typ, issuer or address, or no signature of the issuer's (draft-ietf-oauth-status-list §8.3).",
  StatusListMalformed: "The list can't be read: a claim, its bits, its base64url or its compression (draft-ietf-oauth-status-list §4).",
  StatusListTooLarge: 'The list is longer than 1 MiB, or than 4 MiB decompressed.',
  StatusListExpired: "The list that the issuer's address gave is past its exp (draft-ietf-oauth-status-list §8.3).",
  StatusIndexOutOfRange: "The token's index lies outside the list (draft-ietf-oauth-status-list §8.3).",
  TokenRevoked: 'Status 1: the token was taken back (draft-ietf-oauth-status-list §7.1).',
  TokenStale: "Status 3, the issuer's own: the subject's roles or scopes changed. Refresh; no new sign-in is needed.",
  StatusNotValid: "A status other than 0, 1 and 3: suspended, or one that isn't known (draft-ietf-oauth-status-list §7.1).",
  InsufficientAuthentication: 'The sign-in is too old or not of the class that is asked for (RFC 9470 §3).',
  InsufficientScope: 'The token lacks a scope that is asked for (RFC 6750 §3.1).',
  ProofInvalid: 'The proof is none, or for another method, URL, token or time, or there are two (RFC 9449 §4.3).',
  ProofKeyUnexpected: "The proof's key, or the connection's certificate, is not the one that the token is bound to (RFC 9449 §7.1, RFC 8705 §3).",
  ProofReplayed: 'The proof was used before (RFC 9449 §11.1).',
  ProofNonceNeeded: "The proof has no nonce of this API's, or an old one (RFC 9449 §9).",
  ProofsTooMany: 'More proofs came within a minute than are remembered. An outage, no fault of the token.',
  SchemeUnexpected: 'A plain token by the scheme DPoP (RFC 9449 §7.1).',
});

/** Every reason, by name. */
export const refusals = Object.freeze(/** @type {import('../index.js').Refusal[]} */ (Object.keys(meanings)));

/**
 * A refusal as a value: what the rules return instead of a result.
 *
 * @param {import('../index.js').Refusal} refused
 * @param {string} detail for the log; never a part of a token
 */
export function refuse(refused, detail) {
  return { refused, detail };
}
