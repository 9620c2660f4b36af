import assert from 'node:assert/strict';
import { signingBy } from '../clients.js';
import { random } from '../entropy.js';
import { Flow } from '../flow.js';
import { NotApplicable } from '../outcome.js';
import { tlsVerification } from '../tls.js';

const badClient = ['invalid_client', 'invalid_request'];

/** The token endpoint of FAPI 2.0: who may have tokens, for which code, and for how long. */
export function tokenEndpointModules(plan, module) {
  const redemption = (name, options, errors, statuses) => module(name, async (run, flow, two) => {
    const signedIn = await flow.signIn();
    Flow.refused(await flow.redeem(signedIn, ...(await options(flow, two, run))), errors, statuses);
  });
  redemption('ensure-client-id-in-token-endpoint', (flow, two) => [{}, { as: { ...two, key: flow.client.key, http: flow.client.http } }], ['invalid_client', 'invalid_grant'], [400, 401]);
  module('ensure-holder-of-key-required', async (run, flow) => {
    await tlsVerification(run, flow.endpoint('token_endpoint'));
    const options = flow.isDpop ? { dpop: false } : { as: { ...flow.client, http: undefined } };
    Flow.refused(await flow.redeem(await flow.signIn(), {}, options), ['invalid_request', 'invalid_client', 'invalid_grant', 'invalid_dpop_proof'], [400, 401]);
  });
  redemption('ensure-authorization-code-is-bound-to-client', (_, two) => [{}, { as: two }], 'invalid_grant');
  redemption('ensure-pkce-code-verifier-required', () => [{ code_verifier: undefined }], 'invalid_grant');
  redemption('incorrect-pkce-code-verifier-rejected', () => [{ code_verifier: random(32) }], 'invalid_grant');
  module('attempt-reuse-authorization-code-after-one-second', async (run, flow) => {
    const signedIn = await flow.complete();
    await run.passed(1);
    Flow.refused(await flow.redeem(signedIn), 'invalid_grant');
    if ((await flow.resource(signedIn.tokens)).status === 200) run.warn('the access token of the first use still works');
  });
  module('ensure-token-endpoint-fails-with-expired-auth-code', async (run, flow) => {
    const signedIn = await flow.signIn();
    await run.passed(62);
    Flow.refused(await flow.redeem(signedIn), 'invalid_grant');
  });
  module('refresh-token', refreshToken);
  if (plan.method !== 'private_key_jwt') return;
  const minutes = (count) => Math.floor(Date.now() / 1000) + count * 60;
  const assertion = (name, change) => redemption(name, async (flow) => [{}, { assertion: await change(flow) }], badClient, [400, 401]);
  assertion('ensure-signed-client-assertion-with-RS256-fails', async (flow) => ({ key: await signingBy(flow.client.key, 'RS256') }));
  redemption('ensure-client-assertion-in-token-endpoint', (flow) => [{}, { as: { ...flow.client, token_endpoint_auth_method: 'none' } }], badClient, [400, 401]);
  assertion('ensure-client-assertion-with-exp-is-5-minutes-in-past-fails', () => ({ iat: minutes(-6), exp: minutes(-5) }));
  assertion('ensure-client-assertion-with-wrong-aud-fails', () => ({ aud: 'https://other.example' }));
  assertion('ensure-client-assertion-with-no-sub-fails', () => ({ sub: undefined }));
}

async function refreshToken(run, flow, two) {
  const { tokens, claims } = await flow.complete({ scope: 'openid offline_access', prompt: 'consent' });
  if (!tokens.refresh_token) throw new NotApplicable('no refresh token was issued');
  assert.match(tokens.refresh_token, /^[\x20-\x7e]+$/);
  const refreshed = await renewed(run, flow, tokens, claims);
  if (refreshed.refresh_token && refreshed.refresh_token !== tokens.refresh_token) {
    // Rotated: a client that lost the answer can still use what it has (FAPI 2.0 section 5.3.2.1).
    await run.passed(30);
    await renewed(run, flow, tokens, claims);
  }

  const latest = refreshed.refresh_token ?? tokens.refresh_token;
  const anonymous = { ...flow.client, token_endpoint_auth_method: 'none', http: undefined };
  Flow.refused(await flow.refresh(latest, {}, { as: anonymous }), ['invalid_client', 'invalid_request', 'invalid_grant'], [400, 401]);
  if (flow.isDpop) Flow.refused(await flow.refresh(latest, {}, { dpop: false }), ['invalid_request', 'invalid_grant', 'invalid_dpop_proof']);
  Flow.refused(await flow.refresh(latest, {}, { as: two }), 'invalid_grant');
}

async function renewed(run, flow, { refresh_token: token }, claims) {
  await run.passed(1.1);
  const refreshed = flow.tokensOf(await flow.refresh(token));
  if (refreshed.id_token) {
    const again = await flow.idTokenOf(refreshed);
    for (const name of ['iss', 'sub', 'azp', 'auth_time', 'aud']) assert.deepEqual(again[name], claims[name], name);
    assert.ok(again.iat > claims.iat, 'iat is not newer');
  }
  await flow.userInfo(refreshed, claims);
  return refreshed;
}
