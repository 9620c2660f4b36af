import { effectOfEvent, freshnessOfList, newerList } from '../rules/freshness.js';
import { refuseStatus } from '../rules/claims.js';
import { refuse } from '../rules/refusals.js';
import { maxDocumentLength, readStatusList } from '../rules/status-documents.js';
import { Flight } from './flight.js';
import { TooLong, getDocument } from './http.js';
import { retryPause } from './key-cache.js';
import { Signed } from './signed.js';

/** Lists held at once: beyond it, the one that came first goes. */
const maxLists = 256;
const maxPending = 1000;
const text = new TextDecoder();

/** What a refusal of a list's own JWT means for the token that refers to it. */
const outcomes = /** @type {Record<string, import('../index.js').Refusal>} */ ({ TokenMalformed: 'StatusListMalformed', KeysUnavailable: 'StatusUnavailable' });

/**
 * @typedef {NonNullable<ReturnType<typeof import('../rules/status-documents.js').readStatusEvent>>} StatusEvent
 * @typedef {object} Entry
 * @property {string} uri
 * @property {import('../rules/freshness.js').HeldList} [held]
 * @property {number} known the highest version of which the stream told
 * @property {Flight} flight
 * @property {number} vain when a fetch last brought nothing, or not what was looked for; seconds
 * @property {import('../index.js').Refusal} failure why the last fetch brought nothing
 * @property {{ event: StatusEvent, kid: string }[]} pending events that arrived while the list was being fetched
 */

/** The issuer's status lists, as far as tokens have referred to them. */
export class StatusLists {
  #options;
  #keys;
  #signed;
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  /** @param {import('./options.js').Options} options @param {import('./key-cache.js').KeyCache} keys */
  constructor(options, keys) {
    this.#options = options;
    this.#keys = keys;
    this.#signed = new Signed(options, keys, { typ: 'statuslist+jwt', maxLength: maxDocumentLength });
  }

  get #now() {
    return this.#options.now() / 1000;
  }

  /** The statuses of a list that is held and fresh. @param {string} uri */
  fresh(uri) {
    const held = this.#entries.get(uri)?.held;
    return held && freshnessOfList(held, this.#options, this.#now) === 'fresh' ? held.bits : undefined;
  }

  /**
   * Why the token of a reference is refused; undefined when its status is valid.
   *
   * @param {{ uri: string, index: number }} reference @param {import('./verifier.js').Background} background
   */
  async check({ uri, index }, background) {
    const entry = this.#entries.get(uri) ?? this.#add(uri);
    // 1. A list that is still good; a fresher one if it is time.
    const freshness = this.#freshnessOf(entry);
    if (freshness === 'stale') background(this.#refresh(entry));
    if (freshness === 'overdue' || freshness === 'gone') await this.#refresh(entry);
    if (!entry.held || this.#freshnessOf(entry) === 'gone') return refuse(entry.failure, 'no list that is good');
    // 2. The value in it.
    return refuseStatus(entry.held.bits.get(index));
  }

  /** What is held, for the operator. */
  get state() {
    return [...this.#entries.values()].map((entry) => ({
      uri: entry.uri,
      version: entry.held?.version,
      known: entry.known,
      confirmed: entry.held?.confirmed,
      freshness: this.#freshnessOf(entry),
    }));
  }

  /** A change that the stream told of. @param {StatusEvent} event @param {string} kid of the key that signed it */
  apply(event, kid) {
    const entry = this.#entries.get(event.uri);
    if (!entry) return;
    if (entry.flight.isRunning && entry.pending.length < maxPending) entry.pending.push({ event, kid });
    if (this.#change(entry, event, kid) === 'gap') this.#learn(entry, event.version);
  }

  /** The versions of all live lists, as a heartbeat gives them. @param {ReadonlyMap<string, number>} versions @param {number} iat seconds */
  confirm(versions, iat) {
    for (const entry of this.#entries.values()) {
      // A list that no token has needed for so long is not kept alive.
      if (entry.held && this.#freshnessOf(entry) === 'gone' && !entry.flight.isRunning) {
        this.#entries.delete(entry.uri);
        continue;
      }
      const version = versions.get(entry.uri);
      const { held } = entry;
      if (version === undefined) continue;
      if (held && version === held.version) {
        const confirmed = Math.min(iat, this.#now);
        if (confirmed > held.confirmed) Object.assign(held, { confirmed, received: this.#now });
      } else if (!held || version > held.version) this.#learn(entry, version);
    }
  }

  /** Forgets what a key signed that is no longer the issuer's. */
  dropForeign() {
    for (const entry of this.#entries.values())
      if (entry.held && ![...entry.held.signers].every((kid) => this.#keys.has(kid))) entry.held = undefined;
  }

  /** @param {Entry} entry @returns {import('../rules/freshness.js').Freshness} */
  #freshnessOf({ held }) {
    return held ? freshnessOfList(held, this.#options, this.#now) : 'gone';
  }

  /** @param {string} uri @returns {Entry} */
  #add(uri) {
    if (this.#entries.size >= maxLists) this.#entries.delete(/** @type {string} */ (this.#entries.keys().next().value));
    const entry = /** @type {Entry} */ ({ uri, known: 0, flight: new Flight(this.#options), vain: -Infinity, failure: 'StatusUnavailable', pending: [] });
    this.#entries.set(uri, entry);
    return entry;
  }

  /** @param {Entry} entry @param {StatusEvent} event @param {string} kid */
  #change({ held }, event, kid) {
    if (!held) return 'gap';
    const effect = effectOfEvent(held, event);
    if (effect === 'change') {
      held.bits.set(event.changes);
      held.version = event.version;
      held.signers.add(kid);
    }
    return effect;
  }

  /** There is a version that we lack: a list that is held is fetched at once. @param {Entry} entry @param {number} version */
  #learn(entry, version) {
    entry.known = Math.max(entry.known, version);
    if (!entry.held) return;
    entry.held.known = Math.max(entry.held.known, version);
    void this.#refresh(entry);
  }

  /** @param {Entry} entry @returns {Promise<void>} */
  async #refresh(entry) {
    if (entry.flight.isRunning || this.#now - entry.vain >= retryPause) await entry.flight.run(() => this.#fetch(entry));
  }

  /** @param {Entry} entry */
  async #fetch(entry) {
    entry.pending = [];
    entry.vain = this.#now;
    try {
      const got = await this.#get(entry.uri);
      if ('refused' in got) {
        entry.failure = outcomes[got.refused] ?? (got.refused.startsWith('Status') ? got.refused : 'StatusListUntrusted');
        this.#options.onFault('status', new Error(`${entry.uri}: ${entry.failure}: ${got.detail}`));
        return;
      }
      got.known = Math.max(got.known, entry.known);
      entry.held = newerList(entry.held, got, this.#options, this.#now);
      for (const { event, kid } of entry.pending) this.#change(entry, event, kid);
      // A cache on the way may still have the version before: then there is no point in asking again at once.
      if (entry.held.version >= entry.held.known) entry.vain = -Infinity;
    } catch (error) {
      entry.failure = error instanceof TooLong ? 'StatusListTooLarge' : 'StatusUnavailable';
      this.#options.onFault('status', /** @type {Error} */ (error));
    } finally {
      entry.pending = [];
    }
  }

  /** @param {string} uri */
  async #get(uri) {
    const bytes = await getDocument(this.#options, uri, { accept: 'application/statuslist+jwt', limit: maxDocumentLength });
    // An unknown kid here comes from the issuer's own address: no stranger can make us fetch the keys by it.
    const signed = await this.#signed.verify(text.decode(bytes), () => {}, retryPause);
    if ('refused' in signed) return signed;
    const { issuer, clockSkew } = this.#options;
    const list = await readStatusList(signed.claims, { issuer, uri, clockSkew }, this.#now);
    if ('refused' in list) return list;
    // The key may have been revoked while the list was read.
    if (!this.#keys.has(signed.kid)) return refuse('StatusListUntrusted', 'its key is no longer the issuer’s');
    const now = this.#now;
    return { ...list, known: list.version, confirmed: Math.min(list.iat, now), received: now, signers: new Set([signed.kid]) };
  }
}
