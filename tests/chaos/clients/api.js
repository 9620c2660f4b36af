import { createVerifier } from '../../../src/verifier-js/index.js';
import { post } from './http.js';

/** An API: asks about tokens by introspection, and verifies them by itself with the npm verifier, which listens to the status events. */
export class Api {
  #verifier;
  #state;

  constructor({ history, issuer, client, resource, clockSkew }) {
    Object.assign(this, { history, issuer, client });
    this.#verifier = createVerifier({ issuer, audience: resource, requireStatus: true, clockSkew, onFault: (what, error) => history.note('fault-heard', { what, error: error.message.slice(0, 120) }) });
  }

  introspect(tokens) {
    return this.history.ask('introspect', { access: tokens.access }, async () => {
      const { status, json, why } = await post(`${this.issuer}/introspect`, this.client, { token: tokens.accessToken });
      if (status !== 200) return { outcome: 'unknown', status, error: why ?? json?.error };
      return { outcome: json.active ? 'ok' : 'refused', status };
    });
  }

  /** With no call to the issuer, but what the verifier does by itself. */
  verify(tokens) {
    return this.history.ask('verify', { access: tokens.access, push: this.#verifier.health().push }, async () => {
      try {
        await this.#verifier.verify(tokens.accessToken);
        return { outcome: 'ok' };
      } catch (error) {
        return { outcome: error.status === 503 ? 'unknown' : 'refused', status: error.status, error: error.reason ?? error.message, detail: error.detail };
      }
    });
  }

  /** Notes when the stream of events opens and is lost. */
  watch() {
    const { push } = this.#verifier.health();
    if (push !== this.#state) this.history.note('push', { state: push });
    this.#state = push;
    return push;
  }

  close() {
    this.#verifier.close();
  }
}
