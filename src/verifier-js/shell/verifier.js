import { readStatusReference, refuseAsked, refuseBound, refuseClaims, refuseStatus } from '../rules/claims.js';
import { challengeOf, statusOf } from '../rules/challenge.js';
import { maxTokenLength } from '../rules/jws.js';
import { pointingTo } from '../rules/protected-resource.js';
import { hash, judgeSender } from '../rules/proof.js';
import { meanings, refuse } from '../rules/refusals.js';
import { EventStream } from './event-stream.js';
import { KeyCache } from './key-cache.js';
import { readOptions } from './options.js';
import { Signed } from './signed.js';
import { SpentProofs } from './spent-proofs.js';
import { StatusLists } from './status-lists.js';

export { refusals } from '../rules/refusals.js';

/**
 * What is done after the answer: a promise that never rejects.
 *
 * @typedef {(work: Promise<void>) => void} Background
 */

const asks = ['scope', 'maxAge', 'acrValues', 'sender', 'waitUntil'];
const senderHas = ['scheme', 'proof', 'method', 'url', 'certificateThumbprint'];

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

/** @param {string | null | undefined} authorization */
export function sentToken(authorization) {
  const sent = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '');
  return sent ? { scheme: /** @type {'Bearer' | 'DPoP'} */ (sent[1].toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer'), token: sent[2] } : undefined;
}

/** @param {import('../index.js').VerifierOptions} given @returns {import('../index.js').Verifier} */
export function createVerifier(given) {
  const options = readOptions(given);
  const keys = new KeyCache(options);
  const tokens = new Signed(options, keys, { typ: 'at+jwt', maxLength: maxTokenLength });
  const lists = new StatusLists(options, keys);
  const stream = new EventStream(options, keys, lists);
  const spent = new SpentProofs(options.mostProofs);
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
    const refused = refuseClaims(claims, options, now) ?? (asked.sender ? undefined : refuseBound(claims));
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
    const unmet = refuseAsked(claims, asked, now);
    return unmet ?? (asked.sender && (await judge(claims, token, asked.sender))) ?? { claims };
  }

  /** 5. What the request proves (RFC 9449 §7, RFC 8705 §3); a proof is used up last. @param {Record<string, any>} claims @param {string} token @param {import('../index.js').Sender} sender */
  async function judge(claims, token, sender) {
    const now = options.now() / 1000;
    const proof = await judgeSender(claims, token, sender, options, now);
    if (!proof || 'refused' in proof) return proof;
    const name = await hash(`${proof.jkt} ${proof.jti}`);
    const first = options.spendProof ? await options.spendProof(name, proof.expires) : spent.spend(name, proof.expires, now);
    if (first === undefined) return refuse('ProofsTooMany', `${options.mostProofs} proofs are remembered`);
    return first ? undefined : refuse('ProofReplayed', 'jti was seen before');
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
  const { scope, maxAge, acrValues, sender } = asked;
  for (const name in sender) if (!senderHas.includes(name)) throw new TypeError(`verify: a sender has nothing called ${name}`);
  // They are written into a header: printable ASCII without quotes and backslashes.
  if (scope !== undefined && !(typeof scope === 'string' && /^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(scope))) throw new TypeError('verify: scope is names with a space between');
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0)) throw new TypeError('verify: maxAge is whole seconds');
  if (acrValues !== undefined && !(Array.isArray(acrValues) && acrValues.length > 0 && acrValues.every((acr) => /^[!#-[\]-~]+$/.test(acr))))
    throw new TypeError('verify: acrValues are names of classes');
}
