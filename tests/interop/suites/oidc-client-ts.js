import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { claimsOfAda } from '../support/given.js';
import { givenPerson } from '../support/given-person.js';
import { WebApp, page, signInAt, webClient } from '../support/web-app.js';

const library = readFileSync(new URL('../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url), 'utf8');

/** The library that single-page apps use, in the page itself: every call that it makes is a browser's, with CORS. */
export function oidcClientTsSuite(idp) {
  describe('oidc-client-ts', () => {
    const given = givenPerson(idp, 'ada-oidc-client-ts', () => WebApp.start(async (origin) => {
      const client = await idp.createClient({
        ...webClient('oidc-client-ts', origin, '/callback'), token_endpoint_auth_method: 'none', allowed_origins: [origin],
        redirect_uris: [`${origin}/callback`, `${origin}/silent`],
      });
      return application(idp, client, origin);
    }));

    async function signedIn(t) {
      const window = await given.open(t);
      await window.page.goto(given.app.origin);
      await window.page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await signInAt(window.page, given.user);
      await window.page.waitForURL(`${given.app.origin}/callback?**`);
      await window.page.evaluate(() => manager.signinCallback());
      return window;
    }

    const tokensOf = async (tab) => {
      const tokens = await tab.evaluate(() => manager.getUser());
      for (const name of ['access_token', 'refresh_token', 'id_token']) idp.seen.add(name, tokens[name]);
      return tokens;
    };

    test('Signs a person in with PKCE and reads UserInfo', async (t) => {
      const { page: tab, faults } = await signedIn(t);
      const tokens = await tokensOf(tab);
      assert.deepEqual([tokens.profile.name, tokens.profile.email, tokens.profile.iss], [claimsOfAda.name, claimsOfAda.email, idp.issuer]);
      assert.ok(tokens.session_state);
      assert.deepEqual(faults, []);
    });

    test('Renews by the refresh token, and in a hidden frame by the session', async (t) => {
      const { page: tab } = await signedIn(t);
      const first = await tokensOf(tab);
      await tab.evaluate(() => manager.signinSilent());
      const second = await tokensOf(tab);
      assert.notEqual(second.access_token, first.access_token);
      await tab.evaluate(() => manager.getUser().then((one) => {
        one.refresh_token = undefined;
        return manager.storeUser(one);
      }));
      await tab.evaluate(() => manager.signinSilent());
      const third = await tokensOf(tab);
      assert.notEqual(third.access_token, second.access_token);
      assert.equal(third.profile.sub, first.profile.sub);
    });

    test('Learns from the frame of session management that the person signed out elsewhere', async (t) => {
      const { page: tab, context } = await signedIn(t);
      await tab.goto(given.app.origin);
      await tab.evaluate(() => {
        window.signedOut = new Promise((resolve) => manager.events.addUserSignedOut(() => resolve('signed out')));
        return manager.getUser().then((one) => manager.events.load(one));
      });
      const elsewhere = await context.newPage();
      await elsewhere.goto(`${idp.issuer}/logout`);
      await elsewhere.getByRole('button', { name: 'Sign out' }).click();
      await elsewhere.getByRole('heading', { name: 'You are signed out' }).waitFor();
      assert.equal(await tab.evaluate(() => window.signedOut), 'signed out');
    });

    test('Takes its tokens back and signs out at the server', async (t) => {
      const { page: tab } = await signedIn(t);
      const { access_token: token } = await tokensOf(tab);
      await tab.evaluate(() => manager.revokeTokens());
      assert.equal((await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status, 401);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await tab.waitForURL(`${given.app.origin}/`);
      assert.equal(await tab.evaluate(() => manager.getUser()), null);
    });
  });
}

function application(idp, client, origin) {
  const settings = {
    authority: idp.issuer,
    client_id: client.client_id,
    redirect_uri: `${origin}/callback`,
    silent_redirect_uri: `${origin}/silent`,
    post_logout_redirect_uri: `${origin}/`,
    scope: 'openid profile email offline_access',
    loadUserInfo: true,
    monitorSession: true,
    checkSessionIntervalInSeconds: 1,
  };
  const script = `<button onclick="manager.signinRedirect()">Sign in</button><button onclick="manager.signoutRedirect()">Sign out</button>
  <script src="/oidc-client-ts.js"></script><script>
    const manager = new oidc.UserManager(${JSON.stringify(settings)});
    if (location.pathname === '/silent') manager.signinSilentCallback();
  </script>`;
  return (request, response) => request.url === '/oidc-client-ts.js'
    ? response.writeHead(200, { 'content-type': 'text/javascript' }).end(library)
    : response.writeHead(200, { 'content-type': 'text/html' }).end(page('A page of one file', script));
}
