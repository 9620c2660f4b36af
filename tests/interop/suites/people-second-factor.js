import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as oidc from 'openid-client';
import { freshCode, staleCode } from '../support/authenticator.js';
import { nativeClient } from '../support/given.js';
import { givenWindows } from '../support/given-windows.js';
import { signInAt } from '../support/web-app.js';

/** Second factors by the pages in Chromium, and a step-up by openid-client; each with what must fail. */
export function peopleSecondFactorSuite(idp) {
  describe('Second factors', () => {
    const windows = givenWindows(idp);
    let app;

    before(async () => {
      app = createServer((_, response) => response.end('Back at the app'));
      app.listen(0, '127.0.0.1');
      await once(app, 'listening');
    });

    after(() => app?.close());

    async function signOut(page) {
      await page.goto(`${idp.issuer}/logout`);
      await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Sign out' }).click()]);
    }

    async function enterCode(page, code) {
      await page.getByLabel('Code from your authenticator app').fill(code);
      await page.getByRole('button', { name: 'Continue' }).click();
    }

    /** On the page that shows a key: reads it and confirms it. */
    async function setUp(page) {
      await page.getByRole('img', { name: /QR code/ }).waitFor();
      const secret = await page.locator('#secret').innerText();
      idp.seen.add('authenticator key', secret.replaceAll(' ', ''));
      await page.getByLabel('The code that the app shows now').fill(freshCode(secret));
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
      const codes = await page.locator('.codes code').allInnerTexts();
      codes.forEach((code) => idp.seen.add('recovery code', code));
      assert.equal(codes.length, 10);
      return { secret, codes };
    }

    async function setUpInAccount(page, user) {
      await page.goto(`${idp.issuer}/account/security`);
      await signInAt(page, user);
      await page.getByRole('link', { name: 'Set up…' }).click();
      const made = await setUp(page);
      await page.getByRole('link', { name: 'I have kept them' }).click();
      await page.waitForURL(`${idp.issuer}/account/security`);
      await page.getByText('On: after your password you are asked for a code from the app.').waitFor();
      return made;
    }

    const newPage = async () => (await windows.open()).page;

    test('An app that was set up is asked for at the next sign-in; a wrong code is refused, and so is one that was used', async () => {
      const user = await idp.createUser('ada-authenticator');
      const { secret } = await setUpInAccount(await newPage(), user);

      const page = await newPage();
      await page.goto(`${idp.issuer}/account`);
      await signInAt(page, user);
      await enterCode(page, staleCode(secret));
      await page.getByRole('alert').waitFor();
      const code = freshCode(secret);
      await enterCode(page, code);
      await page.getByRole('heading', { name: 'Your account' }).waitFor();

      const later = await newPage();
      await later.goto(`${idp.issuer}/account`);
      await signInAt(later, user);
      await enterCode(later, code);
      await later.getByRole('alert').waitFor();
    });

    test('A recovery code stands in for the app, and works once', async () => {
      const user = await idp.createUser('ada-recovery');
      const { codes } = await setUpInAccount(await newPage(), user);
      for (const works of [true, false]) {
        const page = await newPage();
        await page.goto(`${idp.issuer}/account/security`);
        await signInAt(page, user);
        await page.getByText('Use a recovery code instead').click();
        await page.getByLabel('Recovery code', { exact: true }).fill(codes[0].toLowerCase());
        await page.locator('form', { has: page.locator('#recovery_code') }).getByRole('button', { name: 'Continue' }).click();
        await (works ? page.getByText('Codes left: 9') : page.getByRole('alert')).waitFor();
      }
    });

    test('A browser that is remembered isn’t asked, until the person forgets it', async () => {
      const user = await idp.createUser('ada-remembered');
      const page = await newPage();
      const { secret } = await setUpInAccount(page, user);
      const signOutAndIn = async () => {
        await signOut(page);
        await page.goto(`${idp.issuer}/account/security`);
        await signInAt(page, user);
      };
      await signOutAndIn();
      await page.getByLabel(/Don’t ask again in this browser/).check();
      await enterCode(page, freshCode(secret));
      await page.getByText('No second step until').waitFor();
      await signOutAndIn();
      await page.getByText('No second step until').waitFor();

      await page.getByRole('button', { name: /^Forget/ }).first().click();
      await page.getByText('That browser is forgotten.').waitFor();
      await signOutAndIn();
      await page.getByLabel('Code from your authenticator app').waitFor();
    });

    async function configure(metadata = {}) {
      const client = await idp.createClient({ ...nativeClient, scope: 'openid', resources: [], ...metadata });
      return oidc.discovery(new URL(idp.issuer), client.client_id, {}, oidc.None(), { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: idp.fetch });
    }

    /** Sends the browser off; what comes back when the person is through. */
    async function ask(configuration, page, parameters = {}) {
      const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), idTokenExpected: true };
      const redirect_uri = `http://127.0.0.1:${app.address().port}/callback`;
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri, scope: 'openid', state: checks.expectedState,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256', ...parameters,
      });
      await page.goto(url.href);
      return async () => {
        // A native app without a secret is asked about each time.
        const allow = page.getByRole('button', { name: 'Allow' });
        await allow.or(page.getByText('Back at the app')).waitFor();
        if (await allow.isVisible()) await allow.click();
        await page.getByText('Back at the app').waitFor();
        return oidc.authorizationCodeGrant(configuration, new URL(page.url()), checks);
      };
    }

    test('An app that wants two factors has the second one asked for, and no more; silently it can’t be had', async () => {
      const user = await idp.createUser('ada-step-up');
      const { secret } = await setUpInAccount(await newPage(), user);
      const essential = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:idp:2fa' }, auth_time: { essential: true } } });
      const configuration = await configure();
      const remembered = await newPage();

      // A session of one factor: of a browser that was remembered.
      await remembered.goto(`${idp.issuer}/account/security`);
      await signInAt(remembered, user);
      await remembered.getByLabel(/Don’t ask again in this browser/).check();
      await enterCode(remembered, freshCode(secret));
      await remembered.getByText('No second step until').waitFor();
      await signOut(remembered);
      await remembered.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await remembered.goto(`${idp.issuer}/account`);
      await signInAt(remembered, user);
      await remembered.getByRole('heading', { name: 'Your account' }).waitFor();

      const silent = await ask(configuration, remembered, { claims: essential, prompt: 'none' });
      await assert.rejects(silent(), { error: 'login_required' });
      const first = (await (await ask(configuration, remembered))()).claims();
      assert.deepEqual(first.amr, ['pwd']);

      const stepped = await ask(configuration, remembered, { claims: essential });
      await enterCode(remembered, freshCode(secret));
      const claims = (await stepped()).claims();
      assert.deepEqual([claims.acr, claims.amr], ['urn:idp:2fa', ['pwd', 'otp', 'mfa']]);
      assert.equal(claims.auth_time, first.auth_time ?? claims.auth_time);
    });

    test('A client that requires two factors has a person without one set it up on the way', async () => {
      const user = await idp.createUser('ada-enrolled');
      const configuration = await configure({ require_mfa: true });
      const page = await newPage();
      const finish = await ask(configuration, page);
      await signInAt(page, user);
      await page.getByRole('heading', { name: 'Set up a second step' }).waitFor();
      const secret = await page.locator('#secret').innerText();
      await page.getByLabel('The code that the app shows now').fill(staleCode(secret));
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByRole('alert').waitFor();
      await setUp(page);
      await page.getByRole('link', { name: 'I have kept them' }).click();
      assert.deepEqual((await finish()).claims().amr, ['pwd', 'otp', 'mfa']);
    });
  });
}
