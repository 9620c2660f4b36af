import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createVerifier, protectedResource } from 'identityprovider-verifier';
import { audience } from './support/given.js';

const issuer = 'https://login.example';

describe('what an API says of itself (RFC 9728)', () => {
  const places = {
    'https://api.example': ['/.well-known/oauth-protected-resource', 'https://api.example'],
    'https://api.example/': ['/.well-known/oauth-protected-resource', 'https://api.example'],
    'https://api.example:8443/mcp': ['/.well-known/oauth-protected-resource/mcp', 'https://api.example:8443'],
    'http://localhost:3000/a/b?k=v': ['/.well-known/oauth-protected-resource/a/b?k=v', 'http://localhost:3000'],
  };
  for (const [resource, [path, origin]] of Object.entries(places))
    test(`Stands between host and path: ${resource}`, () => {
      const { document, ...place } = protectedResource({ resource, issuer });
      assert.deepEqual(place, { path, url: origin + path });
      assert.deepEqual(document, { resource, authorization_servers: [issuer], bearer_methods_supported: ['header'] });
    });

  test('Names the scopes and the name where there are any', () => {
    const { document } = protectedResource({ resource: 'https://api.example', issuer, scopes: ['read'], name: 'Notes' });
    assert.deepEqual([document.scopes_supported, document.resource_name], [['read'], 'Notes']);
  });

  test('Is named by every challenge', async () => {
    const { url } = protectedResource({ resource: 'https://api.example', issuer });
    const verifier = createVerifier({ issuer, audience, push: false, resourceMetadata: url, fetch: () => Promise.reject(new Error('down')) });
    await assert.rejects(verifier.verify(undefined), { status: 401, challenge: `Bearer resource_metadata="${url}"` });
    await assert.rejects(verifier.verify('a.b.c'), ({ challenge }) => challenge.startsWith('Bearer error="invalid_token"') && challenge.endsWith(`, resource_metadata="${url}"`));
  });
});
