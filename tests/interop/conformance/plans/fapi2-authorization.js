import assert from 'node:assert/strict';
import { UserAgent } from '../user-agent.js';
import { FapiFlow } from '../fapi-flow.js';
import { Flow } from '../flow.js';
import { random } from '../entropy.js';
import { tlsVerification } from '../tls.js';

/** What becomes of an authorization request of FAPI 2.0. */
export function authorizationRequestModules(plan, module) {
  module('happy-flow', happyFlow);
  module('user-rejects-authentication', async (_, flow) => {
    const { answer } = await flow.signIn({ prompt: 'consent' }, { allow: false, error: true });
    assert.deepEqual([answer.error, answer.code], ['access_denied', undefined]);
  });
  const completes = (name, changes) => module(name, (_, flow) => flow.complete(changes()));
  completes('ensure-authorization-request-without-state-success', () => ({ state: undefined }));
  completes('ensure-authorization-request-without-nonce-success', () => ({ nonce: undefined }));
  completes('ensure-authorization-request-with-64-char-nonce-success', () => ({ nonce: random(48) }));
  completes('ensure-other-scope-order-succeeds', () => ({ scope: 'profile openid' }));
  completes('ensure-authorization-request-with-long-nonce', () => ({ nonce: random(288) }));
  completes('ensure-authorization-request-with-long-state', () => ({ state: random(288) }));
  module('test-claims-parameter-identity-claims', identityClaims);
  module('access-token-type-header-case-sensitivity', async (_, flow) => {
    const { tokens, claims } = await flow.complete();
    await flow.userInfo(tokens, claims, { scheme: flow.isDpop ? 'dPOP' : 'bEARER' });
  });
  module('ensure-different-nonce-inside-and-outside-request-object', (_, flow) => insideCounts(flow, {}, { nonce: random() }));
  module('ensure-different-state-inside-and-outside-request-object', (_, flow) => insideCounts(flow, {}, { state: random() }));
  module('state-only-outside-request-object-not-used', (_, flow) => insideCounts(flow, { state: undefined }, { state: random() }));
  module('ensure-request-object-without-redirect-uri-fails', (_, flow) => refusedEarly(flow, { redirect_uri: undefined }));
  module('ensure-redirect-uri-in-authorization-request', (_, flow) => refusedEarly(flow, { redirect_uri: undefined }));
  module('plain-fapi-tolerate-unregistered-redirect-uri', (_, flow) => refusedEarly(flow, { redirect_uri: `${flow.client.redirect_uris[0]}/${random()}` }));
  const others = ['unsupported_response_type', 'invalid_request', 'unauthorized_client'];
  module('ensure-response-type-code-idtoken-fails', (_, flow) => refusedEarly(flow, { response_type: 'code id_token' }, others));
  module('ensure-response-type-token-fails', (_, flow) => refusedEarly(flow, { response_type: 'token' }, others));
  module('ensure-unsigned-authorization-request-without-using-par-fails', async (run, flow) => {
    const parameters = flow.request({ response_mode: undefined });
    const page = await flow.agent.goThrough(await Flow.prototype.start.call(flow, parameters), run.user);
    if (page.arrival) assert.equal(new URLSearchParams(page.arrival.url.search).get('error'), 'invalid_request');
    else Flow.refusedByPage(page);
  });
}

/** Two clients from end to end, a person at a browser where nobody is signed in. */
async function happyFlow(run, first, two) {
  const fresh = new FapiFlow(run, first.client, new UserAgent(run.http, run.party));
  fresh.proofKey = first.proofKey;
  for (const flow of [fresh, await FapiFlow.with(run, two)]) {
    const { tokens, claims } = await flow.complete();
    assert.deepEqual(Flow.extrasOf(claims), [], 'the ID token says more than it was asked');
    const inQuery = await flow.http.request(`${run.server.userinfo_endpoint}?access_token=${tokens.access_token}`);
    assert.ok([400, 401].includes(inQuery.status), `a token in the query: ${inQuery.status}`);
  }
  for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint']) await tlsVerification(run, first.endpoint(endpoint));
}

/** Every standard claim that the metadata names, asked for at both places; what nobody knows is ignored. */
async function identityClaims(run, flow) {
  const names = run.server.claims_supported.filter((name) => name in standardClaims);
  const asked = Object.fromEntries([...names.map((name, index) => [name, index % 2 ? null : { essential: true }]), [`x${random(6)}`, null]]);
  const { person, claims } = await flow.complete({ claims: JSON.stringify({ userinfo: asked, id_token: asked }) });
  const absent = names.filter((name) => !(name in person) && !(name in claims));
  if (absent.length > 0) run.warn(`${absent.join(', ')} came neither in the ID token nor from UserInfo`);
  for (const [name, value] of Object.entries({ ...claims, ...person })) if (standardClaims[name]) assert.equal(typeof value, standardClaims[name], name);
}

const standardClaims = {
  ...Object.fromEntries(['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website', 'email', 'gender',
    'birthdate', 'zoneinfo', 'locale', 'phone_number'].map((name) => [name, 'string'])),
  email_verified: 'boolean', phone_number_verified: 'boolean', address: 'object', updated_at: 'number',
};

/** What came through the browser beside the reference changes nothing. */
async function insideCounts(flow, changes, beside) {
  const signedIn = await flow.signIn(changes, { beside });
  await flow.idTokenOf(flow.tokensOf(await flow.redeem(signedIn)), signedIn.parameters);
}

/** Refused where it is pushed, or else on a page: never at the relying party. */
async function refusedEarly(flow, changes, errors = ['invalid_request', 'invalid_request_object']) {
  const response = await flow.push(flow.request(changes));
  if (response.status !== 201) return Flow.refused(response, errors, [400, 401, 403]);
  Flow.refusedByPage(await flow.visit(response.json.request_uri));
}
