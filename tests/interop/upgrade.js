import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import { Idp } from './support/idp.js';
import { confidentialClient, ordersApi, redirectUri } from './support/given.js';
import { Program, freePort } from './support/program.js';
import { signedInAt } from './support/signed-in-app.js';

// IDP_EXE is the version before (support/idp.js starts that), IDP_NEW this one. scripts/upgrade-test builds both.
const next = process.env.IDP_NEW;
const scope = 'openid profile orders.read';

describe('the version before and this one, side by side on one database', () => {
  let folder;
  let postgres;
  let old;
  let node;
  let second;
  let client;
  let user;

  /** A PostgreSQL that no server of either runs; it lasts until its standard input ends. */
  async function aPostgres(directory) {
    const environment = { DOTNET_ENVIRONMENT: 'Development', Idp__Issuer: 'http://localhost:8080', Idp__Database__Directory: directory, Idp__Keys__MasterKeyFile: join(folder, 'master.key') };
    const child = spawn(next, ['database', 'run', '--', 'sh', '-c', 'echo "$PGHOST" && exec cat'], { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    return { connection: `Host=${line.trim()};Username=idp;Database=idp`, stop: () => (child.stdin.end(), ended) };
  }

  const ofNext = (more) => ({ ...old.environment, Idp__Database__MigrateAtStart: 'false', ...more });

  const byNext = (words) => new Promise((resolve) => {
    execFile(next, words, { env: { ...process.env, ...ofNext() } }, (error, stdout, stderr) => resolve({ status: error ? error.code : 0, stdout, stderr }));
  });

  const post = (address, path, form) => fetch(address + path, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });

  async function refreshed(address, app) {
    const response = await post(address, '/token', { grant_type: 'refresh_token', refresh_token: app.tokens.refresh_token });
    assert.equal(response.status, 200, await response.clone().text());
    app.tokens = await response.json();
  }

  const userInfo = async (address, token) => (await fetch(`${address}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idp-upgrade-'));
    await chmod(folder, 0o755);
    postgres = await aPostgres(join(folder, 'postgres'));
    old = await Idp.start({ Idp__Database__ConnectionString: postgres.connection, Idp__Keys__MasterKeyFile: join(folder, 'master.key') }, { name: 'upgrade-old' });
    await old.createResource(ordersApi);
    client = await old.createClient({ ...confidentialClient, scope });
    user = await old.createUser('whose-nodes-are-two');
  });
  after(async () => {
    await node?.stop();
    await old?.stop();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const signedIn = () => signedInAt(old, client, user, { scope, resource: ordersApi.identifier });

  test('a node of this version refuses a schema that is older, and says what to do', async () => {
    const refused = await byNext(['clients', 'list']);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^The database lacks \d+ migrations? of this version.*`idp database migrate`/);
  });

  test('this version migrates beneath the version before, which answers all the while', async () => {
    const app = await signedIn();
    let done = false;
    let times = 0;
    const load = (async () => {
      for (; !done; times++) {
        await refreshed(old.issuer, app);
        assert.equal(await userInfo(old.issuer, app.tokens.access_token), 200);
        assert.equal((await fetch(`${old.issuer}/health/ready`)).status, 200);
      }
    })();
    const migrated = await byNext(['database', 'migrate', '--json']).finally(() => (done = true));
    await load;
    assert.equal(migrated.status, 0, migrated.stderr);
    assert.notDeepEqual(JSON.parse(migrated.stdout).applied, []);
    assert.ok(times > 1, `only ${times} rounds meanwhile`);
  });

  test('a node of each: what one begins the other ends, in both directions', async () => {
    second = `http://localhost:${await freePort()}`;
    node = new Program('upgrade-new', next, ['serve'], { environment: ofNext({ ASPNETCORE_URLS: second }) });
    await node.ready(`${second}/health/ready`);
    const app = await signedIn();
    for (let i = 0; i < 6; i++) {
      await refreshed(i % 2 ? old.issuer : second, app);
      for (const address of [old.issuer, second]) assert.equal(await userInfo(address, app.tokens.access_token), 200);
    }

    // A code of the old node's is redeemed at the new one, and not again at either.
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(app.configuration, {
      redirect_uri: redirectUri, scope, resource: ordersApi.identifier, prompt: 'none', code_challenge_method: 'S256', code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    });
    const { left } = await app.person.open(url.href);
    const form = { grant_type: 'authorization_code', code: left.searchParams.get('code'), redirect_uri: redirectUri, code_verifier: pkceCodeVerifier };
    const redeemed = await post(second, '/token', form);
    assert.equal(redeemed.status, 200, await redeemed.clone().text());
    const tokens = await redeemed.json();
    assert.equal((await (await post(old.issuer, '/token', form)).json()).error, 'invalid_grant');
    assert.equal((await (await post(second, '/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })).json()).error, 'invalid_grant', 'the second use ended what the first began');

    // Revoked at one, dead at the other.
    for (const [here, there] of [[old.issuer, second], [second, old.issuer]]) {
      const other = await signedIn();
      assert.equal((await post(here, '/revoke', { token: other.tokens.refresh_token })).status, 200);
      assert.equal((await (await post(there, '/token', { grant_type: 'refresh_token', refresh_token: other.tokens.refresh_token })).json()).error, 'invalid_grant');
      assert.equal(await userInfo(there, other.tokens.access_token), 401);
    }
  });

  test('a command of either works', async () => {
    assert.ok((await old.command(['clients', 'list'])).some(({ client_id: id }) => id === client.client_id));
    const shown = await byNext(['clients', 'show', client.client_id, '--json']);
    assert.equal(JSON.parse(shown.stdout).client_id, client.client_id);
  });
});
