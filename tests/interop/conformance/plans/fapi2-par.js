import assert from 'node:assert/strict';
import { random } from '../entropy.js';
import { Flow } from '../flow.js';
import { UserAgent } from '../user-agent.js';

/** Pushed authorization requests of FAPI 2.0: the reference, who may use it, and who may push. */
export function pushedRequestModules(plan, module) {
  module('par-ensure-reused-request-uri-prior-to-auth-completion-succeeds', async (run, flow) => {
    flow.agent = new UserAgent(run.http, run.party);
    const parameters = flow.request();
    const uri = flow.pushed(await flow.push(parameters));
    const isLogin = ({ forms }) => forms?.some(({ names }) => names.includes('password'));
    assert.ok(isLogin(await flow.visit(uri)), 'no page for a sign-in at first');
    await flow.answerAt(await flow.agent.goThrough(await flow.visit(uri), run.user), parameters);
  });
  module('par-attempt-reuse-request_uri', async (run, flow) => {
    const parameters = flow.request();
    const uri = flow.pushed(await flow.push(parameters));
    await flow.answerAt(await flow.visit(uri), parameters);
    await isRefused(flow, await flow.visit(uri), parameters);
  });
  module('par-attempt-to-use-expired-request_uri', async (run, flow) => {
    const parameters = flow.request();
    const response = await flow.push(parameters);
    const uri = flow.pushed(response);
    await run.passed(response.json.expires_in + 1);
    await isRefused(flow, await flow.visit(uri), parameters);
  });
  module('par-attempt-to-use-request_uri-for-different-client', async (run, flow, two) => {
    const parameters = flow.request();
    const uri = flow.pushed(await flow.push(parameters));
    await isRefused(flow, await flow.visit(uri, { client_id: two.client_id }), parameters);
  });
  const refused = (name, changes, options, errors = ['invalid_request', 'invalid_request_object']) => module(name, async (run, flow) =>
    Flow.refused(await flow.push(flow.request(changes), options?.(run)), errors, [400, 401]));
  refused('par-authorization-request-containing-request_uri-form-param', {}, () => ({ form: { request_uri: `urn:ietf:params:oauth:request_uri:${random()}` } }),
    ['invalid_request', 'invalid_request_object', 'request_uri_not_supported']);
  refused('par-ensure-pkce-required', { code_challenge: undefined, code_challenge_method: undefined });
  refused('par-plain-pkce-rejected', { code_challenge_method: 'plain' });
  module('par-attempt-invalid-http-method', async (_, flow) => {
    const { status } = await flow.http.request(flow.endpoint('pushed_authorization_request_endpoint'), { method: 'PUT', form: new URLSearchParams(flow.request()) });
    assert.ok(status >= 400, `status ${status}`);
  });
  module('par-without-duplicate-parameters', (_, flow) => flow.complete());
  if (plan.method !== 'private_key_jwt') return;
  const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;
  const badClient = ['invalid_client', 'invalid_request'];
  module('par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted', (_, flow) => flow.complete({}, { assertion: { nbf: inSeconds(8), exp: inSeconds(120) } }));
  refused('par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails', {}, () => ({ assertion: { nbf: inSeconds(70), exp: inSeconds(180) } }), badClient);
  refused('par-test-array-as-audience-fails', {}, ({ server }) => ({ assertion: { aud: [server.issuer] } }), badClient);
  refused('par-test-par-endpoint-url-as-audience-fails', {}, ({ server }) => ({ assertion: { aud: server.pushed_authorization_request_endpoint } }), badClient);
  refused('par-test-token-endpoint-url-as-audience-fails', {}, ({ server }) => ({ assertion: { aud: server.token_endpoint } }), badClient);
}

async function isRefused(flow, page, parameters) {
  if (page.arrival) await flow.refusedAt(page, parameters, ['invalid_request_uri', 'invalid_request']);
  else Flow.refusedByPage(page);
}
