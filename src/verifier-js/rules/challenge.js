import { algorithms } from './jws.js';

// How an API answers a refusal: status and WWW-Authenticate (RFC 6750 §3, RFC 9470 §3).

/** The issuer could not be asked, or gave something that is no list of its own: no fault of the token, and no reason to throw it away. */
const outages = ['KeysUnavailable', 'StatusUnavailable', 'StatusListUntrusted', 'StatusListMalformed', 'StatusListTooLarge', 'StatusListExpired', 'ProofsTooMany'];

/** What helps an honest app, and no more: expired and stale mean refresh, revoked means sign in, the rest is a fault of who sent it. */
const descriptions = /** @type {Record<string, string>} */ ({
  Expired: 'The token expired',
  TokenStale: 'The token is stale: refresh it',
  TokenRevoked: 'The token was revoked',
});

/** What is told of a proof; all else of a bound token is told as of any other, by its own scheme (RFC 9449 §7.1). */
const proofErrors = /** @type {Record<string, string>} */ ({ ProofInvalid: 'invalid_dpop_proof', ProofReplayed: 'invalid_dpop_proof', ProofNonceNeeded: 'use_dpop_nonce' });

/** @param {import('../index.js').Refusal} reason */
export function statusOf(reason) {
  if (outages.includes(reason)) return 503;
  return reason === 'InsufficientScope' ? 403 : 401;
}

/**
 * The value of WWW-Authenticate; undefined for an outage, which is no challenge.
 *
 * @param {import('../index.js').Refusal} reason @param {{ scope?: string, maxAge?: number, acrValues?: readonly string[], sender?: { scheme?: string } }} asked
 */
export function challengeOf(reason, { scope, maxAge, acrValues, sender } = {}) {
  if (outages.includes(reason)) return undefined;
  if (reason === 'TokenMissing') return 'Bearer';
  const isDPoP = sender?.scheme?.toLowerCase() === 'dpop';
  const quoted = (/** @type {Record<string, string | number | undefined>} */ attributes) =>
    `${isDPoP ? `DPoP algs="${algorithms.join(' ')}",` : 'Bearer'} ${Object.entries(attributes).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}="${value}"`).join(', ')}`;
  if (reason === 'InsufficientScope') return quoted({ error: 'insufficient_scope', scope });
  if (reason === 'InsufficientAuthentication')
    return quoted({ error: 'insufficient_user_authentication', error_description: 'A fresh or stronger sign-in is needed', acr_values: acrValues?.join(' '), max_age: maxAge });
  if (isDPoP && proofErrors[reason]) return quoted({ error: proofErrors[reason], error_description: 'The proof is not valid for this request' });
  return quoted({ error: 'invalid_token', error_description: descriptions[reason] ?? 'The token is not valid here' });
}
