import { encode } from '../rules/base64url.js';
import { freshnessOfKeys } from '../rules/freshness.js';
import { importKeySet } from '../rules/keys.js';
import { refuse } from '../rules/refusals.js';
import { Flight } from './flight.js';
import { getDocument } from './http.js';

const limit = 256 * 1024;

/** Seconds between attempts while the issuer does not answer. */
export const retryPause = 1;

/** The issuer's keys as they were last got: stale-while-revalidate, and looked at again within the request that shows an unknown kid. */
export class KeyCache {
  #options;
  #flight;
  /** @type {import('../rules/keys.js').KeySet | undefined} */
  #set;
  #hash = '';
  #confirmed = -Infinity;
  #attempted = -Infinity;
  #told = -Infinity;

  /** Called when a key set took the place of another. @type {(keys: import('../rules/keys.js').KeySet) => void} */
  onChange = () => {};

  /** @param {import('./options.js').Options} options */
  constructor(options) {
    this.#options = options;
    this.#flight = new Flight(options);
  }

  get #now() {
    return this.#options.now() / 1000;
  }

  /** @returns {import('../rules/freshness.js').Freshness} */
  get freshness() {
    return this.#set ? freshnessOfKeys(this.#confirmed, this.#options, this.#now) : 'gone';
  }

  get confirmed() {
    return this.#set && this.#confirmed;
  }

  /** Whether the set held has a key of this name. @param {string} kid */
  has(kid) {
    return this.#set?.has(kid) ?? false;
  }

  /** The one key for a token, where the set held is fresh and has it. @param {string | undefined} kid @param {string} alg */
  fresh(kid, alg) {
    const found = this.freshness === 'fresh' ? this.#set?.select(kid, alg) : undefined;
    return found && 'key' in found ? found : undefined;
  }

  /**
   * The one key for a token: KeyUnknown, AlgorithmNotAllowed or KeysUnavailable otherwise.
   *
   * @param {string | undefined} kid @param {string} alg @param {import('./verifier.js').Background} background
   * @param {number} [interval] seconds that must lie between two fetches for the sake of an unknown kid
   */
  async select(kid, alg, background, interval = this.#options.minRefetchInterval) {
    // 1. Keys that are still good, fetched where they aren't.
    const freshness = this.freshness;
    if (freshness === 'stale') background(this.#refresh(retryPause));
    if (freshness === 'overdue' || freshness === 'gone') await this.#refresh(retryPause);
    const found = this.#find(kid, alg);
    if (!('refused' in found) || found.refused !== 'KeyUnknown') return found;

    // 2. A kid never seen: looked for at once, though not more than once in the interval.
    await this.#refresh(interval);
    return this.#find(kid, alg);
  }

  /**
   * What a heartbeat says of the key set: it is the one held, or it is another, to be fetched at once.
   *
   * @param {string} hash @param {number} iat seconds
   * @returns {Promise<void>}
   */
  async confirm(hash, iat) {
    const said = Math.min(iat, this.#now);
    // An older word than the last one is a replay, and tells nothing.
    if (said < this.#told) return;
    this.#told = said;
    // Twice: the first may join a fetch that began before the change.
    for (let i = 0; i < 2; i++) {
      if (this.#set && hash === this.#hash) {
        this.#confirmed = Math.max(this.#confirmed, said);
        return;
      }
      await this.#refresh(0);
    }
  }

  /** @param {string | undefined} kid @param {string} alg */
  #find(kid, alg) {
    if (!this.#set || this.freshness === 'gone') return refuse('KeysUnavailable', "the issuer's keys could not be had");
    return this.#set.select(kid, alg);
  }

  /** @param {number} pause seconds since the last attempt, unless one is under way @returns {Promise<void>} */
  async #refresh(pause) {
    if (this.#flight.isRunning || this.#now - this.#attempted >= pause) await this.#flight.run(() => this.#fetch());
  }

  async #fetch() {
    this.#attempted = this.#now;
    try {
      const bytes = await getDocument(this.#options, this.#options.jwksUri, { accept: 'application/jwk-set+json, application/json', limit });
      const set = await importKeySet(bytes, this.#options.algorithms);
      // A set without a key is an accident of the issuer's: the last good one serves on.
      if (!set || set.isEmpty) throw new Error(`${this.#options.jwksUri} has no key that can be used`);
      const hash = encode(new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (bytes))));
      const isOther = hash !== this.#hash;
      this.#set = set;
      this.#hash = hash;
      this.#confirmed = this.#now;
      if (isOther) this.onChange(set);
    } catch (error) {
      this.#options.onFault('jwks', /** @type {Error} */ (error));
    }
  }
}
