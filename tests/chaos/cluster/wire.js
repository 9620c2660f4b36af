import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';

/** What lies between one node and the database: it can be cut, made deaf, made slow, or led to another database. */
export class Wire {
  #server;
  #pairs = new Set();
  #target;
  #cut = false;
  #deaf = false;
  #delay = 0;

  static async lay(target) {
    const wire = new Wire();
    wire.#target = target;
    wire.#server = createServer((near) => wire.#join(near)).listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    wire.port = wire.#server.address().port;
    return wire;
  }

  /** Ends every connection, and each new one at once. */
  cut() {
    this.#cut = true;
    this.#drop();
  }

  /** Takes connections and bytes and passes nothing on: a network that loses packets. */
  deafen() {
    this.#deaf = true;
    for (const { near, far } of this.#pairs) [near, far].forEach((socket) => socket.pause());
  }

  /** Every piece takes so many milliseconds more, each way. */
  slow(milliseconds) {
    this.#delay = milliseconds;
  }

  mend() {
    this.#cut = false;
    this.#delay = 0;
    if (this.#deaf) {
      this.#deaf = false;
      // What was under way is lost: TCP would have given up or resent; the ends find out now.
      this.#drop();
    }
  }

  /** Leads new connections elsewhere and ends those that there are. */
  lead(target) {
    this.#target = target;
    this.#drop();
  }

  close() {
    this.#drop();
    this.#server.close();
  }

  #drop() {
    for (const { near, far } of this.#pairs) [near, far].forEach((socket) => socket.destroy());
  }

  #join(near) {
    near.on('error', () => {});
    if (this.#cut) return near.destroy();
    const far = createConnection({ host: '127.0.0.1', port: this.#target });
    const pair = { near, far };
    this.#pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.setNoDelay(true);
      from.on('data', (bytes) => this.#pass(bytes, to));
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#deaf) [near, far].forEach((socket) => socket.pause());
    return undefined;
  }

  #pass(bytes, to) {
    if (this.#delay > 0) setTimeout(() => to.writable && to.write(bytes), this.#delay);
    else to.write(bytes);
  }
}
