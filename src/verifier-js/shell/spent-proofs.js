/** The proofs that this verifier has seen, for as long as they would be accepted: a bounded number of them. */
export class SpentProofs {
  #most;
  /** @type {Map<string, number>} */
  #seen = new Map();
  #swept = 0;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  /** True for the first, undefined where there is no room. @param {string} proof @param {number} expires @param {number} now both in seconds */
  spend(proof, expires, now) {
    if (now - this.#swept >= 1) this.#sweep(now);
    if (this.#seen.has(proof)) return false;
    if (this.#seen.size >= this.#most) return undefined;
    this.#seen.set(proof, expires);
    return true;
  }

  /** Once a second at most, all are looked at. @param {number} now */
  #sweep(now) {
    this.#swept = now;
    for (const [proof, expires] of this.#seen) if (expires <= now) this.#seen.delete(proof);
  }
}
