/** An event's text may be so long, in characters: a signed document and a little. */
const maxEventLength = 1024 * 1024 + 1024;

/**
 * A parser of server-sent events (HTML, "Server-sent events", §9.2.6), fed with text as it arrives. Throws on an event beyond the bound.
 * The id of the last event that had one, and the server's wish for the pause before a reconnection, are members.
 */
export class EventParser {
  #buffer = '';
  #name = '';
  /** @type {string[]} */
  #data = [];
  #length = 0;
  #started = false;
  /** @type {string | undefined} */
  id;
  /** Milliseconds. @type {number | undefined} */
  retry;

  /** @param {string} text @returns {{ name: string, data: string, id: string | undefined }[]} the events that this text completes */
  feed(text) {
    // A byte order mark may open the stream.
    if (!this.#started && text.length > 0) {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    // A CR at the end may be the first half of CRLF: it waits for what comes next.
    const whole = this.#buffer + text;
    const lines = whole.split(/\r\n|\n|\r(?!$)/);
    this.#buffer = lines.pop() ?? '';
    const events = lines.flatMap((line) => this.#line(line));
    if (this.#buffer.length + this.#length > maxEventLength) throw new Error('an event beyond the bound');
    return events;
  }

  /** @param {string} line */
  #line(line) {
    if (line === '') return this.#dispatch();
    this.#length += line.length;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    if (field === 'data') this.#data.push(value);
    if (field === 'id' && !value.includes('\0')) this.id = value;
    if (field === 'retry' && /^\d{1,9}$/.test(value)) this.retry = Number(value);
    return [];
  }

  #dispatch() {
    const event = { name: this.#name || 'message', data: this.#data.join('\n'), id: this.id };
    const isEmpty = this.#data.length === 0;
    this.#name = '';
    this.#data = [];
    this.#length = 0;
    return isEmpty ? [] : [event];
  }
}
