import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { createVerifier } from 'identityprovider-verifier';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { Person } from '../support/person.js';
import { claimsOfAda, confidentialClient, machineClient, nativeClient, ordersApi, redirectUri } from '../support/given.js';

/** Tokens that are bound to a key (RFC 9449), by two libraries that make the proofs themselves, and an API that checks them. */
export function dpopSuite(idp) {
  describe('DPoP', () => {
    const resource = ordersApi.identifier;
    let user;

    before(async () => {
      user = await idp.createUser('ada-dpop', claimsOfAda);
    });

    async function configure(metadata) {
      const client = await idp.createClient(metadata);
      const authentication = client.client_secret ? oidc.ClientSecretBasic(client.client_secret) : oidc.None();
      return oidc.discovery(new URL(idp.issuer), client.client_id, {}, authentication, { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: idp.fetch });
    }

    const handle = async (configuration) => oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair('ES256'));

    async function signedIn(configuration, DPoP, { push = false, redirect = redirectUri } = {}) {
      const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState() };
      const parameters = {
        redirect_uri: redirect,
        scope: 'openid email orders.read',
        resource,
        state: checks.expectedState,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        code_challenge_method: 'S256',
      };
      const url = push ? await oidc.buildAuthorizationUrlWithPAR(configuration, parameters, { DPoP }) : oidc.buildAuthorizationUrl(configuration, parameters);
      const address = await new Person(idp).authorize(url, user);
      return { address, checks, exchange: (by) => oidc.authorizationCodeGrant(configuration, address, checks, { resource }, { DPoP: by }) };
    }

    test('Metadata names the algorithms of proofs', async () => {
      const metadata = (await configure({ ...confidentialClient, client_name: 'DPoP metadata' })).serverMetadata();
      assert.deepEqual(metadata.dpop_signing_alg_values_supported, ['RS256', 'PS256', 'ES256']);
    });

    test('openid-client signs in, is told a nonce and goes on, and what it has works with its key alone', async () => {
      const configuration = await configure({ ...confidentialClient, client_name: 'DPoP by openid-client', dpop_bound_access_tokens: true });
      const DPoP = await handle(configuration);
      const tokens = await (await signedIn(configuration, DPoP)).exchange(DPoP);
      assert.equal(tokens.token_type, 'dpop');
      const { sub, cnf } = decodeJwt(tokens.access_token);
      assert.equal(cnf.jkt, await DPoP.calculateThumbprint());

      const info = await oidc.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP });
      assert.equal(info.email, claimsOfAda.email);
      const plain = await idp.fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      assert.equal(plain.status, 401);
      assert.match(plain.headers.get('www-authenticate'), /^DPoP .*error="invalid_token"/);
      await assert.rejects(oidc.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP: await handle(configuration) }));

      const introspected = await oidc.tokenIntrospection(configuration, tokens.access_token);
      assert.equal(introspected.cnf.jkt, cnf.jkt);
      assert.equal(introspected.token_type, 'DPoP');

      // Registered for bound tokens, it gets no others.
      const again = await signedIn(configuration, DPoP);
      await assert.rejects(again.exchange(undefined), { error: 'invalid_dpop_proof' });
    });

    test("A native app's refresh token goes with its key, and so does the code that it pushed", async () => {
      const configuration = await configure({ ...nativeClient, client_name: 'DPoP in a native application' });
      const [DPoP, thiefs] = [await handle(configuration), await handle(configuration)];
      const waiting = await signedIn(configuration, DPoP, { push: true, redirect: 'http://127.0.0.1:7777/callback' });
      await assert.rejects(waiting.exchange(thiefs), { error: 'invalid_grant' });
      const tokens = await waiting.exchange(DPoP);

      await assert.rejects(oidc.refreshTokenGrant(configuration, tokens.refresh_token, { resource }, { DPoP: thiefs }), { error: 'invalid_grant' });
      await assert.rejects(oidc.refreshTokenGrant(configuration, tokens.refresh_token, { resource }), { error: 'invalid_grant' });
      const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token, { resource }, { DPoP });
      const repeated = await oidc.refreshTokenGrant(configuration, tokens.refresh_token, { resource }, { DPoP });
      assert.equal(repeated.refresh_token, renewed.refresh_token);
    });

    test('oauth4webapi meets the nonce, and an API with the npm verifier checks the proof', async () => {
      const registered = await idp.createClient({ ...machineClient, client_name: 'DPoP by oauth4webapi' });
      const options = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: idp.fetch };
      const issuer = new URL(idp.issuer);
      const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
      const client = { client_id: registered.client_id };
      const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('PS256'));
      const ask = async () => oauth.processClientCredentialsResponse(server, client, await oauth.clientCredentialsGrantRequest(
        server, client, oauth.ClientSecretBasic(registered.client_secret), { resource, scope: 'orders.read' }, { ...options, DPoP }));
      await assert.rejects(ask(), (error) => oauth.isDPoPNonceError(error));
      const { access_token: token, token_type: type } = await ask();
      assert.equal(type, 'dpop');

      // What the library would send to the API, caught on its way.
      const sent = [];
      const catching = { ...options, DPoP, [oauth.customFetch]: async (url, init) => (sent.push({ url: `${url}`, ...init }), new Response()) };
      await oauth.protectedResourceRequest(token, 'GET', new URL('https://orders.example/list?page=2'), undefined, undefined, catching);
      const proof = new Headers(sent[0].headers).get('dpop');
      const verifier = createVerifier({ issuer: idp.issuer, audience: resource, push: false });
      const sender = { scheme: 'DPoP', proof, method: 'GET', url: 'https://orders.example/list' };
      assert.equal((await verifier.verify(token, { scope: 'orders.read', sender })).client_id, registered.client_id);
      await assert.rejects(verifier.verify(token, { sender }), { reason: 'ProofReplayed' });
      await assert.rejects(verifier.verify(token, { sender: { ...sender, url: 'https://orders.example/other' } }), { reason: 'ProofInvalid' });
      await assert.rejects(verifier.verify(token), { reason: 'ProofMissing' });
      verifier.close();
    });
  });
}
