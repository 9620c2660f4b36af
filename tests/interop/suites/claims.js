import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { compactDecrypt, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { createVerifier } from 'identityprovider-verifier';
import * as oidc from 'openid-client';
import { Person } from '../support/person.js';
import { claimsOfAda, confidentialClient, ordersApi, redirectUri } from '../support/given.js';

/** What an app is told of a person and how: asked for by name, signed, encrypted for its key; and an API that wants a better sign-in. */
export function claimsSuite(idp) {
  describe('Claims', () => {
    let user;

    const configure = async (metadata, more = {}) => {
      const client = await idp.createClient({ ...confidentialClient, ...metadata });
      return oidc.discovery(new URL(idp.issuer), client.client_id, more, oidc.ClientSecretBasic(client.client_secret), {
        execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
        [oidc.customFetch]: idp.fetch,
      });
    };

    async function signedIn(configuration, parameters = {}, person = new Person(idp)) {
      const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri, scope: 'openid email', state: checks.expectedState, nonce: checks.expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256', ...parameters,
      });
      return oidc.authorizationCodeGrant(configuration, await person.authorize(url, user), checks);
    }

    before(async () => {
      user = await idp.createUser('ada-claims', claimsOfAda);
    });

    test('Claims that were asked for by name come where they were asked for', async () => {
      const configuration = await configure({ client_name: 'By name' });
      const claims = JSON.stringify({ userinfo: { given_name: { essential: true } }, id_token: { family_name: null } });
      const tokens = await signedIn(configuration, { scope: 'openid', claims });
      assert.equal(tokens.claims().family_name, claimsOfAda.family_name);
      assert.equal(tokens.claims().given_name, undefined);
      const userInfo = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
      assert.deepEqual(Object.keys(userInfo), ['sub', 'given_name']);
    });

    test('UserInfo that is signed verifies', async () => {
      const configuration = await configure({ client_name: 'Signed', userinfo_signed_response_alg: 'ES256' }, { userinfo_signed_response_alg: 'ES256' });
      const tokens = await signedIn(configuration);
      const userInfo = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
      assert.equal(userInfo.email, claimsOfAda.email);
      assert.equal(userInfo.aud, configuration.clientMetadata().client_id);
    });

    for (const alg of ['RSA-OAEP-256', 'ECDH-ES']) {
      test(`An ID token and UserInfo that are encrypted by ${alg} are opened with the app's key alone, by openid-client and by jose`, async () => {
        const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
        const jwk = { ...(await exportJWK(publicKey)), kid: 'enc-1', use: 'enc', alg };
        const wishes = {
          id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: 'A256GCM',
          userinfo_signed_response_alg: 'RS256', userinfo_encrypted_response_alg: alg, userinfo_encrypted_response_enc: 'A256GCM',
        };
        const configuration = await configure({ client_name: alg, jwks: { keys: [jwk] }, ...wishes }, wishes);
        oidc.enableDecryptingResponses(configuration, ['A256GCM'], { key: privateKey, alg, kid: 'enc-1' });

        const tokens = await signedIn(configuration);
        const userInfo = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
        assert.equal(userInfo.email, claimsOfAda.email);

        const { plaintext, protectedHeader } = await compactDecrypt(tokens.id_token, privateKey);
        assert.deepEqual([protectedHeader.alg, protectedHeader.enc, protectedHeader.cty], [alg, 'A256GCM', 'JWT']);
        const keys = createLocalJWKSet(await (await idp.fetch(`${idp.issuer}/.well-known/jwks.json`)).json());
        const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), keys, { issuer: idp.issuer, audience: configuration.clientMetadata().client_id });
        assert.equal(payload.sub, tokens.claims().sub);

        const stranger = await generateKeyPair(alg);
        await assert.rejects(compactDecrypt(tokens.id_token, stranger.privateKey));
      });
    }

    test('Two apps of two sites know one person by two names', async () => {
      const subs = [];
      for (const site of ['one', 'two', 'one']) {
        const uri = `https://${site}.example/callback`;
        const configuration = await configure({ client_name: site, subject_type: 'pairwise', redirect_uris: [uri], post_logout_redirect_uris: [] });
        const tokens = await signedIn(configuration, { redirect_uri: uri });
        const userInfo = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
        subs.push(userInfo.sub);
      }
      assert.equal(subs[0], subs[2]);
      assert.notEqual(subs[0], subs[1]);
    });

    describe('an API that wants a better sign-in (RFC 9470)', () => {
      let verifier;

      before(() => {
        verifier = createVerifier({ issuer: idp.issuer, audience: ordersApi.identifier });
      });
      after(() => verifier.close());

      test('Challenges, and is content with the token that the challenge led to', async () => {
        const configuration = await configure({ client_name: 'Stepping up' });
        const person = new Person(idp);
        const about = { scope: 'openid orders.read', resource: ordersApi.identifier };
        const wanted = { acrValues: ['urn:idp:1fa'], maxAge: 300 };
        const first = await signedIn(configuration, about, person);
        const challenge = await verifier.verify(first.access_token, wanted).then(() => assert.fail('It was content'), (refused) => refused.challenge);
        assert.match(challenge, /error="insufficient_user_authentication"/);

        const [, acr_values] = /acr_values="([^"]+)"/.exec(challenge);
        const [, max_age] = /max_age="([^"]+)"/.exec(challenge);
        const second = await signedIn(configuration, { ...about, acr_values, max_age }, person);
        assert.equal((await verifier.verify(second.access_token, wanted)).acr, 'urn:idp:1fa');
      });
    });
  });
}
