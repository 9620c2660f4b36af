import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose';
import { machineClient } from '../support/given.js';
import { until } from '../support/program.js';

/** What APIs in Node verify with: the published keys, and nothing else. */
export function joseSuite(idp) {
  describe('jose', () => {
    const resource = (alg) => `https://${alg.toLowerCase()}.example/`;
    let machine;

    /** A verifier as an API has it: it keeps the keys, and looks for a kid that it doesn't know. */
    function verifier(alg, fetched = []) {
      const keys = createRemoteJWKSet(new URL(`${idp.issuer}/.well-known/jwks.json`), {
        cooldownDuration: 0,
        [customFetch]: (url, options) => {
          fetched.push(url);
          return fetch(url, options);
        },
      });
      return (token) => jwtVerify(token, keys, { issuer: idp.issuer, audience: resource(alg), algorithms: [alg], typ: 'at+jwt' });
    }

    async function issued(alg) {
      const response = await idp.fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: resource(alg), scope: 'read' }),
      });
      const answer = await response.json();
      assert.equal(response.status, 200, `${answer.error} ${answer.error_description}`);
      return answer.access_token;
    }

    before(async () => {
      const algorithms = ['RS256', 'PS256', 'ES256'];
      for (const alg of algorithms) await idp.createResource({ identifier: resource(alg), name: alg, scopes: ['read'], signing_alg: alg });
      machine = await idp.createClient({ ...machineClient, scope: 'read', resources: algorithms.map(resource) });
    });

    for (const alg of ['RS256', 'PS256', 'ES256']) {
      test(`An API that asks for ${alg} gets tokens signed with it, and a status in them is no hindrance`, async () => {
        const token = await issued(alg);
        const { payload, protectedHeader } = await verifier(alg)(token);
        assert.equal(protectedHeader.alg, alg);
        assert.equal(payload.sub, machine.client_id);
        assert.ok(payload.status.status_list.uri.startsWith(`${idp.issuer}/status/`));
      });
    }

    test('A token signed for one API does not verify at another', async () => {
      await assert.rejects(verifier('ES256')(await issued('RS256')));
    });

    test('Published keys carry no private member and can be kept by caches', async () => {
      const response = await fetch(`${idp.issuer}/.well-known/jwks.json`);
      assert.match(response.headers.get('cache-control'), /max-age=\d+/);
      const { keys } = await response.json();
      for (const key of keys) {
        assert.deepEqual(Object.keys(key).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name)), []);
        assert.ok(key.kid && key.alg && key.use === 'sig');
      }
      const again = await fetch(`${idp.issuer}/.well-known/jwks.json`, { headers: { 'if-none-match': response.headers.get('etag') } });
      assert.equal(again.status, 304);
    });

    test('Every token verifies while the keys are rotated, and the new key signs in the end', async () => {
      const verify = verifier('RS256');
      const before = await issued('RS256');
      const { kid: oldKid } = decodeProtectedHeader(before);
      await verify(before);

      let rotated = false;
      const rotation = idp.command(['keys', 'rotate', '--now']).then(() => (rotated = true));
      let checked = 0;
      const newest = await until('a new key signs', async () => {
        const token = await issued('RS256');
        const { protectedHeader } = await verify(token);
        checked++;
        return rotated && protectedHeader.kid !== oldKid ? token : undefined;
      });
      await rotation;

      assert.ok(checked > 1);
      // What the old key signed is still good, to this verifier and to one that starts now.
      await verify(before);
      await verifier('RS256')(before);
      await verifier('RS256')(newest);
    });

    test('A key that leaked is revoked: what it signed is dead at once, and a new key signs', async () => {
      const verify = verifier('RS256');
      const stolen = await issued('RS256');
      const { kid } = decodeProtectedHeader(stolen);
      await verify(stolen);

      await idp.command(['keys', 'revoke', kid]);
      const fresh = await until('a new key signs', async () => {
        const token = await issued('RS256');
        return decodeProtectedHeader(token).kid === kid ? undefined : token;
      });
      // The verifier meets the new kid, fetches the keys anew, and so loses the old one.
      await verify(fresh);
      await assert.rejects(verify(stolen), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
    });
  });
}
