import { before, describe, test } from 'node:test';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { Person } from '../support/person.js';
import { claimsOfAda, confidentialClient, redirectUri } from '../support/given.js';

const script = fileURLToPath(new URL('../apps/authlib_client.py', import.meta.url));

/** Python's Authlib, as Debian packages it. */
export function authlibSuite(idp) {
  describe('authlib', () => {
    let client;
    let user;

    before(async () => {
      user = await idp.createUser('ada-authlib', claimsOfAda);
      client = await idp.createClient({ ...confidentialClient, client_name: 'Authlib', scope: 'openid profile email offline_access', resources: [] });
    });

    test('Runs the code flow with PKCE, verifies the ID token, refreshes, and takes its tokens back', async () => {
      const program = spawn('/usr/bin/python3', [script, idp.issuer, client.client_id, client.client_secret, redirectUri], { timeout: 30_000 });
      const said = text(program.stderr);
      const [url] = await once(program.stdout.setEncoding('utf8'), 'data');
      const answer = await new Person(idp).authorize(url.trim(), user);
      program.stdin.end(`${answer.href}\n`);
      const result = await text(program.stdout);
      assert.ok(result, await said);
      const { claims, person, refreshed, revoked, after, secrets } = JSON.parse(result);
      secrets.forEach((secret) => idp.seen.add('token of Authlib', secret));
      assert.deepEqual([claims.iss, claims.aud, person.sub, person.email], [idp.issuer, client.client_id, claims.sub, claimsOfAda.email]);
      assert.deepEqual([refreshed, revoked, after], [true, 200, 401]);
    });
  });
}
