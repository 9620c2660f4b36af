import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createVerifier } from 'identityprovider-verifier';
import * as oidc from 'openid-client';
import { claimsOfAda, machineClient, ordersApi } from '../support/given.js';
import { until } from '../support/program.js';
import { signedInApp } from '../support/signed-in-app.js';

/** The npm verifier and the real server: what is revoked here is refused there. tests/verifier-js tries it against an issuer that misbehaves. */
export function verifierSuite(idp) {
  describe('the npm verifier', () => {
    const fetches = new Map();
    const resumed = [];
    let cut = new AbortController();
    let machine;
    let verifier;

    /** fetch, counted, whose event stream the test can cut. */
    function watchedFetch(url, init) {
      fetches.set(url, (fetches.get(url) ?? 0) + 1);
      if (!url.endsWith('/status/events')) return fetch(url, init);
      resumed.push(init.headers['last-event-id']);
      return fetch(url, { ...init, signal: AbortSignal.any([init.signal, cut.signal]) });
    }

    const outcome = (token) => verifier.verify(token).then(() => 'good', (error) => error.reason);
    const becomes = (expected, token) => until(`the token is ${expected}`, async () => (await outcome(token)) === expected, 15);
    const isOpen = () => verifier.health().push === 'open';
    const listFetches = () => [...fetches].filter(([url]) => /\/status\/\d+$/.test(url)).reduce((sum, [, count]) => sum + count, 0);

    async function post(path, parameters) {
      const response = await idp.fetch(`${idp.issuer}${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}` },
        body: new URLSearchParams(parameters),
      });
      assert.equal(response.status, 200);
      return response;
    }

    const issued = async () => (await (await post('/token', { grant_type: 'client_credentials', resource: ordersApi.identifier, scope: 'orders.read' })).json()).access_token;
    const revoke = (token) => post('/revoke', { token });

    /** A token that the verifier has found good, so that its list is held; with the stream open. */
    async function goodToken() {
      const token = await issued();
      assert.equal(await outcome(token), 'good');
      await until('the stream is open', isOpen);
      return token;
    }

    before(async () => {
      machine = await idp.createClient({ ...machineClient, client_name: 'A client of the verifier' });
      verifier = createVerifier({ issuer: idp.issuer, audience: ordersApi.identifier, requireStatus: true, fetch: watchedFetch });
    });
    after(() => verifier.close());

    test('Hears of a revocation by the stream, with no fetch of the list', async () => {
      const [first, second] = [await goodToken(), await goodToken()];
      const before = listFetches();
      await revoke(first);
      await becomes('TokenRevoked', first);
      assert.equal(await outcome(second), 'good');
      assert.equal(listFetches(), before);
    });

    test('Resumes a stream that was cut, and misses nothing', async () => {
      const token = await goodToken();
      const before = listFetches();
      const connections = resumed.length;
      cut.abort();
      cut = new AbortController();
      await revoke(token);
      await becomes('TokenRevoked', token);
      assert.equal(resumed.length, connections + 1);
      assert.match(resumed.at(-1), /./);
      assert.equal(listFetches(), before);
    });

    test('A key that leaked is dead as soon as the server says so, though no new kid was met', async () => {
      const stolen = await goodToken();
      const { kid } = JSON.parse(Buffer.from(stolen.split('.')[0], 'base64url').toString());
      await idp.command(['keys', 'revoke', kid]);
      await becomes('KeyUnknown', stolen);
      await until('a new key signs', async () => (await outcome(await issued())) === 'good', 15);
    });

    test('A role that changes makes a token stale: refresh, no new sign-in', async () => {
      const user = await idp.createUser('ada-verifier', claimsOfAda);
      const { configuration, tokens } = await signedInApp(idp, user, { scope: 'openid orders.read', resource: ordersApi.identifier });
      assert.equal(await outcome(tokens.access_token), 'good');
      await until('the stream is open', isOpen);
      await idp.command(['users', 'grant-role', 'ada-verifier', 'staff']);
      await becomes('TokenStale', tokens.access_token);
      const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token, { resource: ordersApi.identifier });
      assert.equal(await outcome(renewed.access_token), 'good');
    });
  });
}
