// How an API answers a refusal: status and WWW-Authenticate (RFC 6750 §3, RFC 9470 §3).

/** The issuer could not be asked, or gave something that is no list of its own: no fault of the token, and no reason to throw it away. */
const outages = ['KeysUnavailable', 'StatusUnavailable', 'StatusListUntrusted', 'StatusListMalformed', 'StatusListTooLarge', 'StatusListExpired'];

/** What helps an honest app, and no more: expired and stale mean refresh, revoked means sign in, the rest is a fault of who sent it. */
const descriptions = /** @type {Record<string, string>} */ ({
  Expired: 'The token expired',
  TokenStale: 'The token is stale: refresh it',
  TokenRevoked: 'The token was revoked',
});

/** @param {import('../index.js').Refusal} reason */
export function statusOf(reason) {
  if (outages.includes(reason)) return 503;
  return reason === 'InsufficientScope' ? 403 : 401;
}

/**
 * The value of WWW-Authenticate; undefined for an outage, which is no challenge.
 *
 * @param {import('../index.js').Refusal} reason @param {{ scope?: string, maxAge?: number, acrValues?: readonly string[] }} asked
 */
export function challengeOf(reason, { scope, maxAge, acrValues } = {}) {
  if (outages.includes(reason)) return undefined;
  if (reason === 'TokenMissing') return 'Bearer';
  const quoted = (/** @type {Record<string, string | number | undefined>} */ attributes) =>
    `Bearer ${Object.entries(attributes).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}="${value}"`).join(', ')}`;
  if (reason === 'InsufficientScope') return quoted({ error: 'insufficient_scope', scope });
  if (reason === 'InsufficientAuthentication')
    return quoted({ error: 'insufficient_user_authentication', error_description: 'A fresh or stronger sign-in is needed', acr_values: acrValues?.join(' '), max_age: maxAge });
  return quoted({ error: 'invalid_token', error_description: descriptions[reason] ?? 'The token is not valid here' });
}
