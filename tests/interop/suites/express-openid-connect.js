import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import openid from 'express-openid-connect';
import { claimsOfAda } from '../support/given.js';
import { givenPerson } from '../support/given-person.js';
import { until } from '../support/program.js';
import { WebApp, page, signInAt, webClient } from '../support/web-app.js';

/** Auth0's middleware for Express, as its README sets it up for any OpenID provider. */
export function expressOpenidConnectSuite(idp) {
  describe('express-openid-connect', () => {
    const given = givenPerson(idp, 'ada-express', () => WebApp.start(async (origin) => {
      const client = await idp.createClient({
        ...webClient('Express', origin, '/callback'), backchannel_logout_uri: `${origin}/backchannel-logout`, backchannel_logout_session_required: true,
      });
      return application(idp, client, origin);
    }));

    async function signedIn(t) {
      const window = await given.open(t);
      await window.page.goto(`${given.app.origin}/profile`);
      await signInAt(window.page, given.user);
      await window.page.getByRole('heading', { name: 'Hello, Ada Example' }).waitFor();
      return window;
    }

    test('Signs a person in with code and PKCE, asks UserInfo, and refreshes', async (t) => {
      const { page: tab, requests, faults } = await signedIn(t);
      const asked = requests.find(({ origin, pathname }) => origin === idp.issuer && pathname === '/authorize').searchParams;
      assert.deepEqual([asked.get('response_type'), asked.get('code_challenge_method')], ['code', 'S256']);
      assert.equal(await tab.locator('#email').innerText(), claimsOfAda.email);
      await tab.goto(`${given.app.origin}/refresh`);
      await tab.getByRole('heading', { name: 'Refreshed' }).waitFor();
      assert.deepEqual(faults, []);
    });

    test('Signs out at the server, and comes back', async (t) => {
      const { page: tab } = await signedIn(t);
      await tab.goto(`${given.app.origin}/logout`);
      await tab.getByRole('heading', { name: 'Nobody' }).waitFor();
      await tab.goto(`${given.app.origin}/profile`);
      await tab.getByLabel('Username').waitFor();
    });

    test('Is told over the back channel when the person signs out elsewhere', async (t) => {
      const { page: tab } = await signedIn(t);
      await tab.goto(`${idp.issuer}/logout`);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await tab.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await until('the app knows it', async () => {
        await tab.goto(given.app.origin);
        return tab.getByRole('heading', { name: 'Nobody' }).isVisible();
      });
    });
  });
}

function application(idp, client, origin) {
  const app = express();
  app.use(openid.auth({
    issuerBaseURL: idp.issuer,
    baseURL: origin,
    clientID: client.client_id,
    clientSecret: client.client_secret,
    clientAuthMethod: 'client_secret_basic',
    secret: randomBytes(32).toString('hex'),
    authRequired: false,
    idpLogout: true,
    // A name of its own: cookies of localhost go to every port.
    session: { name: 'express' },
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
    backchannelLogout: { store: new session.MemoryStore() },
  }));
  app.get('/', (request, response) => response.send(page(request.oidc.isAuthenticated() ? 'Somebody' : 'Nobody')));
  app.get('/profile', openid.requiresAuth(), async (request, response) => {
    const person = await request.oidc.fetchUserInfo();
    response.send(page(`Hello, ${person.name}`, `<p id="email">${person.email}</p>`));
  });
  app.get('/refresh', openid.requiresAuth(), async (request, response) => {
    const before = request.oidc.accessToken.access_token;
    const { access_token: renewed } = await request.oidc.accessToken.refresh();
    response.send(page(renewed !== before ? 'Refreshed' : 'The same'));
  });
  return app;
}
