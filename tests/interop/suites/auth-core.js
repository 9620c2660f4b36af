import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Auth } from '@auth/core';
import { claimsOfAda } from '../support/given.js';
import { givenPerson } from '../support/given-person.js';
import { WebApp, page, signInAt, webClient } from '../support/web-app.js';

/** Auth.js, what Next.js and SvelteKit apps sign people in with: its own pages, discovery, PKCE, state and nonce. */
export function authCoreSuite(idp) {
  describe('@auth/core', () => {
    const given = givenPerson(idp, 'ada-auth-core', () => WebApp.start(async (origin) => application(idp, await idp.createClient(webClient('Auth.js', origin, '/auth/callback/idp')), origin)));

    test('Signs a person in from its own page, and knows who it is', async (t) => {
      const window = await given.open(t);
      const { page: tab } = window;
      await tab.goto(`${given.app.origin}/auth/signin`);
      await tab.getByRole('button', { name: 'Sign in with IdP' }).click();
      await signInAt(tab, given.user);
      await tab.waitForURL(`${given.app.origin}/`);
      const asked = window.requests.find(({ origin, pathname }) => origin === idp.issuer && pathname === '/authorize').searchParams;
      for (const name of ['code_challenge', 'state', 'nonce']) assert.ok(asked.get(name), name);
      const session = await tab.evaluate(() => fetch('/auth/session').then((answer) => answer.json()));
      assert.deepEqual([session.user.name, session.user.email], [claimsOfAda.name, claimsOfAda.email]);
    });

    test('A person who declines is told so, and is not signed in', async (t) => {
      const window = await given.open(t);
      await window.page.goto(`${given.app.origin}/auth/callback/idp?error=access_denied&iss=${encodeURIComponent(idp.issuer)}`);
      assert.match(window.page.url(), /\/auth\/(error|signin)/);
    });
  });
}

function application(idp, client, origin) {
  const config = {
    basePath: '/auth',
    secret: randomBytes(32).toString('hex'),
    trustHost: true,
    logger: { error() {}, warn() {}, debug() {} },
    providers: [{
      id: 'idp',
      name: 'IdP',
      type: 'oidc',
      issuer: idp.issuer,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      checks: ['pkce', 'state', 'nonce'],
      // Who the person is comes from UserInfo: ID tokens say how they signed in.
      idToken: false,
    }],
  };
  return async (request, response) => {
    if (!request.url.startsWith('/auth/')) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page('Home'));
      return;
    }

    const body = request.method === 'POST' ? await text(request) : undefined;
    const answer = await Auth(new Request(origin + request.url, { method: request.method, headers: request.headers, body }), config);
    for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
    response.setHeader('set-cookie', answer.headers.getSetCookie());
    response.writeHead(answer.status).end(await answer.text());
  };
}
