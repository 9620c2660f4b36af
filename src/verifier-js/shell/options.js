import { algorithms } from '../rules/jws.js';

/** Promises and streams of one request are of no use to another there, so nothing is shared but what is held, and no stream is kept open. */
const isWorkers = globalThis.navigator?.userAgent === 'Cloudflare-Workers';

const defaults = {
  algorithms,
  clockSkew: 30,
  requireStatus: false,
  push: !isWorkers,
  sharesFetches: !isWorkers,
  jwksMaxAge: 300,
  jwksLastKnownGood: 3600,
  statusLastKnownGood: 600,
  minRefetchInterval: 10,
  fetchTimeout: 5,
  mostProofs: 100_000,
};

/**
 * The options, checked once and frozen. A mistake throws TypeError at start, never a refusal later.
 *
 * @param {import('../index.js').VerifierOptions} given
 */
export function readOptions(given) {
  const wrong = (/** @type {string} */ why) => new TypeError(`createVerifier: ${why}`);
  const known = [...Object.keys(defaults), 'issuer', 'audience', 'jwksUri', 'statusEventsUri', 'resourceMetadata', 'fetch', 'now', 'wait', 'onFault', 'spendProof', 'isNonce'];
  for (const name of Object.keys(given)) if (!known.includes(name)) throw wrong(`there is no option ${name}`);

  for (const name of /** @type {const} */ (['jwksUri', 'statusEventsUri', 'resourceMetadata']))
    if (given[name] !== undefined && !isWebAddress(given[name])) throw wrong(`${name} is an https URL (http on loopback alone)`);

  const options = { ...defaults, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
  const issuer = issuerOf(given.issuer);
  if (!issuer) throw wrong('issuer is an https URL without query and trailing slash (http on loopback alone)');
  const audiences = Array.isArray(given.audience) ? [...given.audience] : [given.audience];
  if (audiences.length === 0 || !audiences.every((name) => typeof name === 'string' && name !== '')) throw wrong('audience is this API’s resource identifier');
  if (!Array.isArray(options.algorithms) || options.algorithms.length === 0 || !options.algorithms.every((alg) => algorithms.includes(alg)))
    throw wrong(`algorithms are some of ${algorithms.join(', ')}`);
  if (!(Number.isFinite(options.clockSkew) && options.clockSkew >= 0 && options.clockSkew <= 60)) throw wrong('clockSkew is 0 to 60 seconds');
  for (const name of /** @type {const} */ (['jwksMaxAge', 'jwksLastKnownGood', 'statusLastKnownGood', 'minRefetchInterval', 'fetchTimeout']))
    if (!(Number.isFinite(options[name]) && options[name] > 0)) throw wrong(`${name} is seconds, more than 0`);
  if (!(Number.isInteger(options.mostProofs) && options.mostProofs >= 0)) throw wrong('mostProofs is a whole number');
  for (const name of /** @type {const} */ (['push', 'sharesFetches', 'requireStatus'])) if (typeof options[name] !== 'boolean') throw wrong(`${name} is true or false`);
  for (const name of /** @type {const} */ (['fetch', 'now', 'wait', 'onFault', 'spendProof', 'isNonce']))
    if (given[name] !== undefined && typeof given[name] !== 'function') throw wrong(`${name} is a function`);

  return Object.freeze({
    ...options,
    algorithms: Object.freeze([...options.algorithms]),
    issuer,
    audiences: Object.freeze(audiences),
    listsBelow: `${issuer}/status/`,
    jwksUri: given.jwksUri ?? `${issuer}/.well-known/jwks.json`,
    resourceMetadata: given.resourceMetadata && new URL(given.resourceMetadata).href,
    statusEventsUri: given.statusEventsUri ?? `${issuer}/status/events`,
    fetch: given.fetch ?? ((/** @type {string} */ url, /** @type {RequestInit} */ init) => globalThis.fetch(url, init)),
    now: given.now ?? Date.now,
    wait: given.wait ?? waitByTimer,
    onFault: unfailing(given.onFault),
    spendProof: given.spendProof,
    isNonce: given.isNonce,
  });
}

/** @typedef {ReturnType<typeof readOptions>} Options */

/** What is told of a failure must not become one. @param {import('../index.js').VerifierOptions['onFault']} told */
function unfailing(told) {
  return (/** @type {'jwks' | 'status' | 'stream'} */ what, /** @type {Error} */ error) => {
    try {
      told?.(what, error);
    } catch {
      // The caller's own reporting failed; there is nobody left to tell.
    }
  };
}

/** @param {unknown} text */
function issuerOf(text) {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { search, hash, username } = new URL(text);
  return isWebAddress(text) && !search && !hash && !username && !text.endsWith('/') ? text : undefined;
}

/** @param {unknown} text */
function isWebAddress(text) {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

/** @param {number} milliseconds @param {AbortSignal} [signal] ends the wait, without an error @returns {Promise<void>} */
function waitByTimer(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
}
