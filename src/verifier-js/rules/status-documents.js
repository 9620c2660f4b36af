import { decode } from './base64url.js';
import { isNumericDate, isObject, isString } from './claims.js';
import { own } from './json.js';
import { refuse } from './refusals.js';
import { StatusBits, inflate } from './status-bits.js';

/** The longest signed document of the status endpoints, in characters. */
export const maxDocumentLength = 1024 * 1024;

// Seconds. What an issuer asks beyond them would make us ask without pause, or believe without end.
const shortestTtl = 6;
const longestLife = 24 * 3600;

/**
 * A status list as its token gives it (draft-ietf-oauth-status-list §5.1, §8.3), the signature being checked. Times are in seconds.
 *
 * @typedef {{ bits: StatusBits, version: number, iat: number, exp: number, ttl: number }} ReadList
 * @param {Record<string, any>} claims
 * @param {{ issuer: string, uri: string, clockSkew: number }} expected
 * @param {number} now in seconds
 * @returns {Promise<ReadList | ReturnType<typeof refuse>>}
 */
export async function readStatusList(claims, { issuer, uri, clockSkew }, now) {
  const [iss, sub, iat, exp, ttl = 60, version = 0, list] = ['iss', 'sub', 'iat', 'exp', 'ttl', 'ver', 'status_list'].map((name) => own(claims, name));
  // 1. The issuer's list, and the very one that was asked for.
  if (iss !== issuer || sub !== uri) return refuse('StatusListUntrusted', "iss or sub is another's");

  // 2. Times: exp is the draft's recommendation, and ours to require, since it bounds how long a list may serve in an outage.
  if (!isNumericDate(iat) || !isNumericDate(exp) || !isNumericDate(ttl) || ttl < 1) return refuse('StatusListMalformed', 'iat, exp or ttl');
  if (!Number.isSafeInteger(version) || version < 0) return refuse('StatusListMalformed', 'ver');
  if (now >= exp + clockSkew) return refuse('StatusListExpired', 'exp is past');
  if (iat > now + clockSkew) return refuse('StatusListMalformed', 'iat lies ahead');

  // 3. The statuses (§4.2).
  const bits = isObject(list) ? own(list, 'bits') : undefined;
  const lst = isObject(list) ? own(list, 'lst') : undefined;
  if (![1, 2, 4, 8].includes(bits) || !isString(lst)) return refuse('StatusListMalformed', 'bits or lst');
  const compressed = decode(lst);
  if (!compressed) return refuse('StatusListMalformed', 'lst is not canonical base64url');
  const bytes = await inflate(compressed);
  if (bytes === 'tooLarge') return refuse('StatusListTooLarge', 'lst decompresses to too much');
  if (bytes === undefined) return refuse('StatusListMalformed', 'lst is no zlib stream');
  return { bits: new StatusBits(bits, bytes), version, iat, exp: Math.min(exp, iat + longestLife), ttl: Math.max(ttl, shortestTtl) };
}

/**
 * An event of the stream: what changed in one list. Undefined for anything else.
 *
 * @param {Record<string, any>} claims @param {string} issuer
 */
export function readStatusEvent(claims, issuer) {
  const [iss, iat, uri, from, version, changes] = ['iss', 'iat', 'sub', 'prev', 'ver', 'changes'].map((name) => own(claims, name));
  const isCount = (/** @type {unknown} */ value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
  if (iss !== issuer || !isNumericDate(iat) || !isString(uri) || !isCount(from) || !isCount(version)) return undefined;
  if (!Array.isArray(changes) || !changes.every((range) => Array.isArray(range) && range.length === 3 && range.every(isCount))) return undefined;
  return { uri, from: /** @type {number} */ (from), version: /** @type {number} */ (version), changes: /** @type {[number, number, number][]} */ (changes) };
}

/**
 * A heartbeat of the stream: the version of every live list, and the hash of the key set. Undefined for anything else.
 *
 * @param {Record<string, any>} claims @param {string} issuer
 */
export function readHeartbeat(claims, issuer) {
  const [iss, iat, lists, keys] = ['iss', 'iat', 'lists', 'jwks'].map((name) => own(claims, name));
  if (iss !== issuer || !isNumericDate(iat) || !isObject(lists) || !isString(keys)) return undefined;
  const versions = Object.entries(lists);
  if (!versions.every(([, version]) => Number.isSafeInteger(version) && version >= 0)) return undefined;
  return { iat, versions: /** @type {Map<string, number>} */ (new Map(versions)), keys };
}
