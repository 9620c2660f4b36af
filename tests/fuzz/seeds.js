import { createHash, randomBytes } from 'node:crypto';
import { confidentialClient, machineClient, nativeClient, ordersApi, redirectUri } from '../interop/support/given.js';
import { Person } from '../interop/support/person.js';
import { consoleOf, signalsOf } from './operators.js';

/** The clients, APIs and the person of a run. */
export async function register(idp) {
  await idp.createResource(ordersApi);
  await idp.createResource({ identifier: 'https://opaque.example/', name: 'Opaque', scopes: ['opaque.read'], revocation: 'introspection' });
  const web = await idp.createClient({ ...confidentialClient, allowed_origins: ['https://app.example'] });
  const native = await idp.createClient(nativeClient);
  const machine = await idp.createClient({ ...machineClient, introspects: [ordersApi.identifier] });
  const operator = await idp.createClient({ grant_types: ['client_credentials'], scope: 'idp.read idp.write:clients idp.write:resources', resources: [`${idp.issuer}/api/admin/v1`] });
  const user = await idp.createUser('ada', { name: 'Ada Example', email: 'ada@example.com' });
  const receiver = await idp.createClient({ grant_types: ['client_credentials'], scope: 'ssf.read ssf.manage', resources: [`${idp.issuer}/ssf`] });
  const boss = await idp.createUser('olga');
  await idp.command(['users', 'grant-role', 'olga', 'operator']);
  return { web, native, machine, operator, user, receiver, boss };
}

/** Requests that a real caller makes at every endpoint after a sign-in, and the tokens, codes and cookies that go with them. */
export async function plant(idp, { web, native, machine, operator, user, receiver, boss }) {
  const metadata = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
  const basic = (client) => `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;

  // One whole sign-in: a session's cookies, a code that is spent, tokens that live.
  const person = new Person(idp);
  const verifier = randomBytes(32).toString('base64url');
  const asked = [
    ['client_id', web.client_id], ['redirect_uri', redirectUri], ['response_type', 'code'], ['scope', 'openid profile offline_access orders.read'], ['state', 's'], ['nonce', 'n'],
    ['resource', ordersApi.identifier], ['code_challenge', createHash('sha256').update(verifier).digest('base64url')], ['code_challenge_method', 'S256'],
  ];
  const answer = await person.authorize(`${idp.issuer}/authorize?${new URLSearchParams(asked)}`, user);
  const code = answer.searchParams.get('code');
  const redeemed = [['grant_type', 'authorization_code'], ['code', code], ['redirect_uri', redirectUri], ['code_verifier', verifier]];
  const tokens = await (await fetch(metadata.token_endpoint, { method: 'POST', body: new URLSearchParams(redeemed), headers: { authorization: basic(web) } })).json();
  if (!tokens.refresh_token) throw new Error(`no tokens to begin with: ${JSON.stringify(tokens)}`);

  const cookie = person.cookieHeader;
  const pages = await pagesOf(idp, person, cookie);
  const post = (path, form, headers = {}) => ({ method: 'POST', path, query: [], form, headers });
  const get = (path, query = [], headers = {}) => ({ method: 'GET', path, query, form: undefined, headers });
  const asWeb = { authorization: basic(web) };
  const asMachine = { authorization: basic(machine) };
  const anyGrant = (grant, ...rest) => post('/token', [['grant_type', grant], ...rest], asWeb);

  const seeds = [
    get('/authorize', asked), get('/authorize', asked, { cookie }), post('/authorize', asked), get('/authorize', [['client_id', web.client_id], ['request_uri', 'urn:ietf:params:oauth:request_uri:x']]),
    get('/authorize', [...asked, ['prompt', 'none'], ['id_token_hint', tokens.id_token], ['max_age', '5'], ['claims', '{"id_token":{"acr":{"essential":true,"values":["1"]}}}']], { cookie }),
    get('/authorize', [...asked, ['response_mode', 'form_post'], ['acr_values', '1'], ['login_hint', 'ada'], ['ui_locales', 'de'], ['display', 'popup']], { cookie }),
    get('/authorize', [...asked, ['response_mode', 'jwt'], ['authorization_details', '[{"type":"payment"}]']], { cookie }),
    post('/token', redeemed, asWeb), post('/token', [...redeemed, ['client_id', native.client_id]]),
    post('/token', [['grant_type', 'refresh_token'], ['refresh_token', tokens.refresh_token], ['scope', 'openid']], asWeb),
    post('/token', [['grant_type', 'client_credentials'], ['scope', 'orders.read'], ['resource', ordersApi.identifier]], asMachine),
    post('/token', [['grant_type', 'client_credentials'], ['client_id', machine.client_id], ['client_secret', machine.client_secret]]),
    post('/token', [['grant_type', 'client_credentials'], ['client_id', machine.client_id], ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'], ['client_assertion', tokens.id_token]]),
    anyGrant('urn:ietf:params:oauth:grant-type:device_code', ['device_code', code]),
    anyGrant('urn:ietf:params:oauth:grant-type:token-exchange', ['subject_token', tokens.access_token], ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token']),
    anyGrant('urn:ietf:params:oauth:grant-type:jwt-bearer', ['assertion', tokens.id_token]),
    anyGrant('urn:openid:params:grant-type:ciba', ['auth_req_id', code]),
    get('/userinfo', [], { authorization: `Bearer ${tokens.access_token}` }), post('/userinfo', [['access_token', tokens.access_token]]),
    get('/userinfo', [], { authorization: `DPoP ${tokens.access_token}`, dpop: tokens.id_token }),
    post('/introspect', [['token', tokens.access_token], ['token_type_hint', 'access_token']], asMachine), post('/introspect', [['token', tokens.refresh_token]], asWeb),
    post('/revoke', [['token', code]], asWeb), post('/par', asked, asWeb), post('/device_authorization', [['client_id', native.client_id], ['scope', 'openid']]),
    post('/bc-authorize', [['scope', 'openid'], ['login_hint', 'ada'], ['binding_message', 'W4SCT']], asWeb),
    { ...post('/register', undefined), json: { redirect_uris: [redirectUri], client_name: 'x', jwks_uri: 'https://127.0.0.1/x' } },
    get('/device', [['user_code', 'BCDF-GHJK']]), get('/device', [['user_code', 'BCDF-GHJK']], { cookie }), post('/device', [['user_code', 'BCDF-GHJK']], { cookie }),
    ...(await administrationOf(idp, basic(operator), { client_id: web.client_id, username: 'ada' })),
    ...(await signalsOf(idp, basic(receiver), user)), ...(await consoleOf(idp, boss, { client_id: web.client_id, sub: user.sub })),
    ...pages, get('/login', [['resume', code]]), get('/login/upstream/elsewhere'), get('/login/upstream/elsewhere/callback', [['state', 's'], ['code', code], ['iss', 'https://elsewhere.example']], { cookie }),
    post('/login/upstream/elsewhere/backchannel-logout', [['logout_token', tokens.id_token]]),
    get('/consent', [['resume', code]], { cookie }), get('/select-account', [['resume', code]], { cookie }),
    get('/logout', [['post_logout_redirect_uri', 'https://app.example/signed-out'], ['client_id', web.client_id], ['state', 'x']]), get('/logout', [['id_token_hint', tokens.id_token]]),
    get('/status'), get('/status/1'), get('/session/check'), get('/health/ready'), get('/.well-known/jwks.json'), get('/.well-known/oauth-authorization-server'), get('/.well-known/oauth-protected-resource'),
    ...Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') && name !== 'status_events_endpoint').map(([, url]) => post(new URL(url).pathname, asked, asWeb)),
  ];
  const pool = [code, verifier, tokens.access_token, tokens.id_token, tokens.refresh_token, web.client_id, native.client_id, machine.client_id, machine.client_secret, redirectUri, ordersApi.identifier, 'openid', 'S256', 'code'];
  return { seeds, pool, redirectUris: [redirectUri, 'http://127.0.0.1', 'https://app.example/signed-out'] };
}

/** Every page that a person meets, and each form on it as they would send it. */
async function pagesOf(idp, person, cookie) {
  const paths = `/ /login /login/second /login/enroll /login/passkey /signup /invitation /confirm-email /forgot /reset /account /account/security /account/security/authenticator /account/passkeys
    /account/password /account/email /account/profile /account/links /account/history /account/data /account/everywhere`.split(/\s+/);
  const found = [];
  for (const path of paths) {
    found.push({ method: 'GET', path, query: [], form: undefined, headers: { cookie } });
    const { forms } = await person.open(`${idp.issuer}${path}`);
    for (const { action, method, fields, names } of forms ?? []) {
      if (method !== 'POST' || /everywhere|logout/.test(action)) continue; // the rest of a part lives on this session
      const typed = names.filter((name) => name && !fields.some(([filled]) => filled === name)).map((name) => [name, 'x']);
      found.push({ method, path: new URL(action).pathname, query: [], form: [...fields, ...typed], headers: { cookie: person.cookieHeader, origin: idp.issuer } });
    }
  }
  return found;
}

/** The Admin API: everything that can be read there, and what can be made without taking away what the rest of a part lives on. */
async function administrationOf(idp, authorization, known) {
  const document = await (await fetch(`${idp.issuer}/api/admin/v1/openapi.json`)).json();
  const own = `${idp.issuer}/api/admin/v1`;
  const { access_token: token } = await (await fetch(`${idp.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', resource: own }), headers: { authorization } })).json();
  if (!token) throw new Error('no token for the Admin API');
  const headers = { authorization: `Bearer ${token}` };
  const reads = Object.entries(document.paths).filter(([, operations]) => operations.get).map(([path]) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(known[name] ?? 'x')));
  const make = (noun, body) => ({ method: 'POST', path: `/api/admin/v1/${noun}`, query: [], headers: { ...headers, 'idempotency-key': 'k' }, json: body });
  return [
    ...reads.map((path) => ({ method: 'GET', path, query: [['limit', '5'], ['q', 'a']], form: undefined, headers })),
    make('clients', { redirect_uris: [redirectUri], client_name: 'x' }),
    make('resources', { identifier: 'https://made.example/', name: 'Made', scopes: ['made.read'] }),
  ];
}
