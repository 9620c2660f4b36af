import { createServer } from 'node:http';
import { once } from 'node:events';
import * as oidc from 'openid-client';

const page = (text) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${text}</title><link rel="icon" href="data:,"><h1>${text}</h1><p>You can close this page.</p></html>`;

/**
 * Signs a person in by the browser that they use anyway (RFC 8252): the app never sees the password, and a session in the browser is used.
 * The app has no secret; PKCE ties the code to this very run, and the redirect comes back to a port of this machine that is open until then.
 */
export async function signIn({ issuer, clientId, resource, scope, openBrowser }) {
  const execute = ['localhost', '127.0.0.1'].includes(new URL(issuer).hostname) ? [oidc.allowInsecureRequests] : [];
  const configuration = await oidc.discovery(new URL(issuer), clientId, {}, oidc.None(), { execute });

  // 1. A port of the loopback interface, by its address and not by a name (RFC 8252 sections 7.3, 8.3).
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://127.0.0.1:${server.address().port}/callback`;
  try {
    // 2. The browser goes to the identity provider.
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    openBrowser(oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope,
      resource,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    }));

    // 3. It comes back with a code; anything else that knocks is turned away.
    const answer = await callback(server, redirectUri, state);

    // 4. The code becomes tokens, if state, issuer and verifier are right.
    return await oidc.authorizationCodeGrant(configuration, answer, { pkceCodeVerifier: codeVerifier, expectedState: state, idTokenExpected: true }, { resource });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function callback(server, redirectUri, state) {
  return new Promise((resolve) => {
    server.on('request', (request, response) => {
      const url = new URL(request.url, redirectUri);
      const isOurs = request.method === 'GET' && url.pathname === '/callback' && url.searchParams.get('state') === state;
      response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'; img-src data:", 'referrer-policy': 'no-referrer' });
      response.end(page(isOurs ? (url.searchParams.has('code') ? 'Signed in' : 'Not signed in') : 'There is nothing here'), () => isOurs && resolve(url));
    });
  });
}
