import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { claimsOfAda } from '../support/given.js';
import { givenWindows } from '../support/given-windows.js';
import { plugIn } from '../support/passkeys.js';
import { WebApp, page as pageOf, webClient } from '../support/web-app.js';

/** Passkeys in Chromium with its virtual authenticator (the DevTools protocol's domain WebAuthn): each way in, and how each fails. */
export function peoplePasskeysSuite(idp) {
  describe('Passkeys in Chromium', () => {
    const windows = givenWindows(idp);
    let users = 0;
    let app;
    let configuration;

    before(async () => {
      app = await WebApp.start(() => (request, response) => response.setHeader('content-type', 'text/html').end(pageOf('The app')));
      const client = await idp.createClient(webClient('passkeys', app.origin, '/callback'));
      configuration = await oidc.discovery(new URL(idp.issuer), client.client_id, {}, oidc.ClientSecretBasic(client.client_secret), {
        execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
        [oidc.customFetch]: idp.fetch,
      });
    });

    after(() => app?.stop());

    const newUser = () => idp.createUser(`ada-passkeys-${++users}`, claimsOfAda);

    async function signIn(page, { username, password }) {
      await page.getByLabel(/user ?name/i).fill(username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: /^sign in$/i }).click();
    }

    const section = (page) => page.getByRole('region', { name: 'Passkeys' });
    const useButton = (page) => page.getByRole('button', { name: 'Sign in with a passkey' });
    const words = (page) => page.locator('main').innerText();
    const path = (page) => new URL(page.url()).pathname;

    async function openSecurity(page, user) {
      await page.goto(`${idp.issuer}/account/security`);
      if (path(page) === '/login') await signIn(page, user);
      await section(page).waitFor();
    }

    async function add(page, name) {
      await page.getByLabel('Name of the new passkey').fill(name);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
    }

    /**
     * A window in which somebody has a passkey and is signed out again; their authenticator stays plugged in, and is touched whenever it asks. Where the
     * browser may offer it in the name's field, it therefore signs in by itself.
     */
    async function withPasskey({ isOffered = false, ...options } = {}) {
      const window = await windows.open();
      if (!isOffered) await window.page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
      const user = await newUser();
      await openSecurity(window.page, user);
      const authenticator = await plugIn(window, options);
      await add(window.page, 'Laptop');
      await section(window.page).getByRole('status').filter({ hasText: 'added' }).waitFor();
      await window.context.clearCookies();
      return { window, page: window.page, user, authenticator };
    }

    async function request(parameters = {}) {
      const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: `${app.origin}/callback`, scope: 'openid', state: checks.expectedState, nonce: checks.expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256', ...parameters,
      });
      return { url: url.href, claims: async (page) => {
        await page.waitForURL(`${app.origin}/callback?**`);
        return (await oidc.authorizationCodeGrant(configuration, new URL(page.url()), { ...checks, idTokenExpected: true })).claims();
      } };
    }

    /** A security key, which keeps what is made on it. */
    const keyRing = { transport: 'usb', defaultBackupEligibility: false, defaultBackupState: false };
    const twoFactors = { claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:idp:2fa'] }, amr: null } }) };

    test('A person adds two, by their names, and a device that has one says so', async () => {
      const window = await windows.open();
      const { page } = window;
      await openSecurity(page, await newUser());
      await section(page).getByText('You have no passkey yet.').waitFor();
      const laptop = await plugIn(window);
      await add(page, 'Laptop');
      await section(page).getByRole('heading', { name: 'Laptop' }).waitFor();

      await add(page, 'The same again');
      await section(page).getByText('This device or password manager already has a passkey of yours.').waitFor();

      await laptop.send('setAutomaticPresenceSimulation', { enabled: false });
      await plugIn(window, keyRing);
      await page.reload();
      await add(page, 'Key ring');
      await section(page).getByRole('heading', { name: 'Key ring' }).waitFor();
      assert.deepEqual(await section(page).getByRole('heading', { level: 3 }).allInnerTexts(), ['Laptop', 'Key ring']);
      await section(page).getByText('on one device only').waitFor();

      await section(page).getByText('Rename', { exact: true }).first().click();
      await section(page).getByLabel('New name').first().fill('Work laptop');
      await section(page).getByRole('button', { name: 'Save' }).first().click();
      await section(page).getByRole('heading', { name: 'Work laptop' }).waitFor();
    });

    test('What was cancelled makes no passkey, and says so', async () => {
      const window = await windows.open();
      await openSecurity(window.page, await newUser());
      await plugIn(window, { isUserVerified: false });
      await add(window.page, 'Never');
      await section(window.page).getByRole('status').filter({ hasText: 'No passkey was made.' }).waitFor();
      assert.equal(await window.page.evaluate(() => document.activeElement.textContent), 'Add a passkey');
      await window.page.reload();
      await section(window.page).getByText('You have no passkey yet.').waitFor();
    });

    test('The button signs in without a name, and the app hears of two factors', async () => {
      const { page } = await withPasskey();
      const { url, claims } = await request({ claims: JSON.stringify({ id_token: { acr: null, amr: null } }) });
      await page.goto(url);
      await useButton(page).click();
      const { acr, amr } = await claims(page);
      assert.deepEqual([acr, [...amr].sort()], ['urn:idp:2fa', ['mfa', 'swk', 'user']]);
    });

    test('The browser offers it in the field of the name', async () => {
      const { page } = await withPasskey({ isOffered: true });
      const { url, claims } = await request();
      await page.goto(url);
      assert.ok((await claims(page)).sub);
    });

    test('Where it is cancelled the page says so, and the password still signs in', async () => {
      const { page, user, authenticator } = await withPasskey();
      await authenticator.send('setUserVerified', { isUserVerified: false });
      const { url, claims } = await request(twoFactors);
      await page.goto(url);
      await useButton(page).click();
      await page.getByRole('status').filter({ hasText: 'No passkey was used.' }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Sign in with a passkey');

      await signIn(page, user);
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByRole('status').filter({ hasText: 'No passkey was used.' }).waitFor();
      await authenticator.send('setUserVerified', { isUserVerified: true });
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      assert.equal((await claims(page)).acr, 'urn:idp:2fa');
    });

    test('An app that needs two factors asks only for the passkey of who is signed in', async () => {
      const { page, user } = await withPasskey();
      const first = await request();
      await page.goto(first.url);
      await signIn(page, user);
      const { acr } = await first.claims(page);
      assert.equal(acr, undefined);

      const second = await request(twoFactors);
      await page.goto(second.url);
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      const claims = await second.claims(page);
      assert.equal(claims.acr, 'urn:idp:2fa');
      assert.deepEqual(['mfa', 'pwd', 'swk', 'user'].filter((method) => !claims.amr.includes(method)), []);
    });

    test('A key that verifies nobody is a second factor after the password, and none for an app that asks for two by name', async () => {
      // Chromium makes no passkey on such a key, nor signs in by one alone: it is one that was made where keys had a PIN.
      const { window, page, user, authenticator } = await withPasskey(keyRing);
      const { credentials } = await authenticator.send('getCredentials');
      await authenticator.send('removeVirtualAuthenticator');
      const key = await plugIn(window, { ...keyRing, hasUserVerification: false, isUserVerified: false });
      for (const credential of credentials) await key.send('addCredential', { credential });

      const wish = await request({ acr_values: 'urn:idp:2fa', claims: JSON.stringify({ id_token: { amr: null } }) });
      await page.goto(wish.url);
      await signIn(page, user);
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      const { acr, amr } = await wish.claims(page);
      assert.deepEqual([acr, [...amr].sort()], ['urn:idp:2fa', ['hwk', 'mfa', 'pwd']]);

      await page.context().clearCookies();
      await page.goto((await request(twoFactors)).url);
      await signIn(page, user);
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByRole('status').filter({ hasText: /No passkey was used|can’t do what is needed/ }).waitFor();
      assert.equal(path(page), '/login/second');
    });

    test('Who needs a second factor and has none makes a passkey on the way in, or cancels and is asked again', async () => {
      const window = await windows.open({ locale: 'de' });
      const { page } = window;
      const { url, claims } = await request(twoFactors);
      await page.goto(url);
      const user = await newUser();
      await page.getByLabel('Benutzername').fill(user.username);
      await page.getByLabel('Passwort', { exact: true }).fill(user.password);
      await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
      await page.getByRole('heading', { name: 'Zweiten Schritt einrichten' }).waitFor();
      await page.getByRole('img', { name: /QR-Code/ }).waitFor();

      const authenticator = await plugIn(window, { isUserVerified: false });
      const make = page.getByRole('button', { name: 'Passkey hinzufügen' });
      await make.click();
      await page.getByRole('status').filter({ hasText: 'Es wurde kein Passkey angelegt' }).waitFor();
      await authenticator.send('setUserVerified', { isUserVerified: true });
      await make.click();
      await page.getByRole('heading', { name: 'Bewahren Sie Ihre Wiederherstellungscodes auf' }).waitFor();
      const codes = await page.locator('.codes code').allInnerTexts();
      codes.forEach((code) => idp.seen.add('recovery code', code));
      assert.equal(codes.length, 10);
      await page.getByRole('link', { name: 'Ich habe sie aufbewahrt' }).click();
      const { acr, amr } = await claims(page);
      assert.deepEqual([acr, [...amr].sort()], ['urn:idp:2fa', ['mfa', 'pwd', 'swk', 'user']]);

      await page.goto(`${idp.issuer}/account/security`);
      await section(page).getByRole('heading', { name: 'Chrome auf Linux' }).waitFor();
    });

    test('A passkey that was removed signs in no more', async () => {
      const { page, user } = await withPasskey();
      await openSecurity(page, user);
      await section(page).getByRole('button', { name: 'Remove “Laptop”' }).click();
      await section(page).getByRole('status').filter({ hasText: 'removed' }).waitFor();
      await page.context().clearCookies();

      await page.goto(`${idp.issuer}/login`);
      await useButton(page).click();
      await page.getByRole('alert').filter({ hasText: 'That passkey couldn’t be used.' }).waitFor();
      assert.equal(path(page), '/login/passkey');
    });

    test('Without a script the pages explain themselves, and everything else works', async () => {
      const { page } = await windows.open({ javaScriptEnabled: false });
      const user = await newUser();
      await page.goto(`${idp.issuer}/login`);
      assert.match(await words(page), /To sign in with a passkey, switch on JavaScript/);
      assert.equal(await useButton(page).count(), 0);
      await openSecurity(page, user);
      assert.match(await words(page), /To add a passkey, switch on JavaScript/);
      assert.equal(await page.getByRole('button', { name: 'Add a passkey' }).count(), 0);
    });

    test('A browser that knows no passkeys is told so where it matters', async () => {
      const { page } = await windows.open();
      await page.addInitScript(() => { delete window.PublicKeyCredential; });
      await openSecurity(page, await newUser());
      await section(page).getByText('This browser can’t make passkeys.').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Add a passkey' }).count(), 0);
    });
  });
}
