import { setInterval as ticks } from 'node:timers/promises';

/** A clock that stands still until it is told otherwise; who waits by it wakes when it has moved far enough. */
export class Clock {
  #milliseconds;
  #waiting = new Set();

  constructor(milliseconds = 1_800_000_000_000) {
    this.#milliseconds = milliseconds;
  }

  now = () => this.#milliseconds;

  wait = (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const waiter = { until: this.#milliseconds + milliseconds, resolve };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', () => this.#wake(waiter), { once: true });
    });

  /** For so many seconds. */
  advance(seconds) {
    this.#milliseconds += seconds * 1000;
    for (const waiter of this.#waiting) if (waiter.until <= this.#milliseconds) this.#wake(waiter);
  }

  /** How many wait for a moment that has not come. */
  get waiting() {
    return this.#waiting.size;
  }

  #wake(waiter) {
    this.#waiting.delete(waiter);
    waiter.resolve();
  }
}

/** Asks again and again until the answer is neither false nor undefined; says what it waited for when it waited in vain. */
export async function until(what, condition, seconds = 20) {
  const deadline = performance.now() + seconds * 1000;
  for await (const _ of ticks(10)) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
  }
}
