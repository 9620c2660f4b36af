import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { faultsOf } from '../support/axe.js';
import { Window, launchBrowser } from '../support/browser.js';
import { signInAt } from '../support/web-app.js';

const api = 'https://console-orders.example';

/** Clients and APIs in the operators' console, in a real browser: from the four questions to a client that was tested by its own flow. */
export function consoleClientsSuite(idp) {
  describe('Console, clients and APIs', () => {
    let browser;
    let user;

    before(async () => {
      browser = await launchBrowser();
      user = await idp.createUser('olga-clients', { name: 'Olga' });
      await idp.command(['users', 'grant-role', user.username, 'operator']);
      await idp.createResource({ identifier: api, name: 'Console orders', scopes: [{ name: 'console.read', description: 'Read your orders' }, 'console.write'] });
      await idp.createClient({
        client_id: 'console-shop', client_name: 'Console shop', redirect_uris: ['https://console-shop.example/callback'], post_logout_redirect_uris: ['https://console-shop.example/'],
        grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile email console.read', resources: [api], require_pkce: false,
      });
    });

    after(() => browser?.close());

    async function signedIn(t, path, options = {}) {
      const window = await Window.open(browser, idp, options);
      t.after(() => window.close());
      await window.page.goto(`${idp.issuer}/admin${path}`);
      await signInAt(window.page, user);
      await window.page.waitForURL(`${idp.issuer}/admin${path}`);
      return window;
    }

    /** From the questions to the page that tells the secret: what the page says the client is called. */
    async function registered(page, name) {
      await page.goto(`${idp.issuer}/admin/clients/-/new`);
      await page.getByLabel('What does its partner build with?').selectOption('node');
      await page.getByLabel('Which API does it call?').selectOption(api);
      await page.getByLabel('How fast').selectOption('immediate');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Your answers would fit').waitFor();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Redirect URIs').fill('https://guided.example/callback');
    }

    test('A client is registered by answers, tells its secret once, and is tested by its own flow', async (t) => {
      const { page, faults, strangers } = await signedIn(t, '/clients');
      await registered(page, 'Guided');
      await page.getByRole('button', { name: 'Register', exact: true }).click();
      await page.getByRole('heading', { name: 'Guided is registered' }).waitFor();
      const [id, secret] = [await page.locator('#client-id').innerText(), await page.locator('#secret').innerText()];
      idp.seen.add('client_secret', secret);
      assert.match(await page.locator('details[open] pre').first().innerText(), /import \* as oidc/);

      const asked = await idp.fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'none' }),
      });
      assert.equal((await asked.json()).error, 'invalid_grant', 'the secret is the client\'s');

      await page.getByRole('link', { name: 'Test this client' }).click();
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByRole('button', { name: /^allow/i }).click();
      await page.getByRole('heading', { name: 'Tested Guided' }).waitFor();
      const shown = await page.locator('main').innerText();
      assert.match(shown, new RegExp(`"aud": "${id}"`));
      assert.doesNotMatch(shown, /eyJ[\w-]{40}/, 'no token stands there whole');
      assert.deepEqual((await idp.command(['clients', 'show', id])).redirect_uris, ['https://guided.example/callback']);
      assert.deepEqual([faults, strangers], [[], []]);
    });

    test('Works without JavaScript', async (t) => {
      const { page, faults } = await signedIn(t, '/clients', { javaScriptEnabled: false });
      await registered(page, 'Plain');
      await page.getByRole('button', { name: 'Register', exact: true }).click();
      await page.getByRole('heading', { name: 'Plain is registered' }).waitFor();
      idp.seen.add('client_secret', await page.locator('#secret').innerText());
      assert.deepEqual(faults, []);
    });

    test('Each page is without a fault that axe-core finds, light and dark, and fits a phone', async (t) => {
      const { page, faults } = await signedIn(t, '/clients');
      const found = [];
      async function look(name) {
        found.push(...await faultsOf(page, name));
        await page.setViewportSize({ width: 1280, height: 800 });
      }

      await look('the list');
      await page.goto(`${idp.issuer}/admin/clients/console-shop`);
      await page.locator('summary', { hasText: 'Node' }).click();
      await look('a client');
      await page.getByRole('button', { name: 'Make another secret' }).click();
      idp.seen.add('client_secret', await page.locator('#secret').innerText());
      await look('a secret');
      await page.goto(`${idp.issuer}/admin/clients/console-shop/edit`);
      await page.locator('main summary').click();
      await look('a change');
      await page.goto(`${idp.issuer}/admin/clients/console-shop/delete`);
      await page.getByLabel(/^To be sure/).fill('no');
      await page.getByRole('button', { name: 'Delete' }).click();
      await look('a deletion that was refused');
      await page.goto(`${idp.issuer}/admin/clients/console-shop/test`);
      await look('a test');
      await page.goto(`${idp.issuer}/admin/clients/-/new`);
      await look('the questions');
      await registered(page, 'Looked at');
      await look('a proposal');
      await page.goto(`${idp.issuer}/admin/resources`);
      await look('the APIs');
      await page.getByRole('link', { name: 'Console orders' }).click();
      await look('an API');
      await page.getByRole('link', { name: 'Change' }).click();
      await look('a change of an API');
      assert.deepEqual(found, []);
      assert.deepEqual(faults, []);
    });
  });
}
