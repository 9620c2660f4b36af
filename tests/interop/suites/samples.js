import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { claimsOfAda, machineClient, ordersApi } from '../support/given.js';
import { until } from '../support/program.js';
import { signedInApp } from '../support/signed-in-app.js';

/** What the samples must be, as partners copy them: an API that takes its own tokens alone, an app that answers its own browsers alone. */
export function samplesSuite(idp, samples) {
  describe('samples', () => {
    let machine;

    function call(token, method = 'GET') {
      return idp.fetch(`${samples.api}/orders`, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });
    }

    async function tokenFor(resource, scope) {
      const configuration = await oidc.discovery(new URL(idp.issuer), machine.client_id, {}, oidc.ClientSecretBasic(machine.client_secret), {
        execute: [oidc.allowInsecureRequests],
        [oidc.customFetch]: idp.fetch,
      });
      return (await oidc.clientCredentialsGrant(configuration, { resource, scope })).access_token;
    }

    async function revoke(token) {
      const response = await idp.fetch(`${idp.issuer}/revoke`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}` },
        body: new URLSearchParams({ token }),
      });
      assert.equal(response.status, 200);
    }

    before(async () => {
      machine = await idp.createClient({ ...machineClient, resources: [samples.api, ordersApi.identifier] });
    });

    test('The API answers a token that is for it and has the scope', async () => {
      const response = await call(await tokenFor(samples.api, 'orders.read'));
      assert.equal(response.status, 200);
      assert.equal((await response.json()).client, machine.client_id);
    });

    test('The API asks for a token where there is none, and names no error', async () => {
      const response = await call();
      assert.equal(response.status, 401);
      const place = `${samples.api}/.well-known/oauth-protected-resource`;
      assert.equal(response.headers.get('www-authenticate'), `Bearer resource_metadata="${place}"`);
      assert.deepEqual((await (await fetch(place)).json()).authorization_servers, [idp.issuer]);
    });

    test('The API refuses a token that is for another API', async () => {
      const response = await call(await tokenFor(ordersApi.identifier, 'orders.read'));
      assert.equal(response.status, 401);
      assert.match(response.headers.get('www-authenticate'), /error="invalid_token"/);
    });

    test('The API refuses a token without the scope, and says which it needs', async () => {
      const response = await call(await tokenFor(samples.api, 'orders.read'), 'DELETE');
      assert.equal(response.status, 403);
      assert.match(response.headers.get('www-authenticate'), /error="insufficient_scope", scope="orders.write"/);
    });

    test('The API hears of a revocation, and refuses the token from then on', async () => {
      const token = await tokenFor(samples.api, 'orders.read');
      assert.equal((await call(token)).status, 200);
      await revoke(token);
      await until('the API has heard', async () => (await call(token)).status === 401, 10);
      const response = await call(token);
      assert.equal((await response.json()).error, 'TokenRevoked');
      assert.match(response.headers.get('www-authenticate'), /error="invalid_token", error_description="The token was revoked"/);
    });

    test('The API refuses an ID token', async () => {
      const user = await idp.createUser('ada-samples', claimsOfAda);
      const { tokens } = await signedInApp(idp, user, { scope: 'openid orders.read', resource: samples.api });
      assert.equal((await call(tokens.id_token)).status, 401);
    });

    test('The app believes no logout token that is not one', async () => {
      const post = (body, options) => fetch(`${samples.one}/backchannel-logout`, { method: 'POST', body: new URLSearchParams(body), ...options });
      for (const body of [{}, { logout_token: '' }, { logout_token: 'a.b.c' }, { logout_token: await tokenFor(samples.api, 'orders.read') }, { logout_token: 'x'.repeat(20_000) }])
        assert.equal(await post(body).then(({ status }) => status, () => 400), 400);
    });

    test('The app takes no answer to a sign-in that this browser did not begin', async () => {
      const response = await fetch(`${samples.one}/callback?code=planted&state=planted`);
      assert.equal(response.status, 400);
      assert.deepEqual(response.headers.getSetCookie(), []);
    });

    test("The app takes no sign-out from another site's form", async () => {
      const response = await fetch(`${samples.one}/sign-out`, { method: 'POST', headers: { origin: 'https://attacker.example' }, redirect: 'manual' });
      assert.equal(response.status, 403);
    });
  });
}
