import { after, before, describe, test } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { Window, launchBrowser } from '../support/browser.js';
import { claimsOfAda } from '../support/given.js';
import { until } from '../support/program.js';
import { startSample } from '../support/samples.js';
import { secretsOf } from '../support/seen.js';
import { signInAt } from '../support/web-app.js';

/** The single-page app in Chromium: what a script of the page, another page, and a reload find of its tokens. */
export function spaSuite(idp, samples) {
  describe('a single-page app', () => {
    let browser;
    let client;
    let user;

    before(async () => {
      client = await idp.createClient({
        client_name: 'Orders in the browser',
        redirect_uris: [`${samples.spa}/callback`],
        post_logout_redirect_uris: [`${samples.spa}/`],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile orders.read',
        resources: [samples.api],
        allowed_origins: [samples.spa],
        refresh_token_delivery: 'cookie',
        require_consent: false,
      });
      user = await idp.createUser('ada-spa', claimsOfAda);
      const environment = { ISSUER: idp.issuer, CLIENT_ID: client.client_id, API_URL: samples.api, PORT: new URL(samples.spa).port };
      await samples.add(startSample(idp, 'spa', 'spa', environment)).ready(`${samples.spa}/health`);
      browser = await launchBrowser();
    });
    after(() => browser?.close());

    const title = (page, text) => page.getByRole('heading', { level: 1, name: text }).waitFor();
    const refreshCookies = async ({ context }) => (await context.cookies()).filter(({ name }) => name.startsWith('idp-refresh-'));
    const refreshBySite = (page, options) => page.evaluate(([address, id, more]) => fetch(address, {
      method: 'POST', credentials: 'include', body: new URLSearchParams({ client_id: id, grant_type: 'refresh_token' }), ...more,
    }).then(({ status, type }) => `${type} ${status}`, (error) => error.name), [`${idp.issuer}/token`, client.client_id, options]);

    /** A browser of its own, signed in; `answers` are those of the token endpoint, as they came. */
    async function signedIn(t) {
      const window = await Window.open(browser, idp);
      t.after(() => window.close());
      const answers = [];
      window.context.on('response', async (response) => {
        if (response.request().method() !== 'POST' || response.url() !== `${idp.issuer}/token`) return;
        const body = await response.json().catch(() => undefined);
        if (body) idp.seen.addAll(secretsOf(Object.entries(body)));
        answers.push({ status: response.status(), body });
      });
      const { page } = window;
      await page.goto(samples.spa);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await signInAt(page, user);
      await title(page, 'Hello, Ada Example');
      return Object.assign(window, { answers });
    }

    /** A page at another port: another origin of the same site, from which the browser does send the cookie. */
    async function elsewhere(t, host = 'localhost') {
      const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Elsewhere</title><link rel="icon" href="data:,">'));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      return `http://${host}:${server.address().port}`;
    }

    // That nobody is signed in yet is an answer of 400, which a browser tells as an error of loading.
    const faultsOf = ({ faults }) => faults.filter((fault) => !/status of 400/.test(fault));

    test('Signs in and calls the API, and no script finds a token that lasts', async (t) => {
      const window = await signedIn(t);
      const { page, answers } = window;
      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.getByText('Teapot, cast iron').waitFor();

      const given = await until('the answer was read', () => answers.find(({ status }) => status === 200));
      assert.ok(given.body.access_token);
      assert.equal(given.body.expires_in, 900);
      assert.deepEqual(Object.keys(given.body), ['access_token', 'token_type', 'expires_in', 'scope', 'id_token']);
      const found = await page.evaluate(async () => JSON.stringify({
        local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie, address: location.href, state: history.state,
        databases: await indexedDB.databases(), caches: await caches.keys(), name: window.name, globals: Object.keys(window).map((key) => String(window[key])),
      }));
      const seen = JSON.parse(found);
      assert.deepEqual([seen.local, seen.session, seen.databases, seen.caches, seen.address], [{}, {}, [], [], `${samples.spa}/`]);
      assert.doesNotMatch(found, /idp-refresh-/);
      const kept = await refreshCookies(window);
      for (const secret of [given.body.access_token, given.body.id_token, ...kept.map(({ value }) => value)]) assert.ok(!found.includes(secret));
      assert.deepEqual(kept.map(({ httpOnly, sameSite, path, domain }) => [httpOnly, sameSite, path, domain]).sort(), [[true, 'Strict', '/revoke', 'localhost'], [true, 'Strict', '/token', 'localhost']]);
      assert.deepEqual(faultsOf(window), []);
      assert.deepEqual(window.strangers, []);
    });

    test('A reload, and a second tab, are signed in without a page of the identity provider', async (t) => {
      const window = await signedIn(t);
      const [before] = await refreshCookies(window);
      const from = window.requests.length;
      await window.page.reload();
      await title(window.page, 'Hello, Ada Example');
      const second = await window.context.newPage();
      await second.goto(samples.spa);
      await title(second, 'Hello, Ada Example');
      await second.getByRole('button', { name: 'Call the API' }).click();
      await second.getByText('Teapot, cast iron').waitFor();
      assert.ok(window.requests.slice(from).every(({ pathname }) => !['/authorize', '/login'].includes(pathname)));
      assert.notEqual((await refreshCookies(window))[0].value, before.value);
      assert.deepEqual(faultsOf(window), []);
    });

    test('Another origin can neither refresh nor sign out, of the same site or of another', async (t) => {
      const window = await signedIn(t);
      const before = await refreshCookies(window);
      for (const host of ['localhost', '127.0.0.1']) {
        const attacker = await window.context.newPage();
        await attacker.goto(await elsewhere(t, host));
        assert.equal(await refreshBySite(attacker), 'TypeError');
        assert.equal(await refreshBySite(attacker, { mode: 'no-cors' }), 'opaque 0');

        for (const path of ['/token', '/revoke']) {
          const [answer] = await Promise.all([
            attacker.waitForResponse((response) => response.request().method() === 'POST'),
            attacker.evaluate(([address, id]) => {
              const form = Object.assign(document.createElement('form'), { method: 'post', action: address });
              for (const [name, value] of [['client_id', id], ['grant_type', 'refresh_token']]) form.append(Object.assign(document.createElement('input'), { name, value }));
              document.body.append(form);
              form.submit();
            }, [idp.issuer + path, client.client_id]),
          ]);
          assert.equal(answer.status(), 400);
          assert.match(await answer.text(), /comes from no origin of this client/);
          await attacker.goBack();
        }

        // A frame without an origin sends `null`.
        const frame = await attacker.evaluate(([address, id]) => new Promise((resolve) => {
          addEventListener('message', ({ data }) => resolve(data), { once: true });
          const script = `fetch(${JSON.stringify(address)}, { method: 'POST', credentials: 'include', body: new URLSearchParams({ client_id: ${JSON.stringify(id)}, grant_type: 'refresh_token' }) }).then(() => 'read', () => 'refused').then((said) => parent.postMessage(said, '*'))`;
          document.body.append(Object.assign(document.createElement('iframe'), { sandbox: 'allow-scripts', srcdoc: `<script>${script}</script>` }));
        }), [`${idp.issuer}/token`, client.client_id]);
        assert.equal(frame, 'refused');
      }
      assert.deepEqual((await refreshCookies(window)).map(({ value }) => value), before.map(({ value }) => value));
      await window.page.reload();
      await title(window.page, 'Hello, Ada Example');
    });

    test('Signing out takes back the token, the cookie and the session', async (t) => {
      const window = await signedIn(t);
      const { page, answers } = window;
      const { body: { access_token: token } } = await until('the answer was read', () => answers.find(({ status }) => status === 200));
      const call = () => fetch(`${samples.api}/orders`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal((await call()).status, 200);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${samples.spa}/`);
      await title(page, 'Welcome to the orders');
      assert.deepEqual(await refreshCookies(window), []);
      await until('the API has heard', async () => (await call()).status === 401, 10);

      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByLabel('Password', { exact: true }).waitFor();
      assert.deepEqual(faultsOf(window), []);
    });

    test('A sign-out elsewhere ends it here at the next call', async (t) => {
      const window = await signedIn(t);
      await idp.command(['sessions', 'end', '--user', user.username]);
      const signIn = window.page.getByRole('button', { name: 'Sign in', exact: true });
      await until('the page has heard', async () => {
        if (await signIn.isVisible()) return true;
        await window.page.getByRole('button', { name: 'Call the API' }).click({ timeout: 1000 }).catch(() => {});
      }, 10);
      assert.deepEqual(await refreshCookies(window), []);
    });
  });
}
