import assert from 'node:assert/strict';
import { UnsecuredJWT } from 'jose';
import { pkce, random } from '../entropy.js';
import { Flow } from '../flow.js';
import { NotApplicable } from '../outcome.js';
import { keySetVerification } from './config.js';

const claimsOfScope = {
  profile: ['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website', 'gender', 'birthdate',
    'zoneinfo', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};
const typeOfClaim = { updated_at: 'number', email_verified: 'boolean', phone_number_verified: 'boolean', address: 'object' };

/** The 38 modules of the basic plan; the form-post plan has the same. `plan.clients()` gives { web, other, post }. */
export function basicModules(plan) {
  const flowOf = async (run, name = 'web', agent) => new Flow(run, (await plan.clients())[name], agent);
  // The first begins where nobody is signed in, the second where somebody is.
  const module = (name, body) => plan.module(name, async (run) => body(run, await flowOf(run)));
  const quick = (name, body) => plan.module(name, async (run) => body(run, await flowOf(run, 'web', await plan.run.signedIn((await plan.clients()).web))));
  const completes = (name, changes, options) => quick(name, (_, flow) => flow.complete(changes, options));

  module('oidcc-server', server);
  quick('oidcc-response-type-missing', async (_, flow) => {
    const parameters = flow.request({ response_type: undefined });
    const page = await flow.start(parameters);
    if (page.arrival) await flow.refusedAt(page, parameters, ['unsupported_response_type', 'invalid_request']);
    else Flow.refusedByPage(page);
  });
  completes('oidcc-idtoken-signature');
  plan.module('oidcc-idtoken-unsigned', idTokenUnsigned);
  completes('oidcc-userinfo-get');
  quick('oidcc-userinfo-post-header', async (_, flow) => {
    const { tokens, claims } = await flow.complete();
    await flow.userInfo(tokens, claims, { method: 'POST' });
  });
  quick('oidcc-userinfo-post-body', async (_, flow) => {
    const { tokens, claims } = await flow.complete();
    await flow.userInfo(tokens, claims, { form: new URLSearchParams({ access_token: tokens.access_token }) });
  });
  completes('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', { nonce: undefined });
  for (const scope of [...Object.keys(claimsOfScope), 'all']) quick(`oidcc-scope-${scope}`, scopeGives(scope));
  quick('oidcc-alternate-happy-flow', async (_, flow) => {
    const parameters = Object.fromEntries(Object.entries(flow.request({ scope: 'email profile openid' })).reverse());
    await flow.complete(parameters);
  });
  completes('oidcc-display-page', { display: 'page' });
  completes('oidcc-display-popup', { display: 'popup' });
  module('oidcc-prompt-login', promptLogin);
  module('oidcc-prompt-none-not-logged-in', async (_, flow) => {
    const parameters = flow.request({ prompt: 'none' });
    await flow.refusedAt(await flow.start(parameters), parameters, ['login_required', 'interaction_required', 'consent_required', 'account_selection_required']);
  });
  module('oidcc-prompt-none-logged-in', async (run, flow) => {
    const first = await flow.complete();
    await run.passed(1);
    await sameSignIn(flow, first, { prompt: 'none' });
  });
  module('oidcc-max-age-1', maxAgeOne);
  module('oidcc-max-age-10000', async (run, flow) => {
    const first = await flow.complete({ max_age: 15000 });
    await run.passed(1);
    await sameSignIn(flow, first, { max_age: 10000 });
  });
  completes('oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' });
  quick('oidcc-id-token-hint', async (_, flow) => {
    const first = await flow.complete();
    await sameSignIn(flow, first, { prompt: 'none', id_token_hint: first.tokens.id_token });
  });
  completes('oidcc-login-hint', { login_hint: 'buffy@localhost' });
  completes('oidcc-ui-locales', { ui_locales: 'se' });
  completes('oidcc-claims-locales', { claims_locales: 'se' });
  quick('oidcc-ensure-request-with-acr-values-succeeds', acrValues);
  quick('oidcc-codereuse', (run, flow) => codeReuse(run, flow, 0));
  quick('oidcc-codereuse-30seconds', (run, flow) => codeReuse(run, flow, 30));
  quick('oidcc-ensure-registered-redirect-uri', async (_, flow) =>
    Flow.refusedByPage(await flow.start(flow.request({ redirect_uri: `${flow.client.redirect_uris[0]}/${random()}` }))));
  completes('oidcc-ensure-post-request-succeeds', {}, { post: true });
  plan.module('oidcc-server-client-secret-post', async (run) => server(run, await flowOf(run, 'post')));
  quick('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', (run, flow) =>
    unsignedObject(run, flow, 'request_uri', (object) => run.party.put(`/objects/${random()}`, object, 'application/jwt')));
  quick('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', (run, flow) => unsignedObject(run, flow, 'request'));
  quick('oidcc-claims-essential', claimsEssential);
  quick('oidcc-ensure-request-object-with-redirect-uri', requestObjectWithRedirectUri);
  quick('oidcc-refresh-token', async (run, flow) => refreshToken(run, flow, (await plan.clients()).other));
  quick('oidcc-ensure-request-with-valid-pkce-succeeds', async (_, flow) => {
    const { verifier, challenge } = pkce();
    const signedIn = await flow.signIn({ code_challenge: challenge, code_challenge_method: 'S256' });
    await flow.idTokenOf(flow.tokensOf(await flow.redeem({ ...signedIn, verifier })), signedIn.parameters);
  });
}

export async function server(run, flow) {
  await keySetVerification(run);
  const { claims } = await flow.complete();
  const extras = Flow.extrasOf(claims);
  if (extras.length > 0) run.warn(`the ID token says more than it was asked: ${extras.join(', ')}`);
}

export async function idTokenUnsigned(run) {
  assert.ok(!run.server.id_token_signing_alg_values_supported.includes('none'));
  throw new NotApplicable('id_token_signing_alg_values_supported has no `none`: every ID token is signed');
}

function scopeGives(scope) {
  const scopes = scope === 'all' ? Object.keys(claimsOfScope) : [scope];
  return async (run, flow) => {
    const { person, claims } = await flow.complete({ scope: `openid ${scopes.join(' ')}` });
    const expected = scopes.flatMap((name) => claimsOfScope[name]);
    for (const [name, value] of Object.entries(person)) assert.equal(typeof value, typeOfClaim[name] ?? 'string', name);
    const absent = expected.filter((name) => !(name in person));
    const unasked = Object.keys(person).filter((name) => name !== 'sub' && !expected.includes(name));
    if (absent.length > 0) run.warn(`UserInfo lacks ${absent.join(', ')}`);
    if (unasked.length > 0) run.warn(`UserInfo has ${unasked.join(', ')}, unasked`);
    if (Flow.extrasOf(claims).length > 0) run.warn(`the ID token has ${Flow.extrasOf(claims).join(', ')}`);
  };
}

async function promptLogin(run, flow) {
  const first = await flow.complete();
  const pagesBefore = flow.agent.seen.length;
  await run.passed(1.1);
  const second = await flow.complete({ prompt: 'login' });
  assert.ok(flow.agent.seen.length > pagesBefore, 'no second page for a sign-in');
  assert.equal(second.claims.sub, first.claims.sub);
  assert.ok(second.claims.auth_time > first.claims.auth_time, 'auth_time is not later');
}

/** No page is shown, and the ID token tells of the same sign-in. */
async function sameSignIn(flow, first, changes) {
  const pagesBefore = flow.agent.seen.length;
  const second = await flow.complete(changes);
  assert.deepEqual(flow.agent.seen.slice(pagesBefore).map(({ title }) => title), [], 'a page was shown');
  assert.ok(first.claims.auth_time, 'auth_time');
  assert.deepEqual([second.claims.sub, second.claims.auth_time], [first.claims.sub, first.claims.auth_time]);
}

async function maxAgeOne(run, flow) {
  const first = await flow.complete();
  const pagesBefore = flow.agent.seen.length;
  await run.passed(2.1);
  const { claims } = await flow.complete({ max_age: 1 });
  assert.ok(flow.agent.seen.length > pagesBefore, 'nobody had to sign in again');
  assert.ok(claims.auth_time > first.claims.auth_time && Math.abs(Date.now() / 1000 - claims.auth_time) < 60, `auth_time ${claims.auth_time}`);
}

async function acrValues(run, flow) {
  const asked = run.server.acr_values_supported ?? ['1', '2'];
  const { claims } = await flow.complete({ acr_values: asked.join(' ') });
  if (!asked.includes(claims.acr)) run.warn(`asked for acr ${asked.join(' or ')}, the ID token says ${claims.acr ?? 'none'}`);
}

async function codeReuse(run, flow, seconds) {
  const signedIn = await flow.complete();
  if (seconds > 0) await run.passed(seconds);
  Flow.refused(await flow.redeem(signedIn), 'invalid_grant');
  const answer = await run.http.request(run.server.userinfo_endpoint, { headers: flow.bearer(signedIn.tokens) });
  if (answer.status === 200) run.warn('the access token of the first use still works');
}

/** Either what the object says counts, or it is refused: it is never ignored. The request outside has no state and no nonce. */
async function unsignedObject(run, flow, name, carry = (object) => object) {
  const inside = flow.request();
  const outside = flow.request({ state: undefined, nonce: undefined });
  const object = carry(new UnsecuredJWT(inside).setIssuer(inside.client_id).setAudience(run.server.issuer).encode());
  const page = await flow.agent.goThrough(await flow.start({ ...outside, [name]: object }), run.user);
  const takesUnsigned = run.server.request_object_signing_alg_values_supported?.includes('none');
  if (takesUnsigned) {
    await flow.answerAt(page, inside);
    return;
  }

  if (page.arrival) await flow.refusedAt(page, outside, [`${name}_not_supported`, 'invalid_request_object', 'invalid_request', 'invalid_request_uri']);
  else Flow.refusedByPage(page);
  throw new NotApplicable('request_object_signing_alg_values_supported has no `none`; the unsigned object was refused, not ignored');
}

async function claimsEssential(run, flow) {
  const { person, claims } = await flow.complete({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) });
  if (!person.name) run.warn('name was asked for by the claims parameter, which is not supported');
  assert.equal(claims.name, undefined, 'name is in the ID token');
}

/** An address outside the object that isn't registered, and the registered one inside: never an answer at the former. */
export async function requestObjectWithRedirectUri(run, flow) {
  const inside = flow.request();
  const outside = flow.request({ state: undefined, nonce: undefined, redirect_uri: `${flow.client.redirect_uris[0]}/not-registered` });
  const object = new UnsecuredJWT(inside).setIssuer(inside.client_id).setAudience(run.server.issuer).encode();
  const page = await flow.agent.goThrough(await flow.start({ ...outside, request: object }), run.user);
  const takesUnsigned = run.server.request_object_signing_alg_values_supported?.includes('none');
  if (page.arrival && takesUnsigned) return flow.answerAt(page, inside);
  if (page.arrival) await flow.refusedAt(page, { ...outside, redirect_uri: inside.redirect_uri }, ['request_not_supported', 'invalid_request_object']);
  else Flow.refusedByPage(page);
  throw new NotApplicable('request_object_signing_alg_values_supported has no `none`; the request was refused');
}

export async function refreshToken(run, flow, other, changes = { scope: 'openid offline_access', prompt: 'consent' }) {
  const { tokens, claims } = await flow.complete(changes);
  if (!tokens.refresh_token) throw new NotApplicable('no refresh token was issued');
  Flow.refused(await flow.refresh(tokens.refresh_token, {}, { as: other }), 'invalid_grant');
  await run.passed(1.1);
  const refreshed = flow.tokensOf(await flow.refresh(tokens.refresh_token));
  assert.notEqual(refreshed.access_token, tokens.access_token);
  if (refreshed.id_token) {
    const renewed = await flow.idTokenOf(refreshed);
    for (const name of ['iss', 'sub', 'azp', 'auth_time']) assert.equal(renewed[name], claims[name], name);
    assert.deepEqual(renewed.aud, claims.aud);
    assert.ok(renewed.iat > claims.iat, 'iat is not newer');
  }
  await flow.userInfo(refreshed, claims);
}
