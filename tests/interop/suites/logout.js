import { after, afterEach, before, describe, test } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { Window, launchBrowser } from '../support/browser.js';
import { until } from '../support/program.js';
import { claimsOfAda, confidentialClient } from '../support/given.js';
import { signInAt } from '../support/web-app.js';

/** An app that listens on all three channels: what each of them brings it, in a real browser and by npm jose. */
export function logoutSuite(idp) {
  describe('logout', () => {
    let browser;
    let user;
    let window;
    let app;

    before(async () => {
      user = await idp.createUser('ada-logout', claimsOfAda);
      browser = await launchBrowser();
    });

    after(async () => {
      await browser?.close();
    });

    afterEach(async () => {
      await window.close();
      await app.close();
      assert.deepEqual(window.faults, []);
    });

    async function signIn(options) {
      window = await Window.open(browser, idp, options);
      app = await App.start(idp);
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
      const url = oidc.buildAuthorizationUrl(app.configuration, {
        redirect_uri: app.redirectUri,
        scope: 'openid',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      });
      await window.page.goto(url.href);
      await signInAt(window.page, user);
      await window.page.waitForURL(`${app.redirectUri}?**`);
      const tokens = await oidc.authorizationCodeGrant(app.configuration, new URL(window.page.url()), { pkceCodeVerifier, idTokenExpected: true });
      return { page: window.page, tokens, sessionState: new URL(window.page.url()).searchParams.get('session_state') };
    }

    const signOut = (page, tokens) =>
      page.goto(oidc.buildEndSessionUrl(app.configuration, { id_token_hint: tokens.id_token, post_logout_redirect_uri: app.signedOutUri }).href);

    for (const javaScriptEnabled of [true, false]) {
      test(`The signed-out page loads the app's frame and goes on by itself${javaScriptEnabled ? '' : ', without JavaScript too'}`, async () => {
        const { page, tokens } = await signIn({ javaScriptEnabled });
        await signOut(page, tokens);
        // With scripts it goes on as soon as the frame has loaded, which nobody has the time to see.
        if (!javaScriptEnabled) assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'You are signed out');
        await page.waitForURL(app.signedOutUri);
        const [frame] = app.requests.filter(({ pathname }) => pathname === '/front');
        assert.deepEqual([...frame.searchParams], [['iss', idp.issuer], ['sid', tokens.claims().sid]]);
      });
    }

    test('The logout token that the app is posted verifies with jose, and is no ID token', async () => {
      const { page, tokens } = await signIn();
      await signOut(page, tokens);
      const token = await until('the logout token is there', () => app.logoutTokens[0]);
      const keys = createRemoteJWKSet(new URL(`${idp.issuer}/.well-known/jwks.json`));
      const expected = { issuer: idp.issuer, audience: app.clientId, algorithms: ['RS256'], maxTokenAge: '2 minutes' };
      const { payload } = await jwtVerify(token, keys, { ...expected, typ: 'logout+jwt' });
      assert.deepEqual([payload.sid, payload.sub], [tokens.claims().sid, tokens.claims().sub]);
      assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
      await assert.rejects(jwtVerify(token, keys, { ...expected, typ: 'JWT' }));
    });

    test('The frame of session management knows the session, its end, and who asks', async () => {
      const { page, sessionState } = await signIn();
      const ask = (question) => page.evaluate(([address, words]) => new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.src = address;
        addEventListener('message', ({ data }) => {
          frame.remove();
          resolve(data);
        }, { once: true });
        frame.addEventListener('load', () => frame.contentWindow.postMessage(words, new URL(address).origin));
        document.body.append(frame);
      }), [`${idp.issuer}/session/check`, question]);

      assert.equal(await ask(`${app.clientId} ${sessionState}`), 'unchanged');
      assert.equal(await ask(`another ${sessionState}`), 'changed');
      assert.equal(await ask('nonsense'), 'error');
      assert.equal(await ask({ not: 'text' }), 'error');
      assert.equal(await page.evaluate(([address]) => fetch(address, { mode: 'no-cors' }).then(() => document.cookie), [`${idp.issuer}/session/check`]).then((cookie) => cookie.includes('idp-session')), false);

      const elsewhere = await window.context.newPage();
      await elsewhere.goto(`${idp.issuer}/logout`);
      await elsewhere.getByRole('button', { name: /sign out/i }).click();
      await elsewhere.getByRole('heading', { name: 'You are signed out' }).waitFor();
      assert.equal(await ask(`${app.clientId} ${sessionState}`), 'changed');
    });
  });
}

/** A web application of one page, with its own registration. */
class App {
  requests = [];
  logoutTokens = [];
  #server;

  static async start(idp) {
    const app = new App();
    app.#server = createServer(async (request, response) => {
      const url = new URL(request.url, app.origin);
      app.requests.push(url);
      if (url.pathname === '/back') {
        const token = new URLSearchParams(await text(request)).get('logout_token');
        idp.seen.add('logout_token', token);
        app.logoutTokens.push(token);
      }
      response.writeHead(200, { 'content-type': 'text/html', connection: 'close' }).end('<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>App</title><body>');
    }).listen(0, '127.0.0.1');
    await once(app.#server, 'listening');
    app.origin = `http://localhost:${app.#server.address().port}`;
    app.redirectUri = `${app.origin}/callback`;
    app.signedOutUri = `${app.origin}/signed-out`;
    const client = await idp.createClient({
      ...confidentialClient,
      redirect_uris: [app.redirectUri],
      post_logout_redirect_uris: [app.signedOutUri],
      backchannel_logout_uri: `${app.origin}/back`,
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: `${app.origin}/front`,
      frontchannel_logout_session_required: true,
    });
    app.clientId = client.client_id;
    app.configuration = await oidc.discovery(new URL(idp.issuer), client.client_id, {}, oidc.ClientSecretBasic(client.client_secret), {
      execute: [oidc.allowInsecureRequests],
      [oidc.customFetch]: idp.fetch,
    });
    return app;
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
