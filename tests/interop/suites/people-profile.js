import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier } from 'identityprovider-verifier';
import * as oidc from 'openid-client';
import { Window, launchBrowser } from '../support/browser.js';
import { claimsOfAda, confidentialClient, ordersApi, redirectUri } from '../support/given.js';
import { Idp } from '../support/idp.js';
import { until } from '../support/program.js';
import { signedInApp } from '../support/signed-in-app.js';
import { signInAt } from '../support/web-app.js';

/** What people say of themselves, what operators say of them, and whose pages these are: in Chromium, and at a real API. */
export function peopleProfileSuite(idp) {
  describe('a profile', () => {
    let browser;

    before(async () => {
      browser = await launchBrowser();
    });

    after(() => browser?.close());

    async function signedIn(user, options) {
      const window = await Window.open(browser, idp, { locale: 'en', ...options });
      await window.page.goto(`${idp.issuer}/account/profile`);
      await signInAt(window.page, user);
      await window.page.getByRole('heading', { name: 'Your profile', level: 1 }).waitFor();
      return window;
    }

    test('Is edited by its person; a mistake is said at its field; an app sees what was saved at once', async () => {
      const user = await idp.createUser('profile-ada', claimsOfAda);
      const { configuration, tokens } = await signedInApp(idp, user, { scope: 'openid profile phone address orders.read', resource: ordersApi.identifier });
      const window = await signedIn(user);
      const { page } = window;

      await page.getByLabel('Full name').fill('Ada “Countess” <King>');
      await page.getByLabel('Your website').fill('javascript:alert(1)');
      await page.getByLabel('Date of birth').fill('1815-13-10');
      await page.getByRole('button', { name: 'Save' }).click();
      const alert = page.getByRole('alert');
      assert.match(await alert.innerText(), /Nothing was saved/);
      await alert.getByRole('link', { name: 'Date of birth' }).click();
      assert.equal(await page.evaluate(() => location.hash), '#birthdate');
      assert.equal(await page.getByLabel('Date of birth').getAttribute('aria-invalid'), 'true');
      assert.match(await page.getByLabel('Your website').evaluate((input) => document.getElementById(input.getAttribute('aria-describedby').split(' ').at(-1)).textContent), /https:/);
      assert.equal(await page.getByLabel('Full name').inputValue(), 'Ada “Countess” <King>');
      assert.equal((await oidc.fetchUserInfo(configuration, tokens.access_token, user.sub)).name, claimsOfAda.name);

      await page.getByLabel('Your website').fill('https://ada.example/');
      await page.getByLabel('Date of birth').fill('1815-12-10');
      await page.getByLabel('Time zone').selectOption('Europe/London');
      await page.getByLabel('Phone number').fill('+44 20 7946 0000');
      await page.getByLabel('City').fill('London');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('status').waitFor();
      const told = await oidc.fetchUserInfo(configuration, tokens.access_token, user.sub);
      assert.deepEqual(
        [told.name, told.website, told.birthdate, told.zoneinfo, told.phone_number, told.phone_number_verified, told.address.locality],
        ['Ada “Countess” <King>', 'https://ada.example/', '1815-12-10', 'Europe/London', '+44 20 7946 0000', false, 'London'],
      );
      assert.equal(await page.getByLabel('Time zone').inputValue(), 'Europe/London');
      assert.deepEqual([window.faults, window.strangers], [[], []]);
      await window.close();
    });

    test('That was changed in another tab is not overwritten unseen', async () => {
      const user = await idp.createUser('profile-tabs', claimsOfAda);
      const window = await signedIn(user);
      const other = await window.context.newPage();
      await other.goto(`${idp.issuer}/account/profile`);
      await other.getByLabel('What friends call you').fill('Countess');
      await other.getByRole('button', { name: 'Save' }).click();
      await other.getByRole('status').waitFor();

      await window.page.getByLabel('What friends call you').fill('Lady');
      await window.page.getByRole('button', { name: 'Save' }).click();
      assert.match(await window.page.getByRole('alert').innerText(), /changed somewhere else/);
      assert.match(await window.page.locator('.mistake').innerText(), /Countess/);
      assert.equal((await idp.command(['users', 'show', 'profile-tabs'])).claims.nickname, 'Countess');
      await window.page.getByRole('button', { name: 'Save' }).click();
      await window.page.getByRole('status').waitFor();
      assert.equal((await idp.command(['users', 'show', 'profile-tabs'])).claims.nickname, 'Lady');
      await window.close();
    });

    test('Is in the words of its reader, and is used by the keyboard alone, without JavaScript', async () => {
      const user = await idp.createUser('profile-keys');
      const window = await Window.open(browser, idp, { locale: 'de', javaScriptEnabled: false });
      await window.page.goto(`${idp.issuer}/account/profile`);
      await window.page.locator('#username').fill(user.username);
      await window.page.locator('#password').fill(user.password);
      await window.page.locator('#password').press('Enter');
      await window.page.getByRole('heading', { name: 'Ihr Profil', level: 1 }).waitFor();
      await window.page.getByLabel('Vorname', { exact: true }).focus();
      await window.page.keyboard.type('Ada');
      await window.page.keyboard.press('Enter');
      await window.page.getByRole('status').waitFor();
      assert.equal((await idp.command(['users', 'show', 'profile-keys'])).claims.given_name, 'Ada');
      await window.close();
    });

    test('A role that a group gives or loses makes the token stale at an API, which hears of it by the stream, and a refresh brings the true one', async () => {
      const user = await idp.createUser('profile-roles', claimsOfAda);
      await idp.createResource({ identifier: 'https://staff.example/', name: 'Staff', scopes: ['staff.read'], claims: { roles: 'roles', groups: 'groups' } });
      await idp.command(['groups', 'create', 'sales', '--role', 'seller']);
      const api = await StaffApi.start(idp);
      try {
        const app = await signedInApp(idp, user, { scope: 'openid staff.read', resource: api.audience });
        assert.deepEqual(await api.call(app.tokens.access_token), { status: 200, roles: [], groups: [] });
        await until('the stream is open', () => api.verifier.health().push === 'open');

        await idp.command(['users', 'add-to-group', 'profile-roles', 'sales']);
        await becomesStale(api, app);
        assert.deepEqual(await api.call(app.tokens.access_token), { status: 200, roles: ['seller'], groups: ['sales'] });
        await idp.command(['groups', 'grant-role', 'sales', 'auditor']);
        await becomesStale(api, app);
        assert.deepEqual((await api.call(app.tokens.access_token)).roles, ['auditor', 'seller']);
        await idp.command(['roles', 'delete', 'auditor']);
        await becomesStale(api, app);
        await idp.command(['groups', 'delete', 'sales']);
        await becomesStale(api, app);
        assert.deepEqual(await api.call(app.tokens.access_token), { status: 200, roles: [], groups: [] });
      } finally {
        await api.stop();
      }
    });
  });

  describe('a brand', () => {
    let browser;
    let folder;
    let branded;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'idp-brand-'));
      writeFileSync(join(folder, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 2"><rect width="8" height="2" fill="#0b6b3a"/><script>document.title = "run"</script></svg>');
      branded = await Idp.start({ Idp__Branding__Name: 'Blue Door', Idp__Branding__Logo: join(folder, 'logo.svg'), Idp__Branding__AccentColor: '#0b6b3a' }, { name: 'branded idp' });
      browser = await launchBrowser();
    });

    after(async () => {
      await browser?.close();
      await branded?.stop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    const colorOf = (locator, property) => locator.evaluate((element, name) => getComputedStyle(element)[name], property);

    test('Of the site is on its pages: name, logo, and a colour that is lighter in the dark', async () => {
      for (const [colorScheme, isAsGiven] of [['light', true], ['dark', false]]) {
        const window = await Window.open(browser, branded, { locale: 'en', colorScheme });
        await window.page.goto(`${branded.issuer}/login`);
        assert.match(await window.page.title(), /Blue Door/);
        assert.match(await window.page.locator('header').innerText(), /Blue Door\s+localhost/);
        assert.equal(await window.page.locator('header img').evaluate((img) => img.complete && img.naturalWidth > 0), true);
        const button = window.page.getByRole('button', { name: 'Sign in', exact: true });
        const [ground, text] = [await colorOf(button, 'backgroundColor'), await colorOf(button, 'color')];
        assert.equal(ground === 'rgb(11, 107, 58)', isAsGiven);
        assert.ok(contrast(ground, text) >= 4.5, `${colorScheme}: ${text} on ${ground}`);
        assert.ok(contrast(ground, await colorOf(window.page.locator('main'), 'backgroundColor')) >= 4.5);
        assert.deepEqual([window.faults, window.strangers], [[], []]);
        await window.close();
      }
    });

    test('Opened by itself, its picture runs nothing', async () => {
      const window = await Window.open(browser, branded);
      await window.page.goto(`${branded.issuer}/login`);
      await window.page.goto(new URL(await window.page.locator('header img').getAttribute('src'), branded.issuer).href);
      assert.notEqual(await window.page.title(), 'run');
      await window.close();
    });

    test('Of an app is on the pages about it, and not on others', async () => {
      const client = await branded.createClient({ ...confidentialClient, scope: 'openid', resources: [], client_name: 'Garden Shop', brand_color: '#8a1c7c', require_consent: true });
      const window = await Window.open(browser, branded, { locale: 'en' });
      await window.page.goto(`${branded.issuer}/authorize?${new URLSearchParams({
        client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
      })}`);
      assert.match(await window.page.locator('main').innerText(), /Garden Shop/);
      assert.equal(await colorOf(window.page.getByRole('button', { name: 'Sign in', exact: true }), 'backgroundColor'), 'rgb(138, 28, 124)');
      await window.page.goto(`${branded.issuer}/login`);
      assert.equal(await colorOf(window.page.getByRole('button', { name: 'Sign in', exact: true }), 'backgroundColor'), 'rgb(11, 107, 58)');
      await window.close();
    });

    test('That few could read is refused with one line, which names one that all can', async () => {
      const refused = await branded.run(['clients', 'create', '--file', '-'], { ...confidentialClient, resources: [], scope: 'openid', brand_color: '#ffee00' });
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /^brand_color: #ffee00 has a contrast of 1\.\d to 1 on a light page and needs 4\.5 \(WCAG 2\.2 AA\); #[0-9a-f]{6} has it\n$/);
    });
  });

  /** The token that was good is refused as stale; then it is refreshed. */
  async function becomesStale(api, app) {
    await until('the token is stale', async () => (await api.call(app.tokens.access_token)).reason === 'TokenStale', 15);
    app.tokens = await oidc.refreshTokenGrant(app.configuration, app.tokens.refresh_token, { resource: api.audience });
  }
}

/** An API behind HTTP that verifies tokens with the npm verifier, and says which roles it was told of. */
class StaffApi {
  audience = 'https://staff.example/';

  static async start(idp) {
    const api = new StaffApi();
    api.verifier = createVerifier({ issuer: idp.issuer, audience: api.audience, requireStatus: true });
    api.server = createServer(async (request, response) => {
      try {
        const { roles, groups } = await api.verifier.verify(request.headers.authorization?.slice('Bearer '.length) ?? '');
        response.writeHead(200).end(JSON.stringify({ roles, groups }));
      } catch (error) {
        response.writeHead(401).end(JSON.stringify({ reason: error.reason }));
      }
    });
    await new Promise((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  async call(token) {
    const response = await fetch(`http://127.0.0.1:${this.server.address().port}/`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, ...(await response.json()) };
  }

  async stop() {
    await this.verifier.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** WCAG 2.2's ratio of two colours as getComputedStyle writes them. */
function contrast(one, other) {
  const luminance = (text) => {
    const [r, g, b] = text.match(/\d+/g).map(Number).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
