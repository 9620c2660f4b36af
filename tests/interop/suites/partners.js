import { after, before, describe, test } from 'node:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { parse as parseJava } from 'java-parser';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { bearerToken, createVerifier } from 'identityprovider-verifier';
import { Apache } from '../support/apache.js';
import { Window, launchBrowser } from '../support/browser.js';
import { claimsOfAda, machineClient } from '../support/given.js';
import { Partner } from '../support/partner.js';
import { Person } from '../support/person.js';
import { Program, freePort } from '../support/program.js';
import { WebApp, signInAt } from '../support/web-app.js';

/** docs/integrating/: the clients of its pages, and what their partners copy, run as it is. */
export function partnersSuite(idp, programs) {
  describe('Partners, by docs/integrating/', () => {
    let user;
    let browser;
    let orders;
    let verifier;
    let stockToken;
    const stock = 'urn:example:stock';
    const clears = [];

    before(async () => {
      [user, browser] = [await idp.createUser('ada-partners', claimsOfAda), await launchBrowser()];
      // A real API, which a partner's code calls by its identifier.
      orders = await WebApp.start((origin) => {
        verifier = createVerifier({ issuer: idp.issuer, audience: `${origin}/partners` });
        return (request, response) => verifier.verify(bearerToken(request.headers.authorization), { scope: 'orders.read' })
          .then(({ sub }) => response.end(`Orders of ${sub}`), (error) => response.writeHead(error.status ?? 500).end());
      });
      await idp.createResource({ identifier: `${orders.origin}/partners`, name: 'Orders', scopes: ['orders.read', 'orders.write'] });
      await idp.createResource({ identifier: stock, name: 'Stock', scopes: ['stock.read'], revocation: 'introspection' });
      const caller = await idp.createClient({ ...machineClient, scope: 'stock.read', resources: [stock] });
      const answer = await idp.fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${caller.client_id}:${caller.client_secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: stock }),
      });
      ({ access_token: stockToken } = await answer.json());
    });

    after(async () => {
      for (const clear of clears.reverse()) await clear();
      verifier?.close();
      await browser?.close();
      await orders?.stop();
    });

    const places = (origin) => ({ 'https://shop.example': origin, 'https://orders.example': `${orders.origin}/partners`, 'https://stock.example': stock });

    async function partner(platform, name, origin = 'https://shop.example') {
      const registered = await Partner.register(idp, platform, name, places(origin));
      await registered.unpack();
      clears.push(() => registered.stop());
      return registered;
    }

    /** A partner's own server, by what it is started with. */
    async function serving(platform, command) {
      const port = await freePort();
      const shop = await partner(platform, 'shop', `http://localhost:${port}`);
      const [program, ...words] = command(port);
      const running = new Program(`partner-${platform}`, program, words, { environment: { ...shop.environment, PORT: String(port), FLASK_APP: join(shop.folder, 'app.py'), PYTHONDONTWRITEBYTECODE: '1', PARTNER: shop.folder } });
      // What a framework of a partner's writes of its own requests is not ours to hold it to.
      clears.push(() => running.stop());
      shop.origin = `http://localhost:${port}`;
      await running.ready(`${shop.origin}/me`, (address) => fetch(address, { redirect: 'manual' }).then(({ status }) => status < 400, () => false));
      return shop;
    }

    /** One that runs to its end: what it said. */
    async function run(command, words, shop, input = '') {
      const child = spawn(command, words, { cwd: shop.folder, env: { ...process.env, ...shop.environment }, timeout: 60_000 });
      child.stdin.end(input);
      const [said, faults, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      assert.equal(status, 0, `${command} ${words.join(' ')}: ${said}${faults}`);
      return said;
    }

    async function signedIn(t, address) {
      const window = await Window.open(browser, idp);
      t.after(() => window.close());
      await window.page.goto(address);
      await signInAt(window.page, user);
      await window.page.getByRole('button', { name: /^allow/i }).click();
      return window;
    }

    /** In and out again, at an application that answers JSON. */
    async function signsInAndOut(t, shop) {
      const { page, context, requests } = await signedIn(t, `${shop.origin}/sign-in`);
      shop.page = page;
      await page.waitForURL(`${shop.origin}/me`);
      const { sub, sid, name } = JSON.parse(await page.locator('body').innerText());
      assert.deepEqual([sub, name], [user.sub, claimsOfAda.name]);
      assert.ok(sid);
      const asked = requests.find(({ origin, pathname }) => origin === idp.issuer && pathname === '/authorize').searchParams;
      assert.deepEqual([asked.get('code_challenge_method'), asked.has('nonce'), asked.has('state'), asked.get('resource')], ['S256', true, true, `${orders.origin}/partners`]);
      return async () => {
        const out = await context.request.post(`${shop.origin}/sign-out`, { maxRedirects: 0 });
        assert.equal(out.status(), 302);
        await page.goto(out.headers().location);
        // Who shows no ID token is asked.
        const really = page.getByRole('button', { name: 'Sign out' });
        if (await really.isVisible()) await really.click();
        await page.waitForURL((url) => url.origin === shop.origin);
        await page.goto(`${shop.origin}/sign-in`);
        await page.getByLabel('Username').waitFor();
      };
    }

    test('Node: a web application signs in, calls the API and signs out', async (t) => {
      const shop = await serving('node', () => ['sh', '-c', 'exec node "$PARTNER/server.js"']);
      const signOut = await signsInAndOut(t, shop);
      await shop.page.goto(`${shop.origin}/call`);
      assert.equal(await shop.page.locator('body').innerText(), `Orders of ${user.sub}`);
      await signOut();
    });

    test('Python: a web application signs in and out', async (t) => {
      const shop = await serving('python', (port) => ['/usr/bin/python3', '-m', 'flask', 'run', '--port', String(port)]);
      await (await signsInAndOut(t, shop))();
    });

    test('Apache says who signed in to what is behind it', async (t) => {
      let shop;
      const apache = await Apache.start('partner-apache', async ({ origin }) => {
        shop = await partner('mod_auth_openidc', 'shop', origin);
        return { settings: shop.files.get('openidc.conf'), environment: shop.environment };
      });
      programs.push(apache.program);
      clears.push(() => apache.stop());
      const { page, requests } = await signedIn(t, `${apache.origin}/private/`);
      await page.getByRole('heading', { name: 'Private' }).waitFor();
      assert.deepEqual([await page.locator('#user').innerText(), await page.locator('#name').innerText()], [user.sub, claimsOfAda.name]);
      const asked = requests.find(({ origin, pathname }) => origin === idp.issuer && pathname === '/authorize').searchParams;
      assert.deepEqual([asked.get('code_challenge_method'), asked.get('resource')], ['S256', `${orders.origin}/partners`]);
      await page.goto(`${apache.origin}/callback?logout=${encodeURIComponent(`${apache.origin}/`)}`);
      await page.getByLabel('Username').waitFor();
    });

    test('curl: a person signs in, and pastes where the browser ended', async () => {
      const shop = await partner('curl', 'shop');
      const child = spawn('bash', ['sign-in.sh'], { cwd: shop.folder, env: { ...process.env, ...shop.environment }, timeout: 60_000 });
      const faults = text(child.stderr);
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
      const answer = await new Person(idp).authorize(line.replace('Open ', '').trim(), user);
      child.stdin.end(`${answer.href}\n`);
      const said = await text(child.stdout);
      assert.ok(said, await faults);
      const tokens = JSON.parse(said);
      for (const name of ['access_token', 'refresh_token', 'id_token']) idp.seen.add(`${name} of curl`, tokens[name]);
      assert.deepEqual([tokens.token_type, tokens.scope.split(' ').includes('orders.read')], ['Bearer', true]);
    });

    test('curl: an answer to somebody else\'s request is not taken', async () => {
      const { files } = await idp.command(['clients', 'snippet', 'shop-curl', '--for', 'curl']);
      const child = spawn('bash', ['-c', files[0].text], { env: { ...process.env, CLIENT_SECRET: 'none' }, timeout: 60_000 });
      child.stdin.end('https://shop.example/callback?code=abc&state=another\n');
      assert.deepEqual([(await once(child, 'close'))[0]], [1]);
    });

    test('Node: an app on a device signs in by the system\'s browser', async () => {
      const shop = await partner('node', 'shop-cli');
      const child = spawn(process.execPath, ['sign-in.js'], { cwd: shop.folder, timeout: 60_000 });
      const faults = text(child.stderr);
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
      const answer = await new Person(idp).authorize(line.replace('Open ', '').trim(), user);
      assert.equal((await fetch(answer)).status, 200);
      assert.equal((await text(child.stdout)).trim(), `Signed in as ${user.sub}`, await faults);
    });

    test('A job gets its token and calls the API: Node, Python, curl', async () => {
      assert.equal((await run(process.execPath, ['job.js'], await partner('node', 'nightly'))).trim(), '200');
      assert.equal((await run('/usr/bin/python3', ['job.py'], await partner('python', 'nightly'))).trim(), '200');
      const tokens = JSON.parse(await run('bash', ['token.sh'], await partner('curl', 'nightly')));
      idp.seen.add('token of curl', tokens.access_token);
      assert.equal((await fetch(`${orders.origin}/partners`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status, 200);
    });

    test('An API asks about its tokens: Node, Python, curl', async () => {
      const [node, python, curl] = [await partner('node', 'stock-api'), await partner('python', 'stock-api'), await partner('curl', 'stock-api')];
      const asks = 'import { introspect } from "./introspect.js"; console.log((await introspect(process.env.TOKEN))?.scope, await introspect("nonsense"));';
      node.environment.TOKEN = python.environment.TOKEN = stockToken;
      assert.equal((await run(process.execPath, ['--input-type=module', '-e', asks], node)).trim(), 'stock.read null');
      assert.equal((await run('/usr/bin/python3', ['-Bc', 'import os; from introspect import introspect; print(introspect(os.environ["TOKEN"])["scope"], introspect("nonsense"))'], python)).trim(), 'stock.read None');
      assert.deepEqual([JSON.parse(await run('bash', ['introspect.sh'], curl, `${stockToken}\n`)).active, JSON.parse(await run('bash', ['introspect.sh'], curl, 'nonsense\n')).active], [true, false]);
    });

    test('Spring: the settings are those that Spring Boot knows, and the Java is Java', async () => {
      const [shop, nightly, api] = [await partner('spring', 'shop'), await partner('spring', 'nightly'), await partner('spring', 'stock-api')];
      const client = (one) => parseYaml(one.files.get('application.yml')).spring.security.oauth2.client;
      assert.deepEqual(client(shop), {
        registration: { idp: {
          'client-id': 'shop-spring', 'client-secret': '${CLIENT_SECRET}', 'client-authentication-method': 'client_secret_basic', 'authorization-grant-type': 'authorization_code',
          'redirect-uri': 'https://shop.example/login/oauth2/code/idp', scope: ['openid', 'profile', 'email', 'orders.read'],
        } },
        provider: { idp: { 'issuer-uri': idp.issuer } },
      });
      assert.deepEqual([client(nightly).registration.idp['authorization-grant-type'], client(nightly).registration.idp.scope], ['client_credentials', ['orders.read']]);
      assert.deepEqual(parseYaml(api.files.get('application.yml')).spring.security.oauth2.resourceserver.opaquetoken, {
        'introspection-uri': `${idp.issuer}/introspect`, 'client-id': 'stock-api-spring', 'client-secret': '${CLIENT_SECRET}',
      });
      for (const java of [shop.files.get('SignIn.java'), nightly.files.get('Calls.java')]) assert.ok(parseJava(java));
      assert.throws(() => parseJava(shop.files.get('SignIn.java').replace(');', '')), 'the parser finds what is wrong');
    });

    test('oauth2-proxy: the settings are those that its documentation lists', async () => {
      const shop = await partner('oauth2-proxy', 'shop');
      const settings = parseToml(shop.files.get('oauth2-proxy.cfg'));
      const known = new Set([
        'provider', 'provider_display_name', 'oidc_issuer_url', 'client_id', 'redirect_url', 'proxy_prefix', 'scope', 'code_challenge_method', 'skip_provider_button', 'email_domains',
        'upstreams', 'http_address', 'reverse_proxy', 'cookie_secure', 'cookie_samesite', 'cookie_expire', 'cookie_refresh', 'pass_access_token', 'set_xauthrequest', 'backend_logout_url', 'whitelist_domains',
      ]);
      assert.deepEqual(Object.keys(settings).filter((name) => !known.has(name)), []);
      assert.deepEqual(
        [settings.oidc_issuer_url, settings.client_id, settings.redirect_url, settings.code_challenge_method, settings.whitelist_domains],
        [idp.issuer, 'shop-oauth2-proxy', 'https://shop.example/oauth2/callback', 'S256', ['shop.example']]);
      assert.deepEqual(Object.keys(shop.snippet.environment), ['OAUTH2_PROXY_CLIENT_SECRET', 'OAUTH2_PROXY_COOKIE_SECRET']);
    });
  });
}
