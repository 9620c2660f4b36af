/**
 * One piece of work at a time, for all who want it meanwhile. Its outcome is what it leaves behind, not what it returns.
 *
 * Where promises can't be shared between requests (Cloudflare's workers: the request that fetches may be cancelled, and its promise then never
 * settles), others look every now and then whether it is done, by a timer of their own, and take over when it should have been.
 */
export class Flight {
  #options;
  /** @type {Promise<void> | undefined} */
  #running;
  #since = 0;

  /** @param {import('./options.js').Options} options */
  constructor(options) {
    this.#options = options;
  }

  get isRunning() {
    return this.#running !== undefined && this.#options.now() - this.#since < this.#longest;
  }

  /** @param {() => Promise<void>} work that does not reject */
  run(work) {
    if (!this.isRunning) return this.#begin(work);
    return this.#options.sharesFetches ? /** @type {Promise<void>} */ (this.#running) : this.#watch(work);
  }

  /** @param {() => Promise<void>} work */
  #begin(work) {
    this.#since = this.#options.now();
    const mine = work().finally(() => {
      if (this.#running === mine) this.#running = undefined;
    });
    this.#running = mine;
    return mine;
  }

  /** @param {() => Promise<void>} work */
  async #watch(work) {
    const watched = this.#running;
    while (this.#running === watched && this.isRunning) await this.#options.wait(20);
    if (this.#running === watched) await this.#begin(work);
  }

  get #longest() {
    return this.#options.fetchTimeout * 1000 + 1000;
  }
}
