import { readStatusReference, refuseAsked, refuseClaims, refuseStatus } from '../rules/claims.js';
import { challengeOf, statusOf } from '../rules/challenge.js';
import { maxTokenLength } from '../rules/jws.js';
import { pointingTo } from '../rules/protected-resource.js';
import { meanings, refuse } from '../rules/refusals.js';
import { EventStream } from './event-stream.js';
import { KeyCache } from './key-cache.js';
import { readOptions } from './options.js';
import { Signed } from './signed.js';
import { StatusLists } from './status-lists.js';

export { refusals } from '../rules/refusals.js';

/**
 * What is done after the answer: a promise that never rejects.
 *
 * @typedef {(work: Promise<void>) => void} Background
 */

const asks = ['scope', 'maxAge', 'acrValues', 'waitUntil'];

/** A token that is refused. Its message names the reason and nothing of the token. */
export class Refused extends Error {
  name = 'Refused';

  /** @param {ReturnType<typeof refuse>} refusal @param {import('../index.js').Asked} [asked] @param {string} [metadata] */
  constructor({ refused, detail }, asked, metadata) {
    super(`${refused}: ${meanings[refused]}`);
    this.reason = refused;
    this.detail = detail;
    this.status = statusOf(refused);
    this.challenge = pointingTo(challengeOf(refused, asked), metadata);
  }
}

/** @param {string | null | undefined} authorization */
export function bearerToken(authorization) {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1];
}

/** @param {import('../index.js').VerifierOptions} given @returns {import('../index.js').Verifier} */
export function createVerifier(given) {
  const options = readOptions(given);
  const keys = new KeyCache(options);
  const tokens = new Signed(options, keys, { typ: 'at+jwt', maxLength: maxTokenLength });
  const lists = new StatusLists(options, keys);
  const stream = new EventStream(options, keys, lists);
  keys.onChange = () => lists.dropForeign();

  /** @param {string | null | undefined} token @param {import('../index.js').Asked} asked @param {Background} background */
  async function decide(token, asked, background) {
    // 1. The kind of token, its signature (RFC 9068 §4).
    if (token === undefined || token === null || token === '') return refuse('TokenMissing', 'no token');
    const signed = await tokens.verify(token, background);
    if ('refused' in signed) return signed;
    const { claims } = signed;

    // 2. Issuer, audience, times, proof of possession.
    const now = options.now() / 1000;
    const refused = refuseClaims(claims, options, now);
    if (refused) return refused;

    // 3. Status, of a token that is otherwise good (draft-ietf-oauth-status-list §8.3).
    stream.start();
    const reference = readStatusReference(claims, options.listsBelow);
    if (reference && 'refused' in reference) return reference;
    if (!reference && options.requireStatus) return refuse('StatusMissing', 'status is absent');
    const bits = reference && lists.fresh(reference.uri);
    const taken = bits ? refuseStatus(bits.get(reference.index)) : reference && (await lists.check(reference, background));
    if (taken) return taken;

    // 4. What this request needs (RFC 6750 §3.1, RFC 9470 §3).
    return refuseAsked(claims, asked, now) ?? { claims };
  }

  return Object.freeze({
    async verify(/** @type {string | null | undefined} */ token, /** @type {import('../index.js').Asked} */ asked = {}) {
      checkAsked(asked);
      const outcome = await decide(token, asked, asked.waitUntil ?? (() => {}));
      if ('refused' in outcome) throw new Refused(outcome, asked, options.resourceMetadata);
      return /** @type {import('../index.js').AccessTokenClaims} */ (outcome.claims);
    },
    health: () => ({ push: stream.state, keys: { freshness: keys.freshness, confirmed: keys.confirmed }, lists: lists.state }),
    close: () => stream.close(),
  });
}

/** A misspelt or malformed demand is a bug that would let tokens through, so it throws. @param {import('../index.js').Asked} asked */
function checkAsked(asked) {
  for (const name in asked) if (!asks.includes(name)) throw new TypeError(`verify: there is nothing called ${name} to ask for`);
  const { scope, maxAge, acrValues } = asked;
  // They are written into a header: printable ASCII without quotes and backslashes.
  if (scope !== undefined && !(typeof scope === 'string' && /^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(scope))) throw new TypeError('verify: scope is names with a space between');
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0)) throw new TypeError('verify: maxAge is whole seconds');
  if (acrValues !== undefined && !(Array.isArray(acrValues) && acrValues.length > 0 && acrValues.every((acr) => /^[!#-[\]-~]+$/.test(acr))))
    throw new TypeError('verify: acrValues are names of classes');
}
