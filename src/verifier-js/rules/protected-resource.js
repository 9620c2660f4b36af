// What an API says of itself, so that a client which knows nothing but its address finds who gives tokens for it (RFC 9728).

/**
 * Where the document is, by the identifier of the API, and what it says (RFC 9728 §2, §3.1).
 *
 * @param {import('../index.js').ProtectedResourceOptions} given
 */
export function protectedResource({ resource, issuer, scopes, name }) {
  const { origin, pathname, search } = new URL(resource);
  const path = `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`;
  const document = {
    resource,
    authorization_servers: [issuer],
    ...(scopes && scopes.length > 0 ? { scopes_supported: [...scopes] } : {}),
    bearer_methods_supported: ['header'],
    ...(name ? { resource_name: name } : {}),
  };
  return { path, url: `${origin}${path}`, document };
}

/**
 * A challenge that names the document (RFC 9728 §5.1).
 *
 * @param {string | undefined} challenge @param {string | undefined} url
 */
export function pointingTo(challenge, url) {
  if (challenge === undefined || url === undefined) return challenge;
  return `${challenge}${challenge.includes('=') ? ',' : ''} resource_metadata="${url}"`;
}
