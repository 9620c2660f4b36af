import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Window, launchBrowser } from '../support/browser.js';
import { claimsOfAda, confidentialClient, ordersApi } from '../support/given.js';
import { signInAt } from '../support/web-app.js';

const device = {
  client_name: 'A television',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
  scope: 'openid profile orders.read',
  resources: [ordersApi.identifier],
};

const till = {
  client_name: 'A till',
  grant_types: ['urn:openid:params:grant-type:ciba'],
  backchannel_token_delivery_mode: 'poll',
  scope: 'openid orders.read',
  resources: [ordersApi.identifier],
};

const gateway = {
  client_name: 'A gateway',
  grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
  scope: 'orders.read',
  resources: [ordersApi.identifier],
};

/** What a person decides elsewhere than where the client waits, by openid-client, with the pages in Chromium; and a token for another. */
export function decoupledSuite(idp) {
  describe('Devices, the back channel and exchanges', () => {
    let browser;
    let window;
    let user;

    before(async () => {
      user = await idp.createUser('ada-decoupled', claimsOfAda);
      browser = await launchBrowser();
    });

    after(() => browser?.close());

    afterEach(async () => {
      await window?.close();
      if (window) assert.deepEqual([window.faults, window.strangers], [[], []]);
      window = undefined;
    });

    async function configure(metadata) {
      const client = await idp.createClient(metadata);
      return oidc.discovery(new URL(idp.issuer), client.client_id, {}, client.client_secret ? oidc.ClientSecretBasic(client.client_secret) : oidc.None(), {
        execute: [oidc.allowInsecureRequests],
        [oidc.customFetch]: idp.fetch,
      });
    }

    test('A television is connected by its code, by keyboard alone', async () => {
      const configuration = await configure(device);
      const started = await oidc.initiateDeviceAuthorization(configuration, { scope: device.scope });
      idp.seen.add('user_code', started.user_code);
      const tokens = oidc.pollDeviceAuthorizationGrant(configuration, started);

      window = await Window.open(browser, idp);
      const { page } = window;
      await page.goto(started.verification_uri);
      // A browser gives the focus a frame after the page has loaded.
      await page.locator('#user_code:focus').waitFor();
      await page.keyboard.type(started.user_code.toLowerCase().replace('-', ' '));
      await page.keyboard.press('Enter');
      await signInAt(page, user);
      await page.getByRole('heading', { name: 'A television on a device asks for access' }).waitFor();
      assert.match(await page.locator('main').innerText(), new RegExp(started.user_code));
      await page.getByRole('button', { name: 'Allow' }).press('Enter');
      await page.getByRole('heading', { name: 'Your device is connected' }).waitFor();

      const { access_token, refresh_token, ...rest } = await tokens;
      assert.ok(access_token && refresh_token);
      assert.equal(rest.scope, device.scope);
      await oidc.refreshTokenGrant(configuration, refresh_token);
    });

    test('Who follows the link of a code sends it themselves, and a no ends it', async () => {
      const configuration = await configure(device);
      const started = await oidc.initiateDeviceAuthorization(configuration, { scope: 'openid' });
      const tokens = oidc.pollDeviceAuthorizationGrant(configuration, started);
      tokens.catch(() => {});

      window = await Window.open(browser, idp, { javaScriptEnabled: false });
      const { page } = window;
      await page.goto(started.verification_uri_complete);
      assert.equal(await page.getByLabel('Code').inputValue(), started.user_code);
      await page.getByRole('button', { name: 'Continue' }).click();
      await signInAt(page, user);
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByRole('heading', { name: 'Your device is not connected' }).waitFor();
      await assert.rejects(tokens, { error: 'access_denied' });
    });

    test('A till asks by the back channel, and the person allows it on their account page', async () => {
      const configuration = await configure(till);
      const started = await oidc.initiateBackchannelAuthentication(configuration, { scope: till.scope, login_hint: user.username, binding_message: 'Till 7: W4SCT' });
      const tokens = oidc.pollBackchannelAuthenticationGrant(configuration, started);

      window = await Window.open(browser, idp);
      const { page } = window;
      await page.goto(`${idp.issuer}/login?return_to=account`);
      await signInAt(page, user);
      await page.getByText('Till 7: W4SCT').waitFor();
      await page.getByRole('button', { name: 'Allow A till' }).click();
      await page.getByText('It goes on there in a few seconds').waitFor();
      assert.equal((await tokens).claims()['urn:openid:params:jwt:claim:auth_req_id'], started.auth_req_id);
    });

    test('A gateway exchanges the token that it was called with, and says that it acts', async () => {
      const configuration = await configure(device);
      const started = await oidc.initiateDeviceAuthorization(configuration, { scope: device.scope });
      const subject = oidc.pollDeviceAuthorizationGrant(configuration, started);
      window = await Window.open(browser, idp);
      const { page } = window;
      await page.goto(started.verification_uri_complete);
      await page.getByRole('button', { name: 'Continue' }).click();
      await signInAt(page, user);
      await page.getByRole('button', { name: 'Allow' }).click();

      const acting = await configure({ ...gateway, token_exchange: { subject_audiences: [ordersApi.identifier], delegation: true } });
      const next = await oidc.genericGrantRequest(acting, gateway.grant_types[0], {
        subject_token: (await subject).access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: ordersApi.identifier,
      });
      assert.equal(next.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
      const claims = JSON.parse(Buffer.from(next.access_token.split('.')[1], 'base64url'));
      assert.deepEqual(claims.act, { sub: acting.clientMetadata().client_id });
      await assert.rejects(
        oidc.genericGrantRequest(await configure({ ...confidentialClient }), gateway.grant_types[0], { subject_token: 'x', subject_token_type: 'y' }),
        { error: 'unauthorized_client' },
      );
    });
  });
}
