import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Person } from '../support/person.js';
import { claimsOfAda, confidentialClient, machineClient, ordersApi, redirectUri } from '../support/given.js';

/** The relying-party library that most Node applications use, with every check that it offers turned on. */
export function openidClientSuite(idp, name = 'openid-client') {
  describe(name, () => {
    let user;
    let configuration;

    async function configure(client) {
      const authentication = client.client_secret ? oidc.ClientSecretBasic(client.client_secret) : oidc.None();
      const found = await oidc.discovery(new URL(idp.issuer), client.client_id, {}, authentication, {
        execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
        [oidc.customFetch]: idp.fetch,
      });
      return found;
    }

    /** Signs in and gives the address at which the answer arrived, with what the checks need. */
    async function answered({ absent = [], ...parameters } = {}, person = new Person(idp)) {
      const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid profile email orders.read',
        resource: ordersApi.identifier,
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      });
      for (const name of absent) url.searchParams.delete(name);
      return { address: await person.authorize(url, user), checks, person };
    }

    async function signedIn(parameters, person) {
      const answer = await answered(parameters, person);
      const tokens = await oidc.authorizationCodeGrant(configuration, answer.address, { ...answer.checks, idTokenExpected: true });
      return { ...answer, tokens };
    }

    before(async () => {
      user = await idp.createUser('ada-openid-client', { ...claimsOfAda, email: 'ada-openid-client@example.com', email_verified: true });
      configuration = await configure(await idp.createClient({ ...confidentialClient, client_name: 'openid-client' }));
    });

    test('Discovers every endpoint from the issuer alone', () => {
      const metadata = configuration.serverMetadata();
      assert.equal(metadata.issuer, idp.issuer);
      for (const name of ['authorization', 'token', 'userinfo', 'introspection', 'revocation', 'end_session'])
        assert.ok(metadata[`${name}_endpoint`]?.startsWith(`${idp.issuer}/`), `${name}_endpoint`);
      assert.deepEqual(metadata.code_challenge_methods_supported, ['S256']);
      assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    });

    test('Discovers the same by RFC 8414, where the issuer\'s path stands behind the well-known name', async () => {
      const options = { algorithm: 'oauth2', execute: [oidc.allowInsecureRequests], [oidc.customFetch]: idp.fetch };
      const found = await oidc.discovery(new URL(idp.issuer), 'anyone', {}, oidc.None(), options);
      assert.deepEqual(found.serverMetadata().token_endpoint, configuration.serverMetadata().token_endpoint);
    });

    test('Signs a person in with code, PKCE, state, nonce and the issuer in the answer', async () => {
      const { tokens, address } = await signedIn();
      assert.equal(address.origin + address.pathname, redirectUri);
      assert.equal(address.searchParams.get('iss'), idp.issuer);
      assert.equal(tokens.token_type.toLowerCase(), 'bearer');
      assert.ok(tokens.expiresIn() > 0);
      const claims = tokens.claims();
      assert.equal(claims.iss, idp.issuer);
      assert.ok(claims.sub && claims.auth_time && claims.sid);
    });

    test('Refuses to take an answer that names another issuer', async () => {
      const { address, checks } = await answered();
      address.searchParams.set('iss', 'https://other.example');
      await assert.rejects(oidc.authorizationCodeGrant(configuration, address, checks), { code: 'OAUTH_INVALID_RESPONSE' });
    });

    test('A code is good once', async () => {
      const { address, checks } = await signedIn();
      await assert.rejects(oidc.authorizationCodeGrant(configuration, address, checks), { error: 'invalid_grant', status: 400 });
    });

    test('A code is worth nothing without its verifier', async () => {
      const { address, checks } = await answered();
      await assert.rejects(
        oidc.authorizationCodeGrant(configuration, address, { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
        { error: 'invalid_grant' },
      );
    });

    test('Signs in again without a page while the session lasts, and keeps the time of authentication', async () => {
      const first = await signedIn();
      const second = await signedIn({ prompt: 'none' }, first.person);
      assert.equal(second.tokens.claims().sub, first.tokens.claims().sub);
      assert.equal(second.tokens.claims().auth_time, first.tokens.claims().auth_time);
    });

    test('prompt=none without a session is login_required at the redirect URI', async () => {
      const { address, checks } = await answered({ prompt: 'none' });
      await assert.rejects(oidc.authorizationCodeGrant(configuration, address, checks), { error: 'login_required' });
    });

    test('Refresh gives a new access token, a new ID token of the same person, and may narrow the scope', async () => {
      const { tokens } = await signedIn({ scope: 'openid offline_access orders.read orders.write' });
      const refreshed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token);
      assert.notEqual(refreshed.access_token, tokens.access_token);
      assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
      if (refreshed.id_token) assert.equal(refreshed.claims().sub, tokens.claims().sub);
      const narrowed = await oidc.refreshTokenGrant(configuration, refreshed.refresh_token, { scope: 'openid orders.read' });
      assert.deepEqual(new Set(narrowed.scope.split(' ')), new Set(['openid', 'orders.read']));
    });

    test('Two tabs that refresh with the same token at once are both answered', async () => {
      const { tokens } = await signedIn({ scope: 'openid offline_access orders.read' });
      const both = await Promise.all([1, 2].map(() => oidc.refreshTokenGrant(configuration, tokens.refresh_token)));
      assert.equal(both[0].refresh_token, both[1].refresh_token);
    });

    test('UserInfo gives the claims of the scopes that were granted, and no others', async () => {
      const { tokens } = await signedIn({ scope: 'openid email', absent: ['resource'] });
      const claims = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
      assert.equal(claims.email, user.claims.email);
      assert.equal(claims.email_verified, true);
      assert.equal(claims.name, undefined);
    });

    test('A machine gets a token for itself by client credentials', async () => {
      const machine = await configure(await idp.createClient(machineClient));
      const tokens = await oidc.clientCredentialsGrant(machine, { scope: 'orders.read', resource: ordersApi.identifier });
      assert.equal(tokens.scope ?? 'orders.read', 'orders.read');
      assert.equal(tokens.refresh_token, undefined);
      assert.equal(tokens.id_token, undefined);
    });

    test('A wrong secret is invalid_client, whichever way it is sent', async () => {
      const client = await idp.createClient(machineClient);
      const wrong = await configure({ ...client, client_secret: `${client.client_secret.slice(0, -4)}AAAA` });
      await assert.rejects(oidc.clientCredentialsGrant(wrong, { resource: ordersApi.identifier }), (error) => {
        assert.ok(error.code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' || error.error === 'invalid_client', `${error.code} ${error.error}`);
        return true;
      });
    });

    test('An API that introspects learns of a token that is meant for it', async () => {
      const api = await configure(await idp.createClient({ ...machineClient, client_name: 'Orders API', introspects: [ordersApi.identifier] }));
      const { tokens } = await signedIn();
      const answer = await oidc.tokenIntrospection(api, tokens.access_token);
      assert.equal(answer.active, true);
      assert.equal(answer.client_id, configuration.clientMetadata().client_id);
      assert.ok([answer.aud].flat().includes(ordersApi.identifier));
      assert.equal(answer.sub, tokens.claims().sub);
    });

    test('A client that has nothing to do with a token learns nothing of it', async () => {
      const stranger = await configure(await idp.createClient({ ...machineClient, resources: [], scope: '' }));
      const { tokens } = await signedIn();
      assert.deepEqual({ ...(await oidc.tokenIntrospection(stranger, tokens.access_token)) }, { active: false });
    });

    test('A revoked refresh token ends, and its access token is inactive', async () => {
      const { tokens } = await signedIn({ scope: 'openid offline_access orders.read' });
      await oidc.tokenRevocation(configuration, tokens.refresh_token, { token_type_hint: 'refresh_token' });
      await assert.rejects(oidc.refreshTokenGrant(configuration, tokens.refresh_token), { error: 'invalid_grant' });
      assert.equal((await oidc.tokenIntrospection(configuration, tokens.access_token)).active, false);
    });

    test('Another client can not revoke a token, and is told nothing', async () => {
      const stranger = await configure(await idp.createClient(machineClient));
      const { tokens } = await signedIn({ scope: 'openid offline_access orders.read' });
      await oidc.tokenRevocation(stranger, tokens.refresh_token).catch((error) => assert.equal(error.status, 400));
      await oidc.refreshTokenGrant(configuration, tokens.refresh_token);
    });

    test('The logout URL ends the session and leads back to the application', async () => {
      const { tokens, person } = await signedIn();
      const url = oidc.buildEndSessionUrl(configuration, {
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: confidentialClient.post_logout_redirect_uris[0],
        state: 'signed-out-state',
      });
      const { left } = await person.open(url.href);
      assert.equal(left.href, `${confidentialClient.post_logout_redirect_uris[0]}?state=signed-out-state`);
      const after = await answered({ prompt: 'none' }, person);
      assert.equal(after.address.searchParams.get('error'), 'login_required');
    });
  });
}
