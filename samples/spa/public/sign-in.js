import settings from '/settings.js';

/*
 * Everything this app says to the identity provider. The access token is a variable of this module and nowhere else; the refresh token is in a
 * cookie of the issuer's, which the browser adds to requests to /token and /revoke and shows to no script. So a page that begins knows nothing,
 * asks once, and is signed in if the browser is.
 */
const redirectUri = `${location.origin}/callback`;

/** Renew so long before the token ends, in ms, that it doesn't die on its way to the API. */
const margin = 10_000;

let tokens;
let renewal;
let metadata;

/** The issuer's addresses (RFC 8414). */
const addresses = () => (metadata ??= fetch(`${settings.issuer}/.well-known/openid-configuration`).then((response) => response.json()));

/** Leaves for the identity provider. What has to be known on the way back is kept for this tab until then: no token is among it. */
export async function begin() {
  const { authorization_endpoint: address } = await addresses();
  const pending = { state: random(), codeVerifier: random() };
  sessionStorage.setItem('sign-in', JSON.stringify(pending));
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.codeVerifier));
  location.assign(`${address}?${new URLSearchParams({
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile orders.read',
    resource: settings.resource,
    state: pending.state,
    code_challenge: base64url(new Uint8Array(challenge)),
    code_challenge_method: 'S256',
  })}`);
}

/** Back from the identity provider: checks that this tab asked, and exchanges the code. Throws a `SignInError` where it came to nothing. */
export async function finish(answer) {
  const pending = JSON.parse(sessionStorage.getItem('sign-in') ?? '{}');
  sessionStorage.removeItem('sign-in');
  // Neither the code nor the error stays in the history.
  history.replaceState(null, '', '/');
  if (!pending.state || answer.get('state') !== pending.state) throw new SignInError('That sign-in was begun elsewhere, or too long ago.');
  if (answer.get('iss') !== settings.issuer) throw new SignInError('Another identity provider answered.');
  if (!answer.has('code')) throw new SignInError(answer.get('error') === 'access_denied' ? 'You did not allow access.' : `The identity provider answered ${answer.get('error')}.`);
  const isSignedIn = await ask({ grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: redirectUri, code_verifier: pending.codeVerifier });
  if (!isSignedIn) throw new SignInError('The sign-in was not accepted.');
}

/** An access token that is still good, renewed by the cookie where it is not; undefined where nobody is signed in. Calls that come together share one renewal. */
export async function accessToken() {
  if (tokens && tokens.expiresAt - margin > Date.now()) return tokens.accessToken;
  renewal ??= ask({ grant_type: 'refresh_token', resource: settings.resource }).finally(() => {
    renewal = undefined;
  });
  return (await renewal) ? tokens.accessToken : undefined;
}

/** The API said that it is good no more: the next call asks for another. */
export function forget() {
  tokens = undefined;
}

/** Who is signed in, by their own words at the identity provider (OpenID Connect Core section 5.3). */
export async function person() {
  const { userinfo_endpoint: address } = await addresses();
  const response = await fetch(address, { headers: { authorization: `Bearer ${await accessToken()}` } });
  return response.json();
}

/** Gives the refresh token back, with all that came of it, and leaves to end the session at the identity provider too. */
export async function signOut() {
  const { revocation_endpoint: revocation, end_session_endpoint: logout } = await addresses();
  const hint = tokens?.idToken;
  forget();
  await post(revocation, {});
  location.assign(`${logout}?${new URLSearchParams({ client_id: settings.clientId, post_logout_redirect_uri: `${location.origin}/`, ...(hint && { id_token_hint: hint }) })}`);
}

export class SignInError extends Error {}

/** Asks for tokens; false where the answer is no: there is no cookie, or what it stood for is over. */
async function ask(form) {
  const { token_endpoint: address } = await addresses();
  const response = await post(address, form);
  tokens = undefined;
  if (response.status === 400) return false;
  if (!response.ok) throw new Error(`the identity provider answered ${response.status}`);
  const { access_token: token, id_token: idToken, expires_in: seconds } = await response.json();
  tokens = { accessToken: token, idToken, expiresAt: Date.now() + seconds * 1000 };
  return true;
}

/** A form with the browser's cookie, and no header of our own: it needs no preflight. The issuer looks at the Origin, which the browser names. */
function post(address, form) {
  return fetch(address, { method: 'POST', credentials: 'include', body: new URLSearchParams({ client_id: settings.clientId, ...form }) });
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
