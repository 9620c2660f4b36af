import { createServer } from 'node:http';
import { once } from 'node:events';

/**
 * A web application of the tests' own on a free port of loopback. `make` gets its origin and gives what answers requests: an Express app, or any
 * (request, response).
 */
export class WebApp {
  #server;

  static async start(make) {
    const app = new WebApp();
    app.#server = createServer((request, response) => app.handle(request, response)).listen(0, '127.0.0.1');
    await once(app.#server, 'listening');
    app.origin = `http://localhost:${app.#server.address().port}`;
    app.handle = await make(app.origin);
    return app;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A page of HTML that asks for nothing else. */
export const page = (title, body = '') =>
  `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>${title}</title><h1>${title}</h1>${body}`;

/** A person fills in the server's page in a real browser. */
export async function signInAt(browserPage, user) {
  await browserPage.getByLabel('Username').fill(user.username);
  await browserPage.getByLabel('Password', { exact: true }).fill(user.password);
  await browserPage.getByRole('button', { name: /^sign in$/i }).click();
}

/** What the clients of these suites have in common. */
export const webClient = (name, origin, callback) => ({
  client_name: name,
  redirect_uris: [`${origin}${callback}`],
  post_logout_redirect_uris: [`${origin}/`, origin],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid profile email offline_access',
  require_consent: false,
});
