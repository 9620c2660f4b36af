import assert from 'node:assert/strict';

/** Every member that RFC 8414, OpenID Connect Discovery and the specifications beside them register, as far as any server of ours might have it. */
const known = /^(issuer|jwks_uri|.+_endpoint|.+_supported|check_session_iframe|op_policy_uri|op_tos_uri|service_documentation|require_request_uri_registration|require_signed_request_object|require_pushed_authorization_requests|mtls_endpoint_aliases|tls_client_certificate_bound_access_tokens|signed_metadata|protected_resources)$/;

const strings = ['issuer', 'authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'];
const booleans = ['request_parameter_supported', 'request_uri_parameter_supported', 'claims_parameter_supported', 'require_request_uri_registration',
  'require_pushed_authorization_requests', 'require_signed_request_object', 'authorization_response_iss_parameter_supported'];

export function configModules(plan) {
  plan.module('oidcc-discovery-endpoint-verification', discoveryEndpointVerification);
}

export async function discoveryEndpointVerification(run) {
  const address = `${run.idp.issuer}/.well-known/openid-configuration`;
  const answer = await run.http.request(address);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^application\/json\b/);
  const metadata = answer.json;

  // The issuer is the address without its end, and an https URL of scheme, host, port and path alone.
  assert.equal(metadata.issuer, address.replace('/.well-known/openid-configuration', ''));
  const issuer = new URL(metadata.issuer);
  assert.deepEqual([issuer.protocol, issuer.search, issuer.hash, issuer.username, issuer.password], ['https:', '', '', '', '']);

  checkShapes(metadata, run);
  assert.ok(metadata.response_types_supported.includes('code'));
  assert.ok(metadata.scopes_supported.includes('openid'));
  for (const scope of metadata.scopes_supported) assert.match(scope, /^[\x21\x23-\x5b\x5d-\x7e]+$/);
  assert.ok(metadata.id_token_signing_alg_values_supported.includes('RS256'));
  assert.ok(metadata.grant_types_supported.includes('authorization_code'));
  for (const subject of metadata.subject_types_supported) assert.ok(['public', 'pairwise'].includes(subject), subject);
  for (const name of ['ui_locales_supported', 'claims_locales_supported'])
    for (const locale of metadata[name] ?? []) assert.deepEqual(Intl.getCanonicalLocales(locale), [locale], name);
  for (const [name, value] of Object.entries({ ...metadata, ...metadata.mtls_endpoint_aliases }))
    if (/(_endpoint|_uri|_iframe)$/.test(name)) assert.equal(new URL(value).protocol, 'https:', name);
  await keySetVerification(run);
}

function checkShapes(metadata, run) {
  for (const name of strings) assert.equal(typeof metadata[name], 'string', name);
  for (const name of booleans) assert.ok(['boolean', 'undefined'].includes(typeof metadata[name]), name);
  for (const name of ['response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported', 'scopes_supported'])
    assert.ok(metadata[name]?.length > 0, name);
  for (const [name, value] of Object.entries(metadata)) {
    if (name.endsWith('_supported') && typeof value !== 'boolean') {
      assert.ok(Array.isArray(value), name);
      if (!value.every((item) => typeof item === 'object')) assert.equal(new Set(value).size, value.length, `${name} names something twice`);
      assert.ok(value.length > 0, `${name} is empty: it has to be left out (RFC 8414 section 3.2)`);
    }
    if (!known.test(name)) run.warn(`${name} is no member that a specification names`);
  }
}

/** The published keys: an array of public asymmetric keys, each with a kid of its own. */
export async function keySetVerification(run) {
  const answer = await run.http.request(run.server.jwks_uri);
  assert.equal(answer.status, 200);
  const { keys } = answer.json;
  assert.ok(Array.isArray(keys) && keys.length > 0);
  for (const key of keys) {
    assert.ok(['RSA', 'EC', 'OKP'].includes(key.kty), key.kty);
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) assert.equal(key[secret], undefined, `a private part: ${secret}`);
  }
  const kids = keys.map(({ kid }) => kid).filter(Boolean);
  assert.deepEqual([kids.length, new Set(kids).size], [keys.length, keys.length], 'a kid is absent or stands twice');
}
