import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { ConsolePages, follow, signIn } from '../support/console-pages.js';
import { Idp } from '../support/idp.js';
import { Window, launchBrowser } from '../support/browser.js';
import { faultsOf } from '../support/axe.js';
import { keyboardFaultsOf } from '../support/keyboard.js';
import { ordersApi } from '../support/given.js';
import { furnish } from '../support/console-things.js';

/** The operators' console in Chromium, at a server of its own: a revoked key is everybody's. */
export function consoleSuite() {
  describe('The console', () => {
    let idp;
    let browser;
    let pages;

    before(async () => {
      idp = await Idp.start({}, { name: 'console' });
      await idp.createResource(ordersApi);
      await idp.createClient({ client_name: 'Meadow <b>Bank</b>', redirect_uris: ['https://bank.example/cb'], scope: 'openid', token_endpoint_auth_method: 'none' });
      await furnish(idp);
      browser = await launchBrowser();
      pages = new ConsolePages(idp, browser);
    });

    after(async () => {
      await browser?.close();
      await idp?.stop();
    });

    test('Each page is without a fault that axe-core finds, light and dark, wide and at 320 pixels, and asks nobody else for anything', async () => {
      const found = [];
      const names = [];
      const window = await pages.visit({}, async (name, page) => {
        names.push(name);
        found.push(...(await faultsOf(page, name)));
      });
      await window.close();
      assert.deepEqual(found, []);
      assert.deepEqual([window.faults, window.strangers], [[], []]);
      for (const name of ['console', 'console-keys', 'console-audit', 'console-settings', 'console-upstreams-partner-edit', 'console-configuration', 'console-configuration-plan']) assert.ok(names.includes(name), `${name} is not among ${names}`);
    });

    test('Runs no script, and needs none', async () => {
      const window = await pages.visit({ javaScriptEnabled: false }, () => {});
      await window.close();
      assert.deepEqual([window.faults, window.strangers], [[], []]);
      assert.deepEqual(window.requests.filter(({ pathname }) => pathname.endsWith('.js') && !pathname.includes('moments') && !pathname.includes('passkeys')), []);
    });

    test('Shows where the keyboard is', async () => {
      const found = [];
      const window = await pages.visit({}, async (name, page) => found.push(...(await keyboardFaultsOf(page, name))));
      await window.close();
      assert.deepEqual(found, []);
    });

    test('A deep link leads through the sign-in back to where it pointed, and signing out ends it', async () => {
      const { page, context } = await Window.open(browser, idp);
      await page.goto(`${idp.issuer}/admin/audit?area=users`);
      await signIn(page, await pages.createOperator('auditor'));
      assert.equal(page.url(), `${idp.issuer}/admin/audit?area=users`);
      assert.equal(await page.locator('form[action$="/keys/rotate"]').count(), 0);
      await page.goto(`${idp.issuer}/admin/keys`);
      assert.equal(await page.locator('form[action$="/keys/rotate"]').count(), 0, 'an auditor changes no key');
      await follow(page, 'a[href*="/admin/sign-out"]');
      assert.equal(page.url(), `${idp.issuer}/admin/signed-out`);
      await page.goto(`${idp.issuer}/admin/keys`);
      assert.match(page.url(), /\/login\?/);
      await context.close();
    });

    test('The emergency: what the revoked key signed is refused at once, and the next token verifies', async () => {
      const client = await idp.createClient({ client_name: 'Nightly job', grant_types: ['client_credentials'], scope: 'orders.read', resources: [ordersApi.identifier] });
      const token = async () => {
        const answer = await idp.fetch(`${idp.issuer}/token`, {
          method: 'POST',
          headers: { authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` },
          body: new URLSearchParams({ grant_type: 'client_credentials', resource: ordersApi.identifier }),
        });
        return (await answer.json()).access_token;
      };
      // As a verifier that has just started sees them.
      const verify = (text) => jwtVerify(text, createRemoteJWKSet(new URL(`${idp.issuer}/.well-known/jwks.json`)), { issuer: idp.issuer, audience: ordersApi.identifier });
      const before = await token();
      const { protectedHeader } = await verify(before);

      const { page, context, faults } = await Window.open(browser, idp);
      await page.goto(`${idp.issuer}/admin/keys/${protectedHeader.kid}/revoke`);
      await signIn(page, await pages.createOperator('admin'));
      assert.equal(page.url(), `${idp.issuer}/admin/keys/${protectedHeader.kid}/revoke`);
      assert.match(await page.locator('main').innerText(), /Orders/);
      await page.locator('input[name=confirmation]').fill(protectedHeader.kid.slice(0, 8));
      await follow(page, 'form[action$="/revoke"] button');
      assert.equal(page.url(), `${idp.issuer}/admin/keys`);
      assert.match(await page.locator('[role=status]').innerText(), /is revoked/);
      assert.deepEqual(faults, []);
      await context.close();

      await assert.rejects(verify(before), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
      assert.notEqual((await verify(await token())).protectedHeader.kid, protectedHeader.kid);
    });
  });
}
