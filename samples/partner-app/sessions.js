import { randomBytes } from 'node:crypto';

const IDLE = 30 * 60 * 1000;
const ABSOLUTE = 8 * 60 * 60 * 1000;
const LIMIT = 10_000;

/**
 * This app's own sessions, in memory. The browser holds an opaque id and nothing else; the tokens stay here.
 * A session ends after 30 minutes without use, or 8 hours after it was made. At the limit the longest unused one makes room.
 */
export class Sessions {
  #byId = new Map();

  create(content) {
    if (this.#byId.size >= LIMIT) this.#byId.delete(this.#byId.keys().next().value);
    const id = randomBytes(32).toString('base64url');
    const now = Date.now();
    this.#byId.set(id, { content, madeAt: now, usedAt: now });
    return id;
  }

  find(id) {
    const entry = this.#byId.get(id);
    if (!entry) return undefined;
    this.#byId.delete(id);
    const now = Date.now();
    if (now - entry.usedAt > IDLE || now - entry.madeAt > ABSOLUTE) return undefined;
    entry.usedAt = now;
    // Put back at the end: the map's order is the order of use.
    this.#byId.set(id, entry);
    return entry.content;
  }

  end(id) {
    this.#byId.delete(id);
  }

  /** Ends those of which this is true of the content, in whatever browser they are. */
  endWhere(isMeant) {
    for (const [id, { content }] of this.#byId) {
      if (isMeant(content)) this.#byId.delete(id);
    }
  }
}
