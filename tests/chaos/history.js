import { createHash } from 'node:crypto';

/**
 * What was asked and what was answered, with monotonic times (milliseconds since the run began). A record:
 * `{ op, asked, answered, outcome, … }`, where the outcome is `ok`, `refused` (the server's definite no) or `unknown` (no answer, or that
 * something is out of order), and the rest is whatever the operation is about, secrets by their name here.
 */
export class History {
  #began = performance.now();
  events = [];
  faults = [];

  /** The clock's zero is now. */
  begin() {
    this.#began = performance.now();
  }

  get now() {
    return performance.now() - this.#began;
  }

  /** Records one exchange; gives what `work` gave: at least an `outcome`. What is under `kept` stays out of the history. */
  async ask(op, facts, work) {
    const event = { op, ...facts, asked: this.now };
    const { kept, ...answer } = await work();
    Object.assign(event, answer, { answered: this.now });
    this.events.push(event);
    return { ...event, ...kept };
  }

  /** Something that happened without being asked. */
  note(op, facts) {
    this.events.push({ op, ...facts, asked: this.now, answered: this.now, outcome: 'ok' });
  }

  /** A fault, from its beginning until it was mended. */
  async fault(kind, target, work) {
    const fault = { kind, target, began: this.now, ended: Infinity };
    this.faults.push(fault);
    try {
      return await work(fault);
    } finally {
      fault.ended = this.now;
    }
  }
}

/** By what a code or a token is called in the history. */
export const nameOf = (secret) => createHash('sha256').update(secret).digest('base64url').slice(0, 12);
