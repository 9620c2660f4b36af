import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { Idp, executable } from '../support/idp.js';
import { confidentialClient, ordersApi, redirectUri } from '../support/given.js';
import { bash, blocksOf, valueIn } from '../support/procedures.js';
import { freePort, root, until } from '../support/program.js';
import { signedInAt } from '../support/signed-in-app.js';

const production = { DOTNET_ENVIRONMENT: 'Production', ASPNETCORE_ENVIRONMENT: 'Production', Idp__Mail__Folder: undefined, DOTNET_TieredPGO: '0' };
const scope = 'openid profile orders.read';
const aClient = { ...confidentialClient, scope };

/** docs/operating.md: every block, run as it stands there, and what the page says of it. */
export function operatingSuite() {
  describe('docs/operating.md', () => {
    const ran = new Set();
    let blocks;
    let folder;
    let idp;
    let client;
    let person;
    let masterKey;
    let offline;
    let postgres;

    /** The page's block at a place under a heading, with the variables that it asks for: what it said. */
    async function run(heading, place, environment, on = idp?.environment) {
      const block = blocks.get(heading)?.[place - 1];
      assert.ok(block, `docs/operating.md has no block ${place} under "${heading}"`);
      ran.add(block);
      const said = await atTerminal(block, { ...on, ...environment });
      assert.equal(said.status, 0, `${heading}, block ${place}: ${said.stdout}${said.stderr}`);
      return said.stdout;
    }

    const atTerminal = (block, environment) => bash(block, { ...production, Idp__Issuer: idp?.issuer, Idp__Keys__MasterKeyFile: masterKey, ...environment, PATH: `${folder}/bin${delimiter}${process.env.PATH}` });

    const signedIn = (user, at = client) => signedInAt(idp, at, user, { scope, resource: ordersApi.identifier });

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

    /** Another family of the person's, without a page. */
    async function anotherFamily({ configuration, person }) {
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri, scope, resource: ordersApi.identifier, prompt: 'none', code_challenge_method: 'S256', code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      });
      const { left } = await person.open(url.href);
      return oidc.authorizationCodeGrant(configuration, left, { pkceCodeVerifier, idTokenExpected: true });
    }

    const statusListOf = (token) => decodeJwt(token).status.status_list.uri;

    const started = (settings, options) => Idp.start({ ...production, Idp__Keys__MasterKeyFile: masterKey, ...settings }, { name: 'operating', ...options });

    async function givenPeople() {
      await idp.createResource(ordersApi);
      client = await idp.createClient(aClient);
      person = await idp.createUser('whose-apps-are-hit');
    }

    /** A PostgreSQL that no server of idp runs: to those that use it one like any other. It lasts until its standard input ends. */
    async function anotherPostgres(directory) {
      const environment = { Idp__Database__Directory: directory, Idp__Issuer: idp.issuer };
      const child = spawn(executable, ['database', 'run', '--', 'sh', '-c', 'echo "$PGHOST" && exec cat'], { env: { ...process.env, ...production, ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(child, 'close');
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
      return { environment, host: line.trim(), stop: () => (child.stdin.end(), ended) };
    }

    before(async () => {
      blocks = blocksOf(await readFile(join(root, 'docs/operating.md'), 'utf8'));
      folder = await mkdtemp(join(tmpdir(), 'idp-operating-'));
      await chmod(folder, 0o755);
      await mkdir(join(folder, 'bin'));
      await writeFile(join(folder, 'bin/idp'), `#!/bin/sh\nexec "${executable}" "$@"\n`, { mode: 0o755 });
      [masterKey, offline] = [join(folder, 'master.key'), join(folder, 'offline')];
      await mkdir(offline);
      await run('Key ceremony', 1);
      idp = await started({ Idp__Database__Directory: join(folder, 'first') });
      await givenPeople();
      postgres = await anotherPostgres(join(folder, 'postgres'));
    });
    after(async () => {
      await idp?.stop();
      await postgres?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('Key ceremony: a key of 32 bytes for its owner alone, never overwritten; the copy is the same, and a production server starts with it', async () => {
      const made = await readFile(masterKey, 'utf8');
      assert.equal(Buffer.from(made, 'base64').length, 32);
      assert.equal((await stat(masterKey)).mode & 0o777, 0o600);
      const again = await atTerminal(blocks.get('Key ceremony')[0], idp.environment);
      assert.notEqual(again.status, 0);
      assert.match(again.stderr, /cannot overwrite/);

      const fingerprint = createHash('sha256').update(made).digest('hex');
      assert.match(await run('Key ceremony', 2, { OFFLINE: offline }), new RegExp(fingerprint));
      assert.equal(await readFile(join(offline, 'master.key'), 'utf8'), made);
      assert.equal((await stat(join(offline, 'master.key'))).mode & 0o777, 0o600);
    });

    test('Look it over: a line for each thing, and 0 where there is no problem', async () => {
      const said = await run('Look it over', 1);
      for (const check of ['settings', 'database', 'keys', 'outbox', 'issuer']) assert.match(said, new RegExp(`│ ${check} `));
      assert.doesNotMatch(said, /│ problem /);
    });

    test('A signing key leaked: what it signed is dead, and nobody signs in again', async () => {
      const app = await signedIn(person);
      const leaked = decodeProtectedHeader(app.tokens.access_token).kid;
      const verified = (token) => jwtVerify(token, createRemoteJWKSet(new URL(`${idp.issuer}/.well-known/jwks.json`)), { issuer: idp.issuer });
      await verified(app.tokens.access_token);
      const first = 'A signing key leaked';
      assert.match(await run(first, 1), new RegExp(`${leaked} .*active`));

      await run(first, 2, { KID: leaked });

      await until('the server refuses it', async () => (await userInfo(app.tokens.access_token)) === 401, 5);
      await assert.rejects(verified(app.tokens.access_token), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
      const fresh = await refreshed(app);
      assert.notEqual(decodeProtectedHeader(fresh.access_token).kid, leaked);
      await verified(fresh.access_token);
      assert.equal(await userInfo(fresh.access_token), 200);
      assert.equal(await silently(app), 'signed in');
    });

    test("A client's secret leaked: the old one gets nothing, nor does what it got before; the new one works", async () => {
      const heading = "A client's secret leaked";
      const elsewhere = await signedIn(person);
      const leaked = await idp.createClient(aClient);
      const app = await signedIn(person, leaked);
      const id = leaked.client_id;

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

    /** A new and empty database of another PostgreSQL. */
    async function newDatabase(name) {
      const { status, stderr } = await atTerminal(`idp database run -- createdb --username=postgres --owner=idp ${name}`, postgres.environment);
      assert.equal(status, 0, stderr);
      return { Idp__Database__ConnectionString: `Host=${postgres.host};Username=idp;Database=${name}` };
    }

    /** Does something again and again while something else is done: how often. */
    async function meanwhile(again, work) {
      let [done, times] = [false, 0];
      const load = (async () => {
        for (; !done; times++) await again();
      })();
      await Promise.all([load, work().finally(() => (done = true))]);
      return times;
    }

    test('Upgrade: the script by hand or `migrate`; nodes one by one, and nobody notices', async () => {
      const database = await newDatabase('upgraded');
      const SQL = join(folder, 'upgrade.sql');
      await run('Upgrade', 1, { SQL }, database);
      for (const time of ['an empty database', 'a current one']) {
        const applied = await atTerminal('idp database run -- psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --file="$SQL"', { ...database, SQL });
        assert.equal(applied.status, 0, `${time}: ${applied.stderr}`);
      }
      assert.match(await run('Upgrade', 2, {}, database), /current/);

      const [port, second] = [await freePort(), `http://localhost:${await freePort()}`];
      const first = `http://localhost:${port}`;
      const nodeAt = (address) => started({ ...database, Idp__Issuer: first, ASPNETCORE_URLS: address }, { port, isReady: () => fetch(`${address}/health/ready`).then(({ ok }) => ok, () => false) });
      const kept = { idp, client, person };
      let [old, next] = [await nodeAt(first)];
      try {
        idp = old;
        await givenPeople();
        const app = await signedIn(person);
        const authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;

        /** The app's refresh by the nodes that are in the proxy. */
        let nodes = [first];
        async function refresh() {
          const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: app.tokens.refresh_token });
          const response = await fetch(`${nodes[0]}/token`, { method: 'POST', headers: { authorization }, body });
          assert.equal(response.status, 200, await response.clone().text());
          app.tokens = await response.json();
          idp.seen.add('refresh_token', app.tokens.refresh_token);
          nodes.push(nodes.shift());
        }

        const times = await meanwhile(refresh, async () => {
          next = await nodeAt(second);
          await run('Upgrade', 3, { NODE: second }, database);
          nodes = [second];
          await old.stop();
          old = await nodeAt(first);
          await run('Upgrade', 3, { NODE: first }, database);
          nodes = [first, second];
        });
        assert.ok(times > 2, `only ${times} refreshes meanwhile`);
        await refresh();
        assert.equal(await silently(app), 'signed in');
      } finally {
        ({ idp, client, person } = kept);
        await Promise.all([old.stop(), next?.stop()]);
      }
    });

    /** The server is backed up while it works, and goes on as the page says at the same issuer, on the new database that `settings` name. */
    async function survives(settings) {
      const [before, revoked, busy, late, undone] = [await signedIn(person), await signedIn(person), await signedIn(person), await signedIn(person), await signedIn(person)];
      await oidc.tokenRevocation(revoked.configuration, revoked.tokens.refresh_token);
      const port = Number(new URL(idp.issuer).port);
      const BACKUP = join(folder, `backup-${Object.keys(settings)[0]}.sql`);

      const ended = [];
      const times = await meanwhile(async () => {
        busy.tokens = await oidc.refreshTokenGrant(busy.configuration, busy.tokens.refresh_token);
        ended.push(await anotherFamily(busy));
        await oidc.tokenRevocation(busy.configuration, ended.at(-1).refresh_token);
      }, () => run('Backup', 1, { BACKUP }));
      assert.ok(times > 2, `only ${times} rounds meanwhile`);
      assert.equal((await stat(BACKUP)).mode & 0o777, 0o600);
      await run('Backup', 2, { OFFLINE: offline });
      late.tokens = await refreshed(late);
      await oidc.tokenRevocation(undone.configuration, undone.tokens.refresh_token);

      await idp.stop();
      await run('Restore', 1, { BACKUP }, settings);
      await run('Restore', 2, {}, settings);
      idp = await started(settings, { port });

      assert.equal(await userInfo(before.tokens.access_token), 200);
      const fresh = await refreshed(before);
      assert.notEqual(statusListOf(fresh.access_token), statusListOf(before.tokens.access_token), 'numbers from a list that the lost database never had');
      // What was revoked while the backup was taken is in it or isn't, whole: its tokens live or die together.
      for (const tokens of ended) assert.equal(typeof (await refreshed({ ...busy, tokens })).access_token === 'string', (await userInfo(tokens.access_token)) === 200);
      assert.equal(await silently(before), 'signed in');
      assert.equal(await userInfo(revoked.tokens.access_token), 401);
      assert.equal(await refreshed(revoked), 'invalid_grant');
      // What the backup doesn't know: a refresh token that moved on, and a revocation.
      assert.equal(await refreshed(late), 'invalid_grant');
      assert.equal(await silently(late), 'signed in');
      assert.equal(typeof (await refreshed(undone)).access_token, 'string');
    }

    test('Backup of the embedded database under load, and Restore into a PostgreSQL of your own', async () => survives(await newDatabase('restored')));

    test('Backup of a PostgreSQL of your own under load, and Restore into the embedded one', async () => survives({ Idp__Database__Directory: join(folder, 'second') }));

    test('No block of the page is run by nobody', () => {
      assert.deepEqual([...blocks.values()].flat().filter((block) => !ran.has(block)), []);
    });
  });
}
