import { own } from './json.js';
import { refuse } from './refusals.js';

const strings = ['iss', 'sub', 'client_id', 'jti'];
const dates = ['exp', 'nbf', 'iat'];
const required = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/**
 * What an access token says about itself (RFC 9068 §4), its signature being checked.
 *
 * @param {Record<string, any>} claims
 * @param {{ issuer: string, audiences: readonly string[], clockSkew: number }} expected the skew in seconds
 * @param {number} now in seconds
 */
export function refuseClaims(claims, { issuer, audiences, clockSkew }, now) {
  // 1. What is there is of its type (RFC 7519 §4.1).
  for (const name of strings) if (!isOr(own(claims, name), isString)) return refuse('TokenMalformed', `${name} is no string`);
  for (const name of dates) if (!isOr(own(claims, name), isNumericDate)) return refuse('TokenMalformed', `${name} is no date`);
  const aud = own(claims, 'aud');
  const named = typeof aud === 'string' ? [aud] : aud;
  if (aud !== undefined && !(Array.isArray(named) && named.every(isString))) return refuse('TokenMalformed', 'aud is no string or list of them');

  // 2. What every access token has is there (RFC 9068 §2.2).
  for (const name of required) if (own(claims, name) === undefined) return refuse('ClaimMissing', `${name} is absent`);

  // 3. The issuer whose keys these are, and an audience that is us (RFC 9068 §4).
  if (claims.iss !== issuer) return refuse('IssuerUnexpected', "iss is another's");
  if (!named.some((/** @type {string} */ name) => audiences.includes(name))) return refuse('AudienceUnexpected', 'aud does not name this API');

  // 4. Neither over nor yet to begin (RFC 7519 §4.1.4–4.1.6).
  if (now >= claims.exp + clockSkew) return refuse('Expired', 'exp is past');
  if (own(claims, 'nbf') > now + clockSkew || claims.iat > now + clockSkew) return refuse('NotYetValid', 'nbf or iat lies ahead');

  return undefined;
}

/** A bound token that comes with nothing is refused: else a thief could use it as a plain one (RFC 9449 §7.2, RFC 8705 §3). @param {Record<string, any>} claims */
export function refuseBound(claims) {
  return own(claims, 'cnf') === undefined ? undefined : refuse('ProofMissing', 'cnf is there, and no proof came with the token');
}

/**
 * Where the token's status stands (draft-ietf-oauth-status-list §6.2): undefined when it has none.
 *
 * @param {Record<string, any>} claims @param {string} listsBelow the only place of lists
 */
export function readStatusReference(claims, listsBelow) {
  const status = own(claims, 'status');
  if (status === undefined) return undefined;
  const reference = isObject(status) ? own(status, 'status_list') : undefined;
  if (!isObject(reference)) return refuse('StatusMalformed', 'no status_list');
  const uri = own(reference, 'uri');
  const index = own(reference, 'idx');
  if (typeof uri !== 'string' || !Number.isSafeInteger(index) || index < 0) return refuse('StatusMalformed', 'no uri and idx');
  // One name after the prefix: no path, no query, nothing that a URL parser could turn into another place.
  if (!uri.startsWith(listsBelow) || !/^[A-Za-z0-9_-]{1,64}$/.test(uri.slice(listsBelow.length))) return refuse('StatusUriForeign', "the list is not the issuer's");
  return { uri, index: /** @type {number} */ (index) };
}

/** What a value in a list says of a token (§7.1). @param {number | undefined} value */
export function refuseStatus(value) {
  if (value === undefined) return refuse('StatusIndexOutOfRange', 'idx is outside the list');
  if (value === 0) return undefined;
  if (value === 1) return refuse('TokenRevoked', 'status 1');
  return value === 3 ? refuse('TokenStale', 'status 3') : refuse('StatusNotValid', `status ${value}`);
}

/**
 * Whether the token may do what is asked for: a scope (RFC 6750 §3.1), a fresh or strong sign-in (RFC 9470 §3).
 *
 * @param {Record<string, any>} claims @param {{ scope?: string, maxAge?: number, acrValues?: readonly string[] }} asked @param {number} now in seconds
 */
export function refuseAsked(claims, { scope, maxAge, acrValues }, now) {
  if (scope !== undefined) {
    const its = own(claims, 'scope');
    const given = typeof its === 'string' ? its.split(' ') : [];
    if (!scope.split(' ').every((name) => given.includes(name))) return refuse('InsufficientScope', 'a scope is missing');
  }
  if (maxAge !== undefined) {
    // A little skew: auth_time is by the issuer's clock.
    const signedIn = own(claims, 'auth_time');
    if (!isNumericDate(signedIn) || now - signedIn > maxAge + 5) return refuse('InsufficientAuthentication', 'the sign-in is too old');
  }
  if (acrValues !== undefined && !acrValues.includes(own(claims, 'acr'))) return refuse('InsufficientAuthentication', 'acr is none of those asked for');
  return undefined;
}

/** @param {unknown} value @returns {value is string} */
export const isString = (value) => typeof value === 'string';

/** RFC 7519 §2. @param {unknown} value @returns {value is number} */
export const isNumericDate = (value) => typeof value === 'number' && value >= 0 && value < 1e12;

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {unknown} value @param {(value: unknown) => boolean} is */
const isOr = (value, is) => value === undefined || is(value);
