import { after, before, describe, test } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { confidentialClient } from '../support/given.js';
import { until } from '../support/program.js';

const verification = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

/** A receiver of security events (SSF 1.0) that knows nothing but the issuer, and verifies with npm jose. */
export function sharedSignalsSuite(idp, name = 'security events') {
  describe(name, () => {
    const pushed = [];
    let server;
    let client;
    let metadata;

    before(async () => {
      server = createServer(async (request, response) => {
        pushed.push({ type: request.headers['content-type'], authorization: request.headers.authorization, token: await text(request) });
        response.writeHead(202).end();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const issuer = new URL(idp.issuer);
      metadata = await (await idp.fetch(`${issuer.origin}/.well-known/ssf-configuration${issuer.pathname.replace(/\/$/, '')}`)).json();
      client = await idp.createClient({
        ...confidentialClient,
        client_name: 'A receiver',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        post_logout_redirect_uris: [],
        scope: 'ssf.read ssf.manage',
        resources: [`${idp.issuer}/ssf`],
      });
    });

    after(() => server.close());

    async function call(method, url, body) {
      const granted = await idp.fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${idp.issuer}/ssf`, scope: 'ssf.manage' }),
      });
      const { access_token: token } = await granted.json();
      const response = await idp.fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.ok(response.ok, `${method} ${url}: ${response.status}`);
      return response.status === 204 ? undefined : response.json();
    }

    async function verify(token, stream, state) {
      const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
      const expected = { issuer: metadata.issuer, audience: client.client_id, algorithms: ['RS256'] };
      const { payload } = await jwtVerify(token, keys, { ...expected, typ: 'secevent+jwt' });
      assert.deepEqual(payload.events, { [verification]: { state } });
      assert.deepEqual(payload.sub_id, { format: 'opaque', id: stream.stream_id });
      assert.equal(payload.exp, undefined);
      assert.equal(payload.sub, undefined);
      await assert.rejects(jwtVerify(token, keys, { ...expected, typ: 'at+jwt' }));
      return payload;
    }

    test('What is pushed verifies with jose', async () => {
      assert.equal(metadata.issuer, idp.issuer);
      const stream = await call('POST', metadata.configuration_endpoint, {
        delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: `http://127.0.0.1:${server.address().port}/events`, authorization_header: 'Bearer mine' },
        events_requested: ['https://schemas.openid.net/secevent/caep/event-type/session-revoked'],
      });
      await call('POST', metadata.verification_endpoint, { stream_id: stream.stream_id, state: 'pushed' });
      const { type, authorization, token } = await until('the event is there', () => pushed[0]);
      assert.deepEqual([type, authorization], ['application/secevent+jwt', 'Bearer mine']);
      await verify(token, stream, 'pushed');
    });

    test('What is fetched verifies with jose, and is gone when it is acknowledged', async () => {
      const stream = await call('POST', metadata.configuration_endpoint, {});
      await call('POST', metadata.verification_endpoint, { stream_id: stream.stream_id, state: 'fetched' });
      const { sets } = await call('POST', stream.delivery.endpoint_url, {});
      const [[jti, token]] = Object.entries(sets);
      assert.equal((await verify(token, stream, 'fetched')).jti, jti);
      assert.deepEqual(await call('POST', stream.delivery.endpoint_url, { ack: [jti], returnImmediately: true }), { sets: {}, moreAvailable: false });
    });
  });
}
