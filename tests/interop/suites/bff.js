import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { claimsOfAda } from '../support/given.js';
import { Person } from '../support/person.js';
import { freePort, until } from '../support/program.js';
import { startSample } from '../support/samples.js';

/** The backend for a frontend, as its page would call it: nothing that it answers is a token, and nobody else's page can make it act. */
export function bffSuite(idp, samples) {
  describe('a backend for a frontend', () => {
    let bff;
    let user;

    before(async () => {
      const port = await freePort();
      bff = `http://localhost:${port}`;
      const client = await idp.createClient({
        client_name: 'Orders, by its backend',
        redirect_uris: [`${bff}/callback`],
        post_logout_redirect_uris: [`${bff}/signed-out`],
        backchannel_logout_uri: `${bff}/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile offline_access orders.read',
        resources: [samples.api],
        require_consent: false,
      });
      user = await idp.createUser('ada-bff', claimsOfAda);
      const environment = {
        ISSUER: idp.issuer, CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, PORT: port, API_URL: samples.api,
        SCOPE: 'openid profile offline_access orders.read',
        // Every token counts as old, so each call renews.
        RENEW_BEFORE_SECONDS: 3600,
      };
      await samples.add(startSample(idp, 'bff', 'bff', environment)).ready(`${bff}/health`);
    });

    /** A browser at the backend: its cookie, and all that it was ever answered. */
    class Page {
      cookie;
      answers = [];

      async ask(path, { method = 'GET', headers = { 'x-bff': '1' } } = {}) {
        const response = await fetch(path.startsWith('http') ? path : bff + path, { method, headers: { ...headers, ...(this.cookie && { cookie: this.cookie }) }, redirect: 'manual' });
        const [line] = response.headers.getSetCookie();
        if (line) this.cookie = line.split(';')[0];
        const body = await response.text();
        this.answers.push(body, ...[...response.headers].filter(([name]) => name !== 'location').map(([, value]) => value));
        return { status: response.status, setCookie: line, location: response.headers.get('location'), body };
      }

      async signIn() {
        this.person = new Person(idp);
        const { location } = await this.ask('/bff/sign-in', { headers: {} });
        const callback = await this.person.authorize(location, user);
        return this.ask(callback.href, { headers: {} });
      }
    }

    test('Signs in, and the page gets a session cookie and never a token', async () => {
      const page = new Page();
      assert.deepEqual(await page.ask('/bff/user').then(({ status }) => status), 401);
      await page.ask('/bff/sign-in', { headers: {} });
      const planted = page.cookie;
      const { status, setCookie, location } = await page.signIn();
      assert.deepEqual([status, location], [303, '/']);
      assert.match(setCookie, /^[\w-]+-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
      assert.notEqual(page.cookie, planted);

      const who = JSON.parse((await page.ask('/bff/user')).body);
      assert.equal(who.name, 'Ada Example');
      const before = idp.seen.countOf('refresh_token');
      const orders = JSON.parse((await page.ask('/api/orders')).body);
      assert.deepEqual([orders.orders.length, orders.subject], [3, who.sub]);
      await until('a renewal was seen', () => idp.seen.countOf('refresh_token') > before);
      assert.ok(page.answers.every((text) => !/eyJ|access_token|refresh_token/.test(text)));
      for (const text of page.answers) assert.deepEqual(idp.seen.foundIn(text).filter((kind) => /token/.test(kind)), []);
    });

    test('Asks that come without its own header are refused, whatever cookie they bring', async () => {
      const page = new Page();
      await page.signIn();
      for (const [method, path] of [['GET', '/bff/user'], ['GET', '/api/orders'], ['DELETE', '/api/orders'], ['POST', '/bff/sign-out']]) {
        for (const headers of [{}, { 'x-bff': '' }, { origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' }])
          assert.equal((await page.ask(path, { method, headers })).status, 403);
      }
      const preflight = await fetch(`${bff}/api/orders`, { method: 'OPTIONS', headers: { origin: 'https://attacker.example', 'access-control-request-headers': 'x-bff', 'access-control-request-method': 'DELETE' } });
      assert.equal(preflight.headers.get('access-control-allow-origin'), null);
      assert.equal((await page.ask('/bff/user')).status, 200);
    });

    test('Forwards what it names, and the API still has the last word', async () => {
      const page = new Page();
      await page.signIn();
      assert.equal((await page.ask('/api/orders', { method: 'DELETE' })).status, 403);
      for (const path of ['/api/health', '/api//attacker.example/orders', '/api/orders/..%2fhealth', '/orders']) assert.equal((await page.ask(path)).status, 404);
    });

    test('Takes no answer to a sign-in that this browser did not begin', async () => {
      const { status, setCookie } = await new Page().ask('/callback?code=planted&state=planted', { headers: {} });
      assert.deepEqual([status, setCookie], [400, undefined]);
    });

    test('Signing out ends the session here and says where it ends there', async () => {
      const page = new Page();
      await page.signIn();
      const old = page.cookie;
      const { status, setCookie, body } = await page.ask('/bff/sign-out', { method: 'POST' });
      assert.equal(status, 200);
      assert.match(setCookie, /-session=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0$/);
      const end = new URL(JSON.parse(body).continue_at);
      assert.equal(`${end.origin}${end.pathname}`, `${idp.issuer}/logout`);
      page.cookie = old;
      assert.equal((await page.ask('/bff/user')).status, 401);
    });

    test('A sign-out elsewhere ends it here, told by the back channel', async () => {
      const page = new Page();
      await page.signIn();
      assert.equal((await page.ask('/bff/user')).status, 200);
      await idp.command(['sessions', 'end', '--user', user.username]);
      await until('the backend has heard', async () => (await page.ask('/bff/user')).status === 401);
    });
  });
}
