/**
 * How far a document that is held may be trusted. `fresh`: use it. `stale`: use it, and fetch it again in the background. `overdue`: wait for a
 * new one; use this if none can be got. `gone`: beyond its bound, never use it.
 *
 * @typedef {'fresh' | 'stale' | 'overdue' | 'gone'} Freshness
 */

/**
 * A held list. All moments are seconds.
 *
 * @typedef {object} HeldList
 * @property {import('./status-bits.js').StatusBits} bits
 * @property {number} version ours; 0 for a list that says none
 * @property {number} known the highest version of which the stream told
 * @property {number} iat
 * @property {number} exp
 * @property {number} ttl
 * @property {number} confirmed the issuer's word, list or heartbeat, that last confirmed it: never later than its receipt
 * @property {number} received when that word arrived, by our clock
 * @property {Set<string>} signers the kids of the keys that signed what it says
 */

/**
 * @param {HeldList} list @param {{ statusLastKnownGood: number }} options seconds @param {number} now
 * @returns {Freshness}
 */
export function freshnessOfList(list, { statusLastKnownGood }, now) {
  // 1. Never past the exp that its issuer gave it, nor past the bound of the options.
  if (now >= list.exp || now >= list.confirmed + statusLastKnownGood) return 'gone';

  // 2. A change that we know we lack is worth waiting for.
  if (list.known > list.version) return 'overdue';

  // 3. Fresh for its ttl from the issuer's last word, and for a sixth of it from the receipt where our clock is ahead.
  if (now >= Math.max(list.confirmed + list.ttl, list.received + list.ttl / 6)) return 'overdue';

  // 4. The last third of that time, and of its life, is for fetching the next.
  const nearEnd = now >= Math.max(list.confirmed + (list.ttl * 2) / 3, list.received + list.ttl / 9);
  return nearEnd || now >= list.exp - (list.exp - list.iat) / 3 ? 'stale' : 'fresh';
}

/**
 * @param {number} confirmed when the key set was got, or a heartbeat last agreed @param {{ jwksMaxAge: number, jwksLastKnownGood: number }} options seconds @param {number} now
 * @returns {Freshness}
 */
export function freshnessOfKeys(confirmed, { jwksMaxAge, jwksLastKnownGood }, now) {
  const age = now - confirmed;
  if (age >= jwksLastKnownGood) return 'gone';
  if (age >= 2 * jwksMaxAge) return 'overdue';
  return age >= jwksMaxAge ? 'stale' : 'fresh';
}

/**
 * Which of two lists to keep: the higher version, or the later word on the same; the one just got where the other is beyond its bound.
 *
 * @param {HeldList | undefined} held @param {HeldList} got @param {{ statusLastKnownGood: number }} options @param {number} now
 */
export function newerList(held, got, options, now) {
  if (!held || freshnessOfList(held, options, now) === 'gone') return got;
  if (got.version < held.version || (got.version === held.version && got.iat < held.iat)) return held;
  got.known = Math.max(got.known, held.known);
  if (got.version === held.version && held.confirmed > got.confirmed) Object.assign(got, { confirmed: held.confirmed, received: held.received });
  return got;
}

/**
 * What an event means for a list: nothing new, a change to make, or one before it that we lack (then the list is fetched again).
 *
 * @param {HeldList} held @param {{ from: number, version: number, changes: [number, number, number][] }} event
 */
export function effectOfEvent(held, { from, version, changes }) {
  if (version <= held.version) return 'replay';
  return from <= held.version && held.bits.allows(changes) ? 'change' : 'gap';
}
