import assert from 'node:assert/strict';
import { FapiFlow } from '../fapi-flow.js';
import { discoveryEndpointVerification } from './config.js';
import { authorizationRequestModules } from './fapi2-authorization.js';
import { dpopModules } from './fapi2-dpop.js';
import { pushedRequestModules } from './fapi2-par.js';
import { requestObjectModules } from './fapi2-request-objects.js';
import { tokenEndpointModules } from './fapi2-token.js';

export const prefix = 'fapi2-security-profile-final-';
export const strong = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

/**
 * The modules of FAPI 2.0, security profile and message signing, for `plain_fapi`. The plan says how: `sender` is dpop or mtls, `method` the
 * clients' way to authenticate, `isSigned` whether requests are signed, `responseMode` jwt whether answers are. `clients()` gives { one, two }.
 */
export function fapi2Modules(plan) {
  const module = (name, body) => plan.module(prefix + name, async (run) => {
    const { one, two } = await plan.clients();
    await body(run, await FapiFlow.with(run, one, await plan.run.signedIn((await plan.common()).web)), two);
  });
  module('discovery-end-point-verification', discovery);
  authorizationRequestModules(plan, module);
  requestObjectModules(plan, module);
  tokenEndpointModules(plan, module);
  dpopModules(plan, module);
  pushedRequestModules(plan, module);
}

async function discovery(run) {
  await discoveryEndpointVerification(run);
  const { server, plan } = run;
  assert.ok(server.response_types_supported.includes('code'));
  assert.equal(new URL(server.pushed_authorization_request_endpoint).protocol, 'https:');
  assert.equal(server.authorization_response_iss_parameter_supported, true);
  assert.ok(server.code_challenge_methods_supported.includes('S256'));
  assert.ok(server.token_endpoint_auth_methods_supported.includes(plan.method));
  const lists = ['id_token', 'token_endpoint_auth', 'request_object'].map((name) => `${name}_signing_alg_values_supported`);
  if (plan.sender === 'dpop') lists.push('dpop_signing_alg_values_supported');
  for (const name of lists) assert.ok(server[name]?.some((alg) => strong.includes(alg)), name);
  if (plan.sender === 'mtls') assert.equal(server.tls_client_certificate_bound_access_tokens, true);
  if (plan.responseMode === 'jwt') {
    assert.ok(server.response_modes_supported.includes('jwt'));
    for (const [name, value] of Object.entries(server)) if (name.startsWith('authorization_') && name.endsWith('_values_supported')) assert.ok(Array.isArray(value), name);
    assert.ok(server.authorization_signing_alg_values_supported.some((alg) => strong.includes(alg)));
  }
}
