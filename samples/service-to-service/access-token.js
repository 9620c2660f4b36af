import * as oidc from 'openid-client';

/** So many milliseconds before its end a token is renewed, lest it die on its way to the API. */
const margin = 10_000;

/**
 * The job's own access token (RFC 6749 section 4.4): asked for once, shared by all who need it, and renewed when it nears its end. A token for each
 * call would be a signature for each call.
 */
export class AccessToken {
  #configuration;
  #asked;
  #request;
  /** How often the identity provider was asked. */
  requests = 0;

  constructor({ issuer, clientId, clientSecret, resource, scope }) {
    // Plain http is for an issuer on this very machine.
    const execute = ['localhost', '127.0.0.1'].includes(new URL(issuer).hostname) ? [oidc.allowInsecureRequests] : [];
    this.#configuration = () => oidc.discovery(new URL(issuer), clientId, {}, oidc.ClientSecretBasic(clientSecret), { execute });
    this.#asked = { resource, scope };
  }

  /** A token that is good for a while yet. Who asks at the same time shares the answer. */
  async get() {
    for (;;) {
      const request = (this.#request ??= this.#ask());
      const { token, expiresAt } = await request;
      if (expiresAt - margin > Date.now() || request !== this.#request) return token;
      this.#request = undefined;
    }
  }

  /** After an API answered 401: this token was taken back, or is stale. Another that came meanwhile is kept. */
  async forget(refused) {
    const request = this.#request;
    if (request && (await request).token === refused && request === this.#request) this.#request = undefined;
  }

  async #ask() {
    this.requests++;
    try {
      const tokens = await oidc.clientCredentialsGrant(await this.#configuration(), this.#asked);
      return { token: tokens.access_token, expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000 };
    } catch (error) {
      // A failure is not remembered.
      this.#request = undefined;
      throw error;
    }
  }
}
