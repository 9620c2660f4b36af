import { Agent, request as send } from 'node:https';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';

/** HTTPS as a client of this run speaks it: trusts its authority alone, follows no redirect, and shows its own certificate where it has one. */
export class Http {
  #agent;

  constructor(authority, certificate) {
    this.#agent = new Agent({
      keepAlive: true,
      ca: authority.certificate,
      ...(certificate && { cert: certificate.certificate, key: certificate.key }),
      maxSockets: 16,
    });
  }

  /** { url, status, headers, cookies, text, json }. A form is URLSearchParams; any other body is sent as JSON. */
  async request(url, { method, headers = {}, form, json, body, tls = {} } = {}) {
    const content = form ? String(form) : json !== undefined ? JSON.stringify(json) : body;
    const type = form ? 'application/x-www-form-urlencoded' : json !== undefined ? 'application/json' : undefined;
    const outgoing = send(url, {
      method: method ?? (content === undefined ? 'GET' : 'POST'),
      agent: Object.keys(tls).length > 0 ? undefined : this.#agent,
      headers: { ...(type && { 'content-type': type }), ...headers },
      ...(Object.keys(tls).length > 0 && { ca: this.#agent.options.ca, ...tls }),
    });
    outgoing.end(content);
    const [response] = await once(outgoing, 'response');
    const whole = await text(response);
    const answer = {
      url: String(url),
      status: response.statusCode,
      headers: new Headers(Object.entries(response.headers).filter(([name]) => name !== 'set-cookie').map(([name, value]) => [name, String(value)])),
      cookies: response.headers['set-cookie'] ?? [],
      protocol: response.socket?.getProtocol?.(),
      cipher: response.socket?.getCipher?.()?.standardName,
      text: whole,
    };
    // Not among what a copy has: only what is asked for is read as JSON.
    return Object.defineProperty(answer, 'json', { get: () => JSON.parse(whole) });
  }

  close() {
    this.#agent.destroy();
  }
}
