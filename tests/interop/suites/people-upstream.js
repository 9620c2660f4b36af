import { after, afterEach, before, describe, test } from 'node:test';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { Provider } from 'oidc-provider';
import { faultsOf } from '../support/axe.js';
import { Window, launchBrowser } from '../support/browser.js';
import { Idp } from '../support/idp.js';
import { freePort, until } from '../support/program.js';
import { confidentialClient } from '../support/given.js';

/** npm oidc-provider, with the pages that it brings for development: whatever name is typed signs in. */
class NodeProvider {
  static async start(idp, name) {
    const provider = new NodeProvider();
    const port = await freePort();
    provider.name = name;
    provider.issuer = `http://localhost:${port}`;
    provider.secret = randomBytes(24).toString('hex');
    const below = `${idp.issuer}/login/upstream/${name}`;
    const oidc = new Provider(provider.issuer, {
      clients: [{
        client_id: 'us',
        client_secret: provider.secret,
        redirect_uris: [`${below}/callback`],
        post_logout_redirect_uris: [`${below}/signed-out`],
        backchannel_logout_uri: `${below}/backchannel-logout`,
        backchannel_logout_session_required: true,
      }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
      features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      // It calls nobody on loopback by itself.
      fetch: (url, { dispatcher, ...options }) => fetch(url, options),
      cookies: { keys: [randomBytes(16).toString('hex')] },
      findAccount: (_, sub) => ({
        accountId: sub,
        claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true, name: `<b>${sub}</b>`, picture: 'javascript:alert(1)' }),
      }),
    });
    provider.server = createServer(oidc.callback()).listen(port, '127.0.0.1');
    await once(provider.server, 'listening');
    return provider;
  }

  /** Its pages for development, as a person meets them. */
  async signIn(page, login) {
    await page.waitForURL(`${this.issuer}/interaction/**`);
    if (await page.getByPlaceholder('Enter any login').count()) {
      await page.getByPlaceholder('Enter any login').fill(login);
      await page.getByPlaceholder('and password').fill('anything');
      await page.getByRole('button', { name: 'Sign-in' }).click();
    }
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** People who come from another provider, in a real browser: npm oidc-provider, and a second instance of this server. */
export function peopleUpstreamSuite(idp) {
  describe('Accounts from elsewhere', () => {
    let browser;
    let window;
    let node;
    let second;
    let grace;
    let app;

    before(async () => {
      browser = await launchBrowser();
      node = await NodeProvider.start(idp, 'node');
      const common = { email_domains: ['example.com'], create: 'always' };
      await idp.command(['upstreams', 'create', '--file', '-'], { ...common, name: 'node', label: 'Node', issuer: node.issuer, client_id: 'us', client_secret: node.secret });

      // At another host, since cookies know no ports.
      second = await Idp.start({}, { name: 'idp-second', host: '127.0.0.1' });
      grace = await second.createUser('grace', { name: 'Grace', email: 'grace@elsewhere.example', email_verified: true });
      const below = `${idp.issuer}/login/upstream/second`;
      const client = await second.createClient({
        ...confidentialClient, client_name: 'The first', redirect_uris: [`${below}/callback`], post_logout_redirect_uris: [`${below}/signed-out`],
        backchannel_logout_uri: `${below}/backchannel-logout`, scope: 'openid email profile', resources: [], grant_types: ['authorization_code'],
      });
      await idp.command(['upstreams', 'create', '--file', '-'], { name: 'second', label: 'Second', issuer: second.issuer, client_id: client.client_id, client_secret: client.client_secret });

      app = createServer((_, response) => response.end('Back at the app'));
      app.listen(0, '127.0.0.1');
      await once(app, 'listening');
    });

    after(async () => {
      node?.close();
      app?.close();
      await second?.stop();
      await browser?.close();
    });

    afterEach(async () => {
      await window?.close();
      if (window) assert.deepEqual(window.faults.filter((fault) => !fault.includes('fonts.googleapis.com') && !fault.includes(node.issuer)), []);
      window = undefined;
    });

    async function open() {
      window = await Window.open(browser, idp);
      // The other provider's own pages ask for a font.
      await window.context.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
      return window.page;
    }

    const heading = (page) => page.getByRole('heading', { level: 1 }).innerText();

    async function goTo(page, label, path = '/login') {
      await page.goto(`${idp.issuer}${path}`);
      await page.getByRole('link', { name: `Sign in with ${label}` }).click();
    }

    async function signInHere(page, user, at = idp) {
      await page.locator('input[name=username]').fill(user.username);
      await page.locator('input[name=password]').fill(user.password);
      await page.locator('form:has(input[name=password]) button[type=submit]').first().click();
      await page.waitForURL((url) => url.origin !== at.issuer || url.pathname !== '/login');
    }

    async function link(page, label) {
      await page.goto(`${idp.issuer}/account/links`);
      await page.getByRole('button', { name: `Link ${label}` }).click();
    }

    test('A first sign-in by oidc-provider makes an account, and its words stay words', async () => {
      const page = await open();
      await goTo(page, 'Node', '/login?return_to=account');
      await node.signIn(page, 'ada');
      await page.waitForURL(`${idp.issuer}/account`);
      assert.match(await page.locator('main').innerText(), /ada@example\.com/);
      assert.equal(await page.locator('main b').count(), 0);
      const { claims, links } = await idp.command(['users', 'show', 'ada@example.com']);
      assert.deepEqual([claims.name, claims.picture, claims.email_verified], ['<b>ada</b>', undefined, true]);
      assert.deepEqual(links, [{ issuer: node.issuer, subject: 'ada' }]);
    });

    test('An app’s request goes on after the way there and back', async () => {
      const page = await open();
      const redirectUri = `http://127.0.0.1:${app.address().port}/cb`;
      const client = await idp.createClient({ ...confidentialClient, client_name: 'The app', application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'], post_logout_redirect_uris: [] });
      const query = new URLSearchParams({
        client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid', code_challenge_method: 'S256',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      });
      await page.goto(`${idp.issuer}/authorize?${query}`);
      await page.getByRole('link', { name: 'Sign in with Node' }).click();

      // Cancelled there, and begun again from the page that says so.
      await page.waitForURL(`${node.issuer}/interaction/**`);
      await page.getByRole('link', { name: /cancel/i }).click();
      assert.equal(await heading(page), 'You did not sign in there');
      await page.getByRole('link', { name: 'Back to sign-in' }).click();
      await page.getByRole('link', { name: 'Sign in with Node' }).click();
      await node.signIn(page, 'bob');
      await page.waitForURL(`${redirectUri}?**`);
      assert.ok(new URL(page.url()).searchParams.get('code'));
    });

    test('A person links, signs in by it, unlinks, and is a stranger again', async () => {
      const user = await idp.createUser('linker');
      const page = await open();
      await page.goto(`${idp.issuer}/login`);
      await signInHere(page, user);
      await link(page, 'Node');
      await node.signIn(page, 'charlie');
      await page.waitForURL(`${idp.issuer}/account/links?done=linked`);

      const another = await Window.open(browser, idp);
      await another.context.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
      await goTo(another.page, 'Node', '/login?return_to=account');
      await node.signIn(another.page, 'charlie');
      await another.page.waitForURL(`${idp.issuer}/account`);
      assert.match(await another.page.locator('main').innerText(), /linker/);

      await page.getByRole('button', { name: 'Unlink Node' }).click();
      await page.waitForURL(`${idp.issuer}/account/links?done=unlinked`);
      await another.page.goto(`${idp.issuer}/account`);
      assert.match(another.page.url(), /\/login/);
      await another.close();
    });

    test('An address of somebody here is no way into their account', async () => {
      const victim = await idp.createUser('victim', { email: 'victim@example.com', email_verified: true });
      const page = await open();
      await goTo(page, 'Node');
      await node.signIn(page, 'victim');
      assert.equal(await heading(page), 'You have an account here already');
      assert.deepEqual(await faultsOf(page, 'a newcomer'), []);
      assert.deepEqual((await idp.command(['users', 'show', victim.username])).links, []);
    });

    test('A sign-out there ends the session here', async () => {
      const page = await open();
      await goTo(page, 'Node', '/login?return_to=account');
      await node.signIn(page, 'dora');
      await page.waitForURL(`${idp.issuer}/account`);
      await page.goto(`${node.issuer}/session/end`);
      await page.getByRole('button', { name: /yes, sign me out/i }).click();
      await until('the session here has ended', async () => {
        await page.goto(`${idp.issuer}/account`);
        return page.url().includes('/login');
      });
    });

    test('A sign-out here is carried there, and comes back', async () => {
      const page = await open();
      await goTo(page, 'Node');
      await node.signIn(page, 'emil');
      await page.waitForURL(`${idp.issuer}/`);
      await page.goto(`${idp.issuer}/logout`);
      await page.locator('form button[type=submit]').first().click();
      await page.getByRole('link', { name: 'Sign out of Node too' }).click();
      await page.getByRole('button', { name: /yes, sign me out/i }).click();
      await page.waitForURL(`${idp.issuer}/login/upstream/node/signed-out**`);
      assert.equal(await heading(page), 'You are signed out');
    });

    test('A second instance of this server: nobody is made, then linked, and signed out from there', async () => {
      const user = await idp.createUser('local-grace');
      const page = await open();
      await goTo(page, 'Second');
      await signInHere(page, grace, second);
      assert.equal(await heading(page), 'No account here is linked to it');

      await page.goto(`${idp.issuer}/login`);
      await signInHere(page, user);
      await link(page, 'Second');
      await page.waitForURL(`${idp.issuer}/account/links?done=linked`);
      await page.goto(`${idp.issuer}/logout`);
      await page.locator('form button[type=submit]').first().click();

      await goTo(page, 'Second', '/login?return_to=account');
      await page.waitForURL(`${idp.issuer}/account`);
      assert.match(await page.locator('main').innerText(), /local-grace/);

      await page.goto(`${second.issuer}/logout`);
      await page.locator('form button[type=submit]').first().click();
      assert.equal(await heading(page), 'You are signed out');
      await until('the session here has ended', async () => {
        await page.goto(`${idp.issuer}/account`);
        return page.url().includes('/login');
      });
    });
  });
}
