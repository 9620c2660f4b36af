import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { Idp, executable } from '../support/idp.js';
import { ordersApi, redirectUri } from '../support/given.js';
import { bash, blocksOf, valueIn } from '../support/procedures.js';
import { root, until } from '../support/program.js';
import { signedInApp } from '../support/signed-in-app.js';

const production = { DOTNET_ENVIRONMENT: 'Production', ASPNETCORE_ENVIRONMENT: 'Production', Idp__Mail__Folder: undefined };
const scope = 'openid profile offline_access orders.read';

/** docs/operating.md: every block, run as it stands there, and what the page says of it. */
export function operatingSuite() {
  describe('docs/operating.md', () => {
    const ran = new Set();
    let blocks;
    let folder;
    let idp;
    let person;
    let elsewhere;

    /** The page's block at a place under a heading, with the variables that it asks for: what it said. */
    async function run(heading, place, environment) {
      const block = blocks.get(heading)?.[place - 1];
      assert.ok(block, `docs/operating.md has no block ${place} under "${heading}"`);
      ran.add(block);
      const said = await bash(block, { ...idp.environment, PATH: `${folder}/bin${delimiter}${process.env.PATH}`, ...environment });
      assert.equal(said.status, 0, `${heading}, block ${place}: ${said.stdout}${said.stderr}`);
      return said.stdout;
    }

    const signedIn = (user) => signedInApp(idp, user, { scope, resource: ordersApi.identifier });

    /** The OAuth error that the library met; of a challenge it shows the status alone. */
    const oauthError = (error) => error.error ?? (error.status === 401 ? 'invalid_client' : Promise.reject(error));

    /** Its refresh: the new tokens, or the OAuth error. */
    const refreshed = ({ configuration, tokens }) => oidc.refreshTokenGrant(configuration, tokens.refresh_token).catch(oauthError);

    const asClient = (id, secret) => oidc.discovery(new URL(idp.issuer), id, {}, oidc.ClientSecretBasic(secret), { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: idp.fetch });

    const userInfo = async (token) => (await idp.fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;

    /** Where the app ends that asks without a page: a code, or login_required. */
    async function silently({ configuration, person }) {
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri, scope, resource: ordersApi.identifier, prompt: 'none', code_challenge_method: 'S256', code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
      });
      const { left } = await person.open(url.href);
      return left.searchParams.get('error') ?? 'signed in';
    }

    before(async () => {
      blocks = blocksOf(await readFile(join(root, 'docs/operating.md'), 'utf8'));
      folder = await mkdtemp(join(tmpdir(), 'idp-operating-'));
      await chmod(folder, 0o755);
      await mkdir(join(folder, 'bin'));
      await writeFile(join(folder, 'bin/idp'), `#!/bin/sh\nexec "${executable}" "$@"\n`, { mode: 0o755 });
      const masterKey = join(folder, 'master.key');
      await writeFile(masterKey, Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
      idp = await Idp.start({ ...production, Idp__Keys__MasterKeyFile: masterKey }, { name: 'operating' });
      await idp.createResource(ordersApi);
      person = await idp.createUser('whose-apps-are-hit');
    });
    after(async () => {
      await idp?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('Look it over: a line for each thing, and 0 where there is no problem', async () => {
      const said = await run('Look it over', 1);
      for (const check of ['settings', 'database', 'keys', 'outbox', 'issuer']) assert.match(said, new RegExp(`│ ${check} `));
      assert.doesNotMatch(said, /│ problem /);
    });

    test('A signing key leaked: what it signed is dead, and nobody signs in again', async () => {
      const app = (elsewhere = await signedIn(person));
      const leaked = decodeProtectedHeader(app.tokens.access_token).kid;
      const verified = (token) => jwtVerify(token, createRemoteJWKSet(new URL(`${idp.issuer}/.well-known/jwks.json`)), { issuer: idp.issuer });
      await verified(app.tokens.access_token);
      const first = 'A signing key leaked';
      assert.match(await run(first, 1), new RegExp(`${leaked} .*active`));

      await run(first, 2, { KID: leaked });

      await until('the server refuses it', async () => (await userInfo(app.tokens.access_token)) === 401, 5);
      await assert.rejects(verified(app.tokens.access_token), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
      const fresh = (elsewhere.tokens = await refreshed(app));
      assert.notEqual(decodeProtectedHeader(fresh.access_token).kid, leaked);
      await verified(fresh.access_token);
      assert.equal(await userInfo(fresh.access_token), 200);
      assert.equal(await silently(app), 'signed in');
    });

    test("A client's secret leaked: the old one gets nothing, nor does what it got before; the new one works", async () => {
      const heading = "A client's secret leaked";
      const app = await signedIn(person);
      const id = app.client.client_id;

      const secret = valueIn(await run(heading, 1, { CLIENT: id }), 'client_secret');
      idp.seen.add('client_secret', secret);
      await until('the old secret is refused', async () => (await refreshed(app)) === 'invalid_client', 5);
      const moved = { ...app, configuration: await asClient(id, secret) };
      const stolen = await refreshed(moved);
      await run(heading, 2, { CLIENT: id });

      for (const tokens of [app.tokens, stolen]) {
        assert.equal(await refreshed({ ...moved, tokens }), 'invalid_grant');
        await until('the access token is refused', async () => (await userInfo(tokens.access_token)) === 401, 5);
      }
      assert.equal(await silently(moved), 'signed in');
      assert.equal(await userInfo(elsewhere.tokens.access_token), 200, 'another app of the same person goes on');
    });

    test('An account was taken over: everybody is out, then the person alone is in', async () => {
      const heading = 'An account was taken over';
      const user = await idp.createUser('taken-over', { email: 'thief@example.net', email_verified: true });
      const thief = await signedIn(user);
      const environment = { USERNAME: user.username, EMAIL: 'person@example.com', NEW_PASSWORD: `${user.password}-anew` };
      idp.seen.add('password', environment.NEW_PASSWORD);

      await run(heading, 1, environment);
      await until('the thief has nothing', async () => (await userInfo(thief.tokens.access_token)) === 401, 5);
      assert.equal(await refreshed(thief), 'invalid_grant');
      assert.equal(await silently(thief), 'login_required');
      await assert.rejects(signedIn(user), /sign-in was refused/);

      const shown = await run(heading, 2, environment);
      assert.match(shown, /SignedIn/);
      assert.match(shown, /thief@example\.net/);
      assert.match(await run(heading, 3, environment), /person@example\.com/);
      await run(heading, 4, environment);

      await assert.rejects(signedIn(user), /sign-in was refused/, 'the old password');
      assert.equal(await refreshed(thief), 'invalid_grant');
      assert.equal(await silently(thief), 'login_required');
      const again = await signedIn({ ...user, password: environment.NEW_PASSWORD });
      assert.equal(await userInfo(again.tokens.access_token), 200);
    });

    test('No block of the page is run by nobody', () => {
      assert.deepEqual([...blocks.values()].flat().filter((block) => !ran.has(block)), []);
    });
  });
}
