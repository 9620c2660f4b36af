import { after, before, describe, test } from 'node:test';
import { createServer } from 'node:https';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { mcpServer } from '../apps/mcp-server.js';
import { Window, launchBrowser } from '../support/browser.js';
import { claimsOfAda } from '../support/given.js';
import { secretsOf } from '../support/seen.js';
import { WebApp, page, signInAt } from '../support/web-app.js';

const scope = 'notes.use';

/** All that an agent's host writes for the SDK: where its person comes back, and a place for what it learns. */
class Host {
  #seen;
  #kept = {};

  constructor(idp, redirectUrl, clientMetadataUrl) {
    this.#seen = idp.seen;
    this.redirectUrl = redirectUrl;
    this.clientMetadataUrl = clientMetadataUrl;
  }

  get clientMetadata() {
    return {
      client_name: 'Agent of the tests',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  clientInformation() { return this.#kept.client; }
  saveClientInformation(client) {
    this.#seen.addAll(secretsOf(Object.entries(client)));
    this.#kept.client = client;
  }
  tokens() { return this.#kept.tokens; }
  saveTokens(tokens) {
    this.#seen.addAll(secretsOf(Object.entries(tokens)));
    this.#kept.tokens = tokens;
  }
  redirectToAuthorization(url) { this.sentTo = url; }
  saveCodeVerifier(verifier) {
    this.#seen.add('code_verifier', verifier);
    this.#kept.verifier = verifier;
  }
  codeVerifier() { return this.#kept.verifier; }
}

/** An MCP client that knows nothing but a server's address, and a person in Chromium. */
export function mcpSuite(idp, authority) {
  describe('@modelcontextprotocol/sdk', () => {
    let browser;
    let user;
    let tools;
    let server;
    let host;
    let documents;
    let document;

    before(async () => {
      browser = await launchBrowser();
      user = await idp.createUser('ada-mcp', claimsOfAda);
      tools = await WebApp.start((origin) => {
        server = mcpServer({ issuer: idp.issuer, resource: `${origin}/mcp`, scope });
        return server.app;
      });
      host = await WebApp.start(() => (request, response) => response.setHeader('content-type', 'text/html').end(page('You can go back to your agent')));
      await idp.createResource({ identifier: `${tools.origin}/mcp`, name: 'Notes for agents', scopes: [{ name: scope, description: 'Read and write your notes' }] });
      for (const kind of ['open', 'documents'])
        await idp.command(['registration-policies', 'create', '--for', kind, '--resource', `${tools.origin}/mcp`, '--scope', `openid offline_access ${scope}`, '--max-clients', '5']);

      const { key, certificate } = authority.issue('agents');
      documents = createServer({ key, cert: certificate }, (request, response) => {
        documents.asked.push(request.url);
        response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
      }).listen(0, '127.0.0.1');
      documents.asked = [];
      await once(documents, 'listening');
    });
    after(async () => {
      server?.close();
      await browser?.close();
      documents?.closeAllConnections();
      documents?.close();
      await tools?.stop();
      await host?.stop();
    });

    const connect = (provider) => {
      const transport = new StreamableHTTPClientTransport(new URL(`${tools.origin}/mcp`), { authProvider: provider, fetch: idp.fetch });
      const client = new Client({ name: 'agent', version: '1.0.0' });
      return { transport, client, connected: client.connect(transport) };
    };

    /** The whole way: refused, found out, registered or known, signed in by a person, connected; what the tool says of it, and the consent page. */
    async function signIn(t, provider) {
      const first = connect(provider);
      await assert.rejects(first.connected, UnauthorizedError);

      const window = await Window.open(browser, idp);
      t.after(() => window.close());
      await window.page.goto(provider.sentTo.href);
      await signInAt(window.page, user);
      const allow = window.page.getByRole('button', { name: /^allow/i });
      await allow.waitFor();
      const asked = await window.page.locator('main').innerText();
      await allow.click();
      await window.page.waitForURL(`${host.origin}/**`);
      const answer = new URL(window.page.url()).searchParams;
      assert.equal(answer.get('iss'), idp.issuer);
      assert.deepEqual(window.faults, []);
      await first.transport.finishAuth(answer.get('code'));

      const { client, connected } = connect(provider);
      await connected;
      t.after(() => client.close());
      const { content } = await client.callTool({ name: 'whoami', arguments: {} });
      return { asked, whoami: JSON.parse(content[0].text), client };
    }

    test('Finds the server, registers itself, signs a person in and calls a tool', async (t) => {
      const provider = new Host(idp, `${host.origin}/callback`);
      const { asked, whoami } = await signIn(t, provider);

      assert.equal(provider.sentTo.origin, idp.issuer);
      assert.equal(provider.sentTo.searchParams.get('resource'), `${tools.origin}/mcp`);
      assert.match(asked, /registered itself/);
      assert.match(asked, /a program on this device/);
      assert.match(asked, /Read and write your notes/);
      assert.equal(whoami.client, provider.clientInformation().client_id);
      assert.equal(whoami.scope, scope);
      assert.match(whoami.client, /^[0-9a-f]{32}$/);
    });

    test('Goes on with its refresh token when its access token is gone, and asks nobody', async (t) => {
      const provider = new Host(idp, `${host.origin}/callback`);
      const { whoami } = await signIn(t, provider);
      provider.sentTo = undefined;
      provider.saveTokens({ ...provider.tokens(), access_token: 'lost' });

      const { client, connected } = connect(provider);
      await connected;
      t.after(() => client.close());
      const { content } = await client.callTool({ name: 'whoami', arguments: {} });
      assert.equal(JSON.parse(content[0].text).sub, whoami.sub);
      assert.equal(provider.sentTo, undefined);
    });

    test('Is known by the address of its own metadata, and people see that address', async (t) => {
      const address = `https://localhost:${documents.address().port}/agent/client.json`;
      const provider = new Host(idp, `${host.origin}/callback`, address);
      document = { client_id: address, ...provider.clientMetadata };
      const { asked, whoami } = await signIn(t, provider);

      assert.equal(whoami.client, address);
      assert.match(asked, new RegExp(`by its address alone, at localhost:${documents.address().port}`));
      assert.deepEqual(documents.asked, ['/agent/client.json']);
      assert.equal(provider.sentTo.searchParams.get('client_id'), address);
    });

    test('Is refused by a token for something else', async () => {
      const other = await idp.createClient({ client_name: 'A job', grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'orders.read', resources: ['https://orders.example/'] });
      const token = await idp.fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${other.client_id}:${other.client_secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }).then((answer) => answer.json());
      const answer = await idp.fetch(`${tools.origin}/mcp`, { method: 'POST', headers: { authorization: `Bearer ${token.access_token}` } });
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate'), /error="invalid_token".*resource_metadata="/);
    });
  });
}
