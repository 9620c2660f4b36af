import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Window, launchBrowser } from '../support/browser.js';
import { claimsOfAda, machineClient, nativeClient, ordersApi } from '../support/given.js';
import { Program, freePort, root, until } from '../support/program.js';
import { startSample } from '../support/samples.js';
import { signInAt } from '../support/web-app.js';

/** The samples of the other topologies, each as a person would start it, against the running server. */
export function topologiesSuite(idp, samples) {
  describe('topologies', () => {
    let machine;
    let edge;
    let gateway;

    const basic = () => `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}`;

    async function tokenFor(resource, scope) {
      const response = await idp.fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: basic() },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
      });
      const answer = await response.json();
      assert.equal(response.status, 200, `${answer.error} ${answer.error_description}`);
      return answer.access_token;
    }

    async function call(url, token, headers = {}) {
      const response = await fetch(url, { headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers } });
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return { status: response.status, challenge: response.headers.get('www-authenticate'), body: isJson ? await response.json() : await response.text() };
    }

    before(async () => {
      [edge, gateway] = (await Promise.all([freePort(), freePort()])).map((port) => `http://127.0.0.1:${port}`);
      await idp.createResource({ identifier: edge, name: 'The edge', scopes: ['orders.read', 'other'] });
      await idp.createResource({ identifier: gateway, name: 'The gateway', scopes: ['orders.read', 'stock.read'] });
      machine = await idp.createClient({ ...machineClient, scope: 'orders.read stock.read other', resources: [samples.api, ordersApi.identifier, edge, gateway] });
    });

    describe('an edge function', () => {
      before(async () => {
        const folder = `${root}/samples/edge`;
        execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
        const binary = createRequire(`${folder}/package.json`)('workerd').default;
        const environment = { ISSUER: idp.issuer, AUDIENCE: edge };
        const program = samples.add(new Program('edge', binary, ['serve', `${folder}/config.capnp`, `--socket-addr=http=${new URL(edge).host}`], { environment }));
        await program.ready(`${edge}/health`);
      });

      test('Answers a token that is for it', async () => {
        const { status, body } = await call(edge, await tokenFor(edge, 'orders.read'));
        assert.equal(status, 200);
        assert.deepEqual(body, { subject: machine.client_id, client: machine.client_id, at: 'the edge' });
      });

      test('Refuses no token, a token for another API, and a token without the scope', async () => {
        assert.deepEqual(await call(edge), { status: 401, challenge: 'Bearer', body: { error: 'TokenMissing' } });
        assert.equal((await call(edge, await tokenFor(samples.api, 'orders.read'))).body.error, 'AudienceUnexpected');
        assert.equal((await call(edge, await tokenFor(edge, 'other'))).challenge, 'Bearer error="insufficient_scope", scope="orders.read"');
      });
    });

    describe('a gateway', () => {
      before(async () => {
        const program = samples.add(startSample(idp, 'gateway', 'gateway', { ISSUER: idp.issuer, AUDIENCE: gateway, PORT: new URL(gateway).port }, 'start.js'));
        await program.ready(`${gateway}/health`);
      });

      test('Lets a token through to the service that its scope is for, and says who asks', async () => {
        const { status, body } = await call(`${gateway}/orders/42`, await tokenFor(gateway, 'orders.read'));
        assert.equal(status, 200);
        assert.deepEqual(body, { service: 'orders', path: '/42', subject: machine.client_id, client: machine.client_id, sawToken: false });
        assert.equal((await call(`${gateway}/stock/`, await tokenFor(gateway, 'stock.read'))).body.service, 'stock');
      });

      test('Refuses at the gate: no token, another API’s, one without the scope', async () => {
        const { status, challenge } = await call(`${gateway}/orders/`);
        assert.deepEqual([status, challenge], [401, 'Bearer']);
        assert.match((await call(`${gateway}/orders/`, await tokenFor(samples.api, 'orders.read'))).challenge, /error="invalid_token"/);
        const forbidden = await call(`${gateway}/stock/`, await tokenFor(gateway, 'orders.read'));
        assert.deepEqual([forbidden.status, forbidden.challenge], [403, 'Bearer error="insufficient_scope", scope="stock.read"']);
      });

      test('A revoked token is stopped at the gate, for every service at once', async () => {
        const token = await tokenFor(gateway, 'orders.read stock.read');
        for (const service of ['orders', 'stock']) assert.equal((await call(`${gateway}/${service}/`, token)).status, 200);
        await idp.fetch(`${idp.issuer}/revoke`, { method: 'POST', headers: { authorization: basic() }, body: new URLSearchParams({ token }) });
        await until('the gateway has heard', async () => (await call(`${gateway}/orders/`, token)).status === 401, 10);
        assert.match((await call(`${gateway}/stock/`, token)).challenge, /error_description="The token was revoked"/);
      });

      test('What a caller says of itself never reaches a service', async () => {
        const forged = { 'x-subject': 'root', 'x-client': 'root', 'x-scope': 'orders.read' };
        assert.equal((await call(`${gateway}/orders/`, undefined, forged)).status, 401);
        assert.equal((await call(`${gateway}/orders/`, await tokenFor(gateway, 'orders.read'), forged)).body.subject, machine.client_id);
        assert.equal((await call(`${gateway}/stock/`, await tokenFor(gateway, 'orders.read'), forged)).status, 403);
      });

      test('The verifier itself is reached by nobody, nor is what no location names', async () => {
        const token = await tokenFor(gateway, 'orders.read');
        assert.equal((await call(`${gateway}/_verify`, token)).status, 404);
        assert.notEqual((await call(`${gateway}/elsewhere`, token)).status, 200);
      });
    });

    describe('a job', () => {
      const run = async (name, secret, calls) => {
        const environment = { ISSUER: idp.issuer, CLIENT_ID: machine.client_id, CLIENT_SECRET: secret, API_URL: samples.api, CALLS: calls };
        const program = samples.add(startSample(idp, name, 'service-to-service', environment, 'job.js'));
        await program.ended;
        return { program, code: await program.stop() };
      };

      test('Calls the API many times with one token', async () => {
        const { program, code } = await run('job', machine.client_secret, 5);
        assert.equal(code, 0, program.output);
        assert.match(program.output, /^5 calls, 3 orders each, 1 token asked for$/m);
      });

      test('Says what is wrong in one line, and nothing secret', async () => {
        const { program, code } = await run('job-refused', 'not-the-secret-of-it', 1);
        assert.equal(code, 1);
        assert.equal(program.output, 'job: the identity provider refuses these credentials\n');
      });
    });

    describe('a native command', () => {
      let browser;
      let client;
      before(async () => {
        browser = await launchBrowser();
        client = await idp.createClient({ ...nativeClient, grant_types: ['authorization_code'], scope: 'openid orders.read', resources: [samples.api] });
      });
      after(() => browser.close());

      /** The command, and a window at the address that it would open. */
      async function start(name) {
        const environment = { ISSUER: idp.issuer, CLIENT_ID: client.client_id, API_URL: samples.api, BROWSER: 'true' };
        const program = samples.add(startSample(idp, name, 'native', environment, 'orders.js'));
        const address = await until('it says where to sign in', () => /^http\S+$/m.exec(program.output)?.[0]);
        const window = await Window.open(browser, idp);
        return { program, address, window };
      }

      test('Signs a person in by their own browser, and shows their orders', async () => {
        const { program, address, window } = await start('native');
        const user = await idp.createUser('ada-native', claimsOfAda);
        const { page } = window;
        await page.goto(address);
        await signInAt(page, user);
        const allow = page.getByRole('button', { name: /^allow/i });
        const done = page.getByRole('heading', { name: 'Signed in', exact: true });
        await allow.or(done).waitFor();
        if (await allow.isVisible()) await allow.click();
        await done.waitFor();
        await program.ended;
        assert.equal(await program.stop(), 0, program.output);
        assert.match(program.output, /A-1002 {2}1 × Teapot, cast iron/);
        assert.deepEqual(window.faults, []);
        await window.close();
      });

      test('Takes no answer that this run did not ask for, and waits on', async () => {
        const { program, address, window } = await start('native-planted');
        const redirect = new URL(new URL(address).searchParams.get('redirect_uri'));
        const answered = await fetch(`${redirect}?code=planted&state=planted`);
        assert.equal(answered.status, 404);
        assert.equal((await fetch(new URL('/', redirect))).status, 404);
        // The person says no: that is an answer of this run's.
        const state = new URL(address).searchParams.get('state');
        await fetch(`${redirect}?${new URLSearchParams({ error: 'access_denied', state, iss: idp.issuer })}`);
        await program.ended;
        assert.equal(await program.stop(), 1);
        assert.match(program.output, /^orders: access_denied$/m);
        await window.close();
      });
    });
  });
}
