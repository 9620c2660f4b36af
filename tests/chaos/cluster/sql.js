import { createConnection } from 'node:net';
import { once } from 'node:events';

/**
 * One connection to PostgreSQL, as much of its protocol as the harness needs: simple queries by an account that is trusted. It is also what
 * fills a connection pool: it costs a socket.
 */
export class Sql {
  #socket;
  #buffer = Buffer.alloc(0);
  #waiting = [];

  static async connect(port, { user = 'idp', database = 'idp' } = {}) {
    const sql = new Sql();
    sql.#socket = createConnection({ host: '127.0.0.1', port });
    sql.#socket.on('error', (error) => sql.#end(error)).on('close', () => sql.#end(new Error('the connection to PostgreSQL was closed')));
    sql.#socket.on('data', (bytes) => sql.#take(bytes));
    await once(sql.#socket, 'connect');
    const words = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0chaos\0\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(words.length + 8, 0);
    head.writeInt32BE(196608, 4);
    await sql.#ask(Buffer.concat([head, words]));
    return sql;
  }

  /** The rows of the last statement, each a list of texts. */
  query(text) {
    const words = Buffer.from(`${text}\0`);
    const head = Buffer.alloc(5);
    head.write('Q', 0);
    head.writeInt32BE(words.length + 4, 1);
    return this.#ask(Buffer.concat([head, words]));
  }

  close() {
    this.#socket.destroy();
  }

  #ask(bytes) {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the connection to PostgreSQL was closed'));
      this.#waiting.push({ resolve, reject, rows: [], error: undefined });
      this.#socket.write(bytes);
    });
  }

  #end(error) {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #take(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    while (this.#buffer.length >= 5 && this.#buffer.length > this.#buffer.readInt32BE(1)) {
      const length = this.#buffer.readInt32BE(1) + 1;
      this.#message(String.fromCharCode(this.#buffer[0]), this.#buffer.subarray(5, length));
      this.#buffer = this.#buffer.subarray(length);
    }
  }

  #message(kind, body) {
    const [current] = this.#waiting;
    if (!current) return;
    if (kind === 'D') current.rows.push(fieldsOf(body));
    if (kind === 'E') current.error = new Error(errorOf(body));
    if (kind !== 'Z') return;
    this.#waiting.shift();
    if (current.error) current.reject(current.error);
    else current.resolve(current.rows);
  }
}

/** One question on a connection of its own. */
export async function ask(port, text, options) {
  const sql = await Sql.connect(port, options);
  try {
    return await sql.query(text);
  } finally {
    sql.close();
  }
}

function fieldsOf(body) {
  const fields = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at);
    at += 4;
    fields.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(0, length);
  }
  return fields;
}

function errorOf(body) {
  const parts = body.toString('utf8').split('\0').filter(Boolean);
  const part = (name) => parts.find((text) => text[0] === name)?.slice(1);
  return `${part('C')}: ${part('M')}`;
}
