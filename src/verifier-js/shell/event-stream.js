import { EventParser } from '../rules/sse.js';
import { maxDocumentLength, readHeartbeat, readStatusEvent } from '../rules/status-documents.js';
import { Unreachable, get } from './http.js';
import { retryPause } from './key-cache.js';
import { Signed } from './signed.js';

/** Milliseconds without an event or a heartbeat after which the stream is lost. */
const silence = 25_000;
const shortestPause = 100;
const longestPause = 30_000;

/** The issuer's stream of status events, kept open by itself: resumed where it ended, with growing pauses while it fails. */
export class EventStream {
  #options;
  #keys;
  #lists;
  #events;
  #heartbeats;
  #closed = new AbortController();
  /** The last event that was taken. @type {string | undefined} */
  #id;
  /** The last connection with an id was refused, so the next comes without: a page may send the header only where the issuer's CORS says so. */
  #withoutId = false;
  #retry = 1000;
  #last = 0;
  /** @type {'off' | 'idle' | 'open' | 'lost'} */
  state;

  /** @param {import('./options.js').Options} options @param {import('./key-cache.js').KeyCache} keys @param {import('./status-lists.js').StatusLists} lists */
  constructor(options, keys, lists) {
    this.#options = options;
    this.#keys = keys;
    this.#lists = lists;
    this.#events = new Signed(options, keys, { typ: 'statusevent+jwt', maxLength: maxDocumentLength });
    this.#heartbeats = new Signed(options, keys, { typ: 'statusheartbeat+jwt', maxLength: maxDocumentLength });
    this.state = options.push ? 'idle' : 'off';
  }

  /** Opens it at the first use: nothing is asked of the issuer before a token comes. */
  start() {
    if (this.state !== 'idle') return;
    this.state = 'lost';
    void this.#run();
  }

  close() {
    this.state = 'off';
    this.#closed.abort();
  }

  async #run() {
    const { signal } = this.#closed;
    for (let failures = 0; !signal.aborted; ) {
      failures = (await this.#listen()) ? 0 : failures + 1;
      // Some of it by chance, so that a thousand verifiers don't all come back at once.
      const pause = Math.min(longestPause, this.#retry * 2 ** Math.min(failures, 8));
      if (!signal.aborted) await this.#options.wait(pause * (0.5 + Math.random() / 2), signal);
    }
  }

  /** One connection to its end. Whether it was a good one: something was heard, and nothing forged. */
  async #listen() {
    const connection = new AbortController();
    const signal = AbortSignal.any([connection.signal, this.#closed.signal]);
    let heard = false;
    this.#last = this.#options.now();
    void this.#watch(connection, signal);
    try {
      const { headers, body } = await this.#open(signal);
      if (!headers.get('content-type')?.startsWith('text/event-stream')) throw new Unreachable(`${this.#options.statusEventsUri} is no event stream`);
      for await (const event of eventsOf(body, (retry) => (this.#retry = Math.min(Math.max(retry, shortestPause), longestPause)))) {
        if (signal.aborted) break;
        if (!(await this.#take(event))) continue;
        if (event.id) this.#id = event.id;
        this.#last = this.#options.now();
        heard = true;
        if (!signal.aborted) this.state = 'open';
      }
    } catch (error) {
      // What can't be believed would come again to whoever resumes before it, a revoked key's event for one: the stream begins anew.
      if (error instanceof Untrusted) {
        heard = false;
        this.#id = undefined;
      }
      if (!this.#closed.signal.aborted) this.#options.onFault('stream', /** @type {Error} */ (error));
    }
    connection.abort();
    if (this.state !== 'off') this.state = 'lost';
    return heard;
  }

  /** @param {AbortSignal} signal */
  async #open(signal) {
    /** @type {Record<string, string>} */
    const resume = this.#id === undefined || this.#withoutId ? {} : { 'last-event-id': this.#id };
    // Whoever comes without it misses nothing: the heartbeat that opens a stream names the version of every list.
    this.#withoutId = 'last-event-id' in resume;
    const answer = await get(this.#options, this.#options.statusEventsUri, { accept: 'text/event-stream', ...resume }, signal);
    this.#withoutId = false;
    return answer;
  }

  /** Ends a connection on which nothing comes any more. @param {AbortController} connection @param {AbortSignal} signal */
  async #watch(connection, signal) {
    for (let left = silence; left > 0 && !signal.aborted; left = this.#last + silence - this.#options.now()) await this.#options.wait(left, signal);
    connection.abort(new Unreachable('nothing was heard on the event stream'));
  }

  /** Whether it was a word of the issuer's that we understand. @param {{ name: string, data: string }} event */
  async #take({ name, data }) {
    if (name === 'status') {
      const { claims, kid } = await trusted(this.#events, data);
      const event = readStatusEvent(claims, this.#options.issuer);
      if (!event) throw new Untrusted('a status event that is none');
      this.#lists.apply(event, kid);
      return true;
    }
    if (name === 'heartbeat') {
      const { claims } = await trusted(this.#heartbeats, data);
      const heartbeat = readHeartbeat(claims, this.#options.issuer);
      if (!heartbeat) throw new Untrusted('a heartbeat that is none');
      this.#lists.confirm(heartbeat.versions, heartbeat.iat);
      void this.#keys.confirm(heartbeat.keys, heartbeat.iat);
      return true;
    }
    return false;
  }
}

/** What came on the stream is not the issuer's. */
class Untrusted extends Error {
  name = 'Untrusted';
}

/** @param {Signed} kind @param {string} token */
async function trusted(kind, token) {
  const signed = await kind.verify(token, () => {}, retryPause);
  if ('refused' in signed) throw new Untrusted(`on the event stream: ${signed.refused}: ${signed.detail}`);
  return signed;
}

/** @param {EventParser} parser @param {string} text */
function fed(parser, text) {
  try {
    return parser.feed(text);
  } catch (error) {
    throw new Untrusted(/** @type {Error} */ (error).message);
  }
}

/** @param {ReadableStream<Uint8Array>} body @param {(milliseconds: number) => void} onRetry */
async function* eventsOf(body, onRetry) {
  const parser = new EventParser();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = fed(parser, decoder.decode(value, { stream: true }));
    if (parser.retry !== undefined) onRetry(parser.retry);
    yield* events;
  }
}
