import { createServer } from 'node:https';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * The relying party's own web server: it notes what arrives and answers with a page that names the arrival, so that whoever carried it there can
 * find it again. Documents that the authorization server fetches are put beside it.
 */
export class RelyingParty {
  #server;
  #arrivals = [];
  #documents = new Map();

  static async start(certificate) {
    const party = new RelyingParty();
    party.#server = createServer({ key: certificate.key, cert: certificate.certificate, minVersion: 'TLSv1.2' }, (request, response) => party.#answer(request, response))
      .listen(0, '127.0.0.1');
    await once(party.#server, 'listening');
    party.origin = `https://localhost:${party.#server.address().port}`;
    party.callback = `${party.origin}/callback`;
    party.signedOut = `${party.origin}/signed-out`;
    return party;
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const body = await text(request);
    const number = this.#arrivals.push({ url, method: request.method, type: request.headers['content-type'], body, protocol: request.socket.getProtocol() }) - 1;
    const document = this.#documents.get(url.pathname);
    if (document) response.writeHead(200, { 'content-type': document.type }).end(document.content);
    else response.writeHead(200, { 'content-type': 'text/html', 'x-arrival': number }).end('<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Relying party</title>');
  }

  /** What a page that this server answered with stands for. */
  arrivalOf(page) {
    return this.#arrivals[page.headers.get('x-arrival')];
  }

  arrivalsAt(path) {
    return this.#arrivals.filter(({ url }) => url.pathname === path);
  }

  /** Serves a document; its address. */
  put(path, content, type = 'application/json') {
    this.#documents.set(path, { content: typeof content === 'string' ? content : JSON.stringify(content), type });
    return `${this.origin}${path}`;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
