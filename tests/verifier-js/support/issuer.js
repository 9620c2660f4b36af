import { createHash, createSign, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { deflateSync } from 'node:zlib';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';

/** A name of a list that the issuer serves. */
const listPath = /^\/status\/([A-Za-z0-9_-]+)$/;
const generated = new Map();

/** A signing key: made once for each name and algorithm in a process, since RSA keys are slow to find. */
export async function signingKey(kid, alg = 'RS256') {
  const name = `${kid} ${alg}`;
  if (!generated.has(name)) generated.set(name, await generateKeyPair(alg, { modulusLength: 2048, extractable: true }));
  const { privateKey, publicKey } = generated.get(name);
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs anything as a compact JWS, by jose. */
export function sign(claims, key, header = {}) {
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
}

/** Signs a header that no library would write: its text as it is, by RS256. */
export function signRaw(header, payload, key) {
  const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${input}.${createSign('RSA-SHA256').update(input).sign(key.privateKey, 'base64url')}`;
}

/** A status list in the making: bytes, and what its token says. */
export class TestList {
  version = 0;
  /** What the next answers say differently. */
  claims = {};
  header = {};
  key;
  body;
  gone = false;

  constructor(uri, bits = 2, bytes = new Uint8Array(64)) {
    Object.assign(this, { uri, bits, bytes });
  }

  set(index, value) {
    const perByte = 8 / this.bits;
    const shift = (index % perByte) * this.bits;
    const at = Math.floor(index / perByte);
    this.bytes[at] = (this.bytes[at] & ~(((1 << this.bits) - 1) << shift)) | (value << shift);
  }
}

/** A real HTTP issuer that signs with jose, serves keys, lists and the event stream, and can misbehave in every way. */
export class Issuer {
  keys = [];
  lists = new Map();
  streams = new Set();
  /** How often each path was asked for, and with which Last-Event-ID the stream was. */
  asked = new Map();
  resumed = [];
  /** No answer at all: connections are cut. */
  down = false;
  /** Answers other than the usual, by path: (response) => void. */
  instead = new Map();
  /** What each new stream hears at once. */
  greeting = async () => [];
  #server;
  #now;

  /** @param now milliseconds, as Date.now */
  static async start({ now = Date.now } = {}) {
    const issuer = new Issuer();
    issuer.#now = now;
    issuer.keys = [await signingKey('one')];
    issuer.#server = createServer((request, response) => issuer.#answer(request, response).catch(() => response.destroy()));
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    issuer.url = `http://127.0.0.1:${issuer.#server.address().port}`;
    return issuer;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get seconds() {
    return Math.floor(this.#now() / 1000);
  }

  get jwks() {
    return JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) });
  }

  count(path) {
    return this.asked.get(path) ?? 0;
  }

  list(name, bits, bytes) {
    const list = new TestList(`${this.url}/status/${name}`, bits, bytes);
    this.lists.set(name, list);
    return list;
  }

  /** The claims of an access token that is good for `https://api.example/`. */
  claims(changes = {}) {
    const now = this.seconds;
    const claims = { iss: this.url, sub: 'ada', aud: 'https://api.example/', client_id: 'app', scope: 'read write', jti: randomUUID(), iat: now, exp: now + 600, ...changes };
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  }

  token(changes = {}, { key = this.keys[0], header = {} } = {}) {
    return sign(this.claims(changes), key, { typ: 'at+jwt', ...header });
  }

  tokenOf(list, index, changes = {}, signing = {}) {
    return this.token({ status: { status_list: { uri: list.uri, idx: index } }, ...changes }, signing);
  }

  listToken(list) {
    if (list.body) return list.body;
    const { version: ver, bits, bytes } = list;
    const lst = deflateSync(bytes, { level: 9 }).toString('base64url');
    const claims = { iss: this.url, sub: list.uri, iat: this.seconds, exp: this.seconds + 600, ttl: 60, ver, status_list: { bits, lst }, ...list.claims };
    return sign(claims, list.key ?? this.keys[0], { typ: 'statuslist+jwt', ...list.header });
  }

  /** Sets statuses and says so on the streams: the text of the event. */
  async change(list, changes, { id = list.version + 1, from = list.version, key = this.keys[0], header = {}, claims = {} } = {}) {
    for (const [first, count, value] of changes) for (let index = first; index < first + count; index++) list.set(index, value);
    list.version++;
    const said = { iss: this.url, iat: this.seconds, sub: list.uri, prev: from, ver: list.version, changes, ...claims };
    return `event: status\nid: ${id}\ndata: ${await sign(said, key, { typ: 'statusevent+jwt', ...header })}\n\n`;
  }

  async heartbeat({ id = 0, key = this.keys[0], header = {}, claims = {} } = {}) {
    const lists = Object.fromEntries([...this.lists.values()].map(({ uri, version }) => [uri, version]));
    const jwks = createHash('sha256').update(this.jwks).digest('base64url');
    const said = { iss: this.url, iat: this.seconds, lists, jwks, ...claims };
    return `event: heartbeat\nid: ${id}\ndata: ${await sign(said, key, { typ: 'statusheartbeat+jwt', ...header })}\n\n`;
  }

  push(...texts) {
    for (const stream of this.streams) for (const text of texts) stream.write(text);
  }

  cutStreams() {
    for (const stream of this.streams) stream.destroy();
  }

  async #answer(request, response) {
    const path = request.url;
    this.asked.set(path, this.count(path) + 1);
    if (this.down) return request.socket.destroy();
    response.setHeader('access-control-allow-origin', '*');
    if (this.instead.has(path)) return this.instead.get(path)(response, request);
    if (path === '/.well-known/jwks.json') return response.setHeader('content-type', 'application/jwk-set+json').end(this.jwks);
    if (path === '/status/events') return this.#stream(request, response);
    const list = this.lists.get(listPath.exec(path)?.[1]);
    if (!list || list.gone) return response.writeHead(404).end();
    return response.setHeader('content-type', 'application/statuslist+jwt').end(await this.listToken(list));
  }

  async #stream(request, response) {
    this.resumed.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    for (const text of await this.greeting()) response.write(text);
  }
}
