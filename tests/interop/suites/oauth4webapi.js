import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { Person } from '../support/person.js';
import { claimsOfAda, confidentialClient, machineClient, nativeClient, ordersApi, redirectUri } from '../support/given.js';

/** The strictest reader of the RFCs, piece by piece. Plain http on the loopback interface is the one thing that is allowed to it. */
export function oauth4webapiSuite(idp) {
  describe('oauth4webapi', () => {
    let options;
    let server;
    let user;
    let web;

    function client({ client_id }, extra = {}) {
      return { client_id, ...extra };
    }

    async function authorized(asked, callback, parameters = {}) {
      const codeVerifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const nonce = oauth.generateRandomNonce();
      const url = new URL(server.authorization_endpoint);
      url.search = new URLSearchParams({
        client_id: asked.client_id,
        redirect_uri: callback,
        response_type: 'code',
        scope: 'openid profile offline_access orders.read',
        resource: ordersApi.identifier,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      });
      const address = await new Person(idp).authorize(url, user);
      return { codeVerifier, state, nonce, address };
    }

    async function exchanged(asked, authentication, callback, parameters) {
      const { codeVerifier, state, nonce, address } = await authorized(asked, callback, parameters);
      const answer = oauth.validateAuthResponse(server, client(asked), address, state);
      const response = await oauth.authorizationCodeGrantRequest(server, client(asked), authentication, answer, callback, codeVerifier, options);
      const wire = response.clone();
      const tokens = await oauth.processAuthorizationCodeResponse(server, client(asked), response, { expectedNonce: nonce, requireIdToken: true });
      await oauth.validateApplicationLevelSignature(server, response, options);
      return { tokens, wire, claims: oauth.getValidatedIdTokenClaims(tokens) };
    }

    before(async () => {
      options = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: idp.fetch };
      user = await idp.createUser('ada-oauth4webapi', claimsOfAda);
      web = await idp.createClient({ ...confidentialClient, client_name: 'oauth4webapi' });
      const issuer = new URL(idp.issuer);
      server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
    });

    test('Both metadata documents are conformant and agree', async () => {
      const issuer = new URL(idp.issuer);
      const other = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' }));
      for (const name of Object.keys(other)) assert.deepEqual(other[name], server[name], name);
    });

    test('A confidential client exchanges a code by client_secret_basic', async () => {
      const { tokens, claims, wire } = await exchanged(web, oauth.ClientSecretBasic(web.client_secret), redirectUri);
      assert.equal(claims.aud, web.client_id);
      assert.ok(tokens.refresh_token);
      assert.equal(wire.headers.get('cache-control'), 'no-store');
    });

    test('A confidential client exchanges a code by client_secret_post', async () => {
      const post = await idp.createClient({ ...confidentialClient, token_endpoint_auth_method: 'client_secret_post' });
      const { claims } = await exchanged(post, oauth.ClientSecretPost(post.client_secret), redirectUri);
      assert.equal(claims.aud, post.client_id);
    });

    test('A public client on a loopback address may use any port', async () => {
      const native = await idp.createClient(nativeClient);
      const { tokens } = await exchanged(native, oauth.None(), 'http://127.0.0.1:51234/callback');
      assert.ok(tokens.access_token);
    });

    test('A public client refreshes with no secret, and its spent token is answered with the same successor', async () => {
      const native = await idp.createClient(nativeClient);
      const { tokens } = await exchanged(native, oauth.None(), 'http://127.0.0.1:40404/callback');
      const refresh = async (token) =>
        oauth.processRefreshTokenResponse(server, client(native), await oauth.refreshTokenGrantRequest(server, client(native), oauth.None(), token, options));
      const first = await refresh(tokens.refresh_token);
      const retried = await refresh(tokens.refresh_token);
      assert.notEqual(first.refresh_token, tokens.refresh_token);
      assert.equal(retried.refresh_token, first.refresh_token);
    });

    test('The answer of an authorization names its issuer, and the check of RFC 9207 holds', async () => {
      const { address, state } = await authorized(web, redirectUri);
      oauth.validateAuthResponse(server, client(web), address, state);
      const without = new URL(address);
      without.searchParams.delete('iss');
      assert.throws(() => oauth.validateAuthResponse(server, client(web), without, state), oauth.OperationProcessingError);
    });

    test('An access token is a JWT by RFC 9068 that an API accepts for its own audience alone', async () => {
      const { tokens } = await exchanged(web, oauth.ClientSecretBasic(web.client_secret), redirectUri);
      const request = new Request('https://orders.example/orders', { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const claims = await oauth.validateJwtAccessToken(server, request, ordersApi.identifier, options);
      assert.equal(claims.client_id, web.client_id);
      assert.deepEqual(new Set(claims.scope.split(' ')), new Set(['openid', 'profile', 'offline_access', 'orders.read']));
      // 900 bytes for what it says, and its place in a status list beside it.
      assert.ok(tokens.access_token.length < 1_020, `${tokens.access_token.length} bytes`);
      await assert.rejects(oauth.validateJwtAccessToken(server, request, 'https://other.example/', options), { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' });
    });

    test('UserInfo answers for the subject of the ID token', async () => {
      const { tokens, claims } = await exchanged(web, oauth.ClientSecretBasic(web.client_secret), redirectUri, { resource: '' });
      const response = await oauth.userInfoRequest(server, client(web), tokens.access_token, options);
      const profile = await oauth.processUserInfoResponse(server, client(web), claims.sub, response);
      assert.equal(profile.name, claimsOfAda.name);
    });

    test('max_age makes the ID token carry auth_time, and is kept', async () => {
      const { codeVerifier, state, nonce, address } = await authorized(web, redirectUri, { max_age: '300' });
      const answer = oauth.validateAuthResponse(server, client(web), address, state);
      const response = await oauth.authorizationCodeGrantRequest(
        server, client(web), oauth.ClientSecretBasic(web.client_secret), answer, redirectUri, codeVerifier, options);
      await oauth.processAuthorizationCodeResponse(server, client(web), response, { expectedNonce: nonce, maxAge: 300, requireIdToken: true });
    });

    test('A machine gets, introspects and revokes its own token', async () => {
      const machine = await idp.createClient(machineClient);
      const authentication = oauth.ClientSecretBasic(machine.client_secret);
      const response = await oauth.clientCredentialsGrantRequest(
        server, client(machine), authentication, { scope: 'orders.read', resource: ordersApi.identifier }, options);
      const { access_token: token } = await oauth.processClientCredentialsResponse(server, client(machine), response);
      const introspect = async () =>
        oauth.processIntrospectionResponse(server, client(machine), await oauth.introspectionRequest(server, client(machine), authentication, token, options));
      assert.equal((await introspect()).active, true);
      await oauth.processRevocationResponse(await oauth.revocationRequest(server, client(machine), authentication, token, options));
      assert.equal((await introspect()).active, false);
    });

    test('A scope that the client may not have is refused at the redirect URI', async () => {
      const { address, state } = await authorized(web, redirectUri, { scope: 'openid not.registered' });
      assert.throws(() => oauth.validateAuthResponse(server, client(web), address, state), { error: 'invalid_scope' });
    });

    test('A token that no one issued is not active, and revoking it is no error', async () => {
      const machine = await idp.createClient(machineClient);
      const authentication = oauth.ClientSecretBasic(machine.client_secret);
      const unknown = oauth.generateRandomState();
      const answer = await oauth.processIntrospectionResponse(
        server, client(machine), await oauth.introspectionRequest(server, client(machine), authentication, unknown, options));
      assert.deepEqual({ ...answer }, { active: false });
      await oauth.processRevocationResponse(await oauth.revocationRequest(server, client(machine), authentication, unknown, options));
    });
  });
}
