import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { machineClient } from '../support/given.js';

/** An API that asks about each token: opaque tokens (RFC 7662), and its answers as JWTs (RFC 9701). */
export function introspectionSuite(idp) {
  describe('introspection', () => {
    const vault = { identifier: 'https://vault.example/', name: 'Vault', scopes: ['vault.open'], revocation: 'introspection' };
    let options;
    let server;
    let machine;

    const client = ({ client_id }, extra = {}) => ({ client_id, ...extra });
    const basic = ({ client_secret }) => oauth.ClientSecretBasic(client_secret);

    async function issued() {
      const response = await oauth.clientCredentialsGrantRequest(server, client(machine), basic(machine), { scope: 'vault.open' }, options);
      return (await oauth.processClientCredentialsResponse(server, client(machine), response)).access_token;
    }

    /** The library's own reading of the answer, and the answer as it came. */
    async function introspected(api, token, metadata = {}, more = {}) {
      const asked = client(api, metadata);
      const response = await oauth.introspectionRequest(server, asked, basic(api), token, { ...options, ...more });
      const wire = response.clone();
      const answer = await oauth.processIntrospectionResponse(server, asked, response);
      return { answer, response, wire };
    }

    before(async () => {
      options = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: idp.fetch };
      await idp.createResource(vault);
      machine = await idp.createClient({ ...machineClient, scope: 'vault.open', resources: [vault.identifier] });
      const issuer = new URL(idp.issuer);
      server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
    });

    test('The API gets opaque tokens, and learns all of them by asking, until they are revoked', async () => {
      const api = await idp.createClient({ client_name: 'Vault', introspects: [vault.identifier] });
      const token = await issued();
      assert.doesNotMatch(token, /\./);

      const { answer } = await introspected(api, token);
      assert.deepEqual([answer.active, answer.client_id, answer.aud, answer.scope], [true, machine.client_id, vault.identifier, 'vault.open']);

      await oauth.processRevocationResponse(await oauth.revocationRequest(server, client(machine), basic(machine), token, options));
      assert.deepEqual({ ...(await introspected(api, token)).answer }, { active: false });
    });

    for (const alg of ['RS256', 'PS256', 'ES256']) {
      test(`Its answers are JWTs signed with ${alg} where it is registered so, and no other API can take them for its own`, async () => {
        const metadata = { introspection_signed_response_alg: alg };
        const api = await idp.createClient({ client_name: `Vault ${alg}`, introspects: [vault.identifier], ...metadata });
        const token = await issued();

        const { answer, response, wire } = await introspected(api, token, metadata);
        await oauth.validateApplicationLevelSignature(server, response, options);
        assert.equal(wire.headers.get('content-type'), 'application/token-introspection+jwt');
        assert.equal(answer.active, true);

        const keys = createRemoteJWKSet(new URL(server.jwks_uri));
        const expected = { issuer: idp.issuer, audience: api.client_id, typ: 'token-introspection+jwt', algorithms: [alg] };
        const jwt = await wire.text();
        const { payload } = await jwtVerify(jwt, keys, expected);
        assert.deepEqual(payload.token_introspection, { ...answer });
        assert.deepEqual([payload.sub, payload.exp], [undefined, undefined]);
        await assert.rejects(jwtVerify(jwt, keys, { ...expected, audience: 'another' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
        await assert.rejects(jwtVerify(jwt, keys, { ...expected, typ: 'at+jwt' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
      });
    }

    test('A token that is not active is answered as a JWT too', async () => {
      const api = await idp.createClient({ client_name: 'Vault once more', introspects: [vault.identifier] });
      const { answer, response } = await introspected(api, oauth.generateRandomState(), {}, { requestJwtResponse: true });
      await oauth.validateApplicationLevelSignature(server, response, options);
      assert.deepEqual({ ...answer }, { active: false });
    });
  });
}
