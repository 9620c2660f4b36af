import assert from 'node:assert/strict';
import { createLocalJWKSet, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { newKey } from '../clients.js';
import { random } from '../entropy.js';
import { Flow } from '../flow.js';
import { NotApplicable } from '../outcome.js';
import { discoveryEndpointVerification } from './config.js';
import { idTokenUnsigned, refreshToken, requestObjectWithRedirectUri, server } from './basic.js';

/** The 23 modules of the dynamic plan: each registers a client of its own, which authenticates by private_key_jwt. */
export function dynamicModules(plan) {
  const module = (name, body, metadata) => plan.module(name, async (run) => body(run, new Flow(run, await register(run, metadata))));
  const alone = (name, body) => plan.module(name, body);

  module('oidcc-idtoken-rs256', (_, flow) => flow.complete(), { id_token_signed_response_alg: 'RS256' });
  alone('oidcc-idtoken-unsigned', idTokenUnsigned);
  alone('oidcc-userinfo-rs256', signedUserInfo);
  module('oidcc-ensure-redirect-uri-in-authorization-request', async (_, flow) => {
    Flow.refusedByPage(await flow.start(flow.request({ redirect_uri: undefined })));
  }, (run) => ({ redirect_uris: [run.party.callback, `${run.party.callback}/second`] }));
  module('oidcc-redirect-uri-query-OK', (_, flow) => flow.complete(), withQuery);
  module('oidcc-redirect-uri-query-mismatch', async (run, flow) => {
    Flow.refusedByPage(await flow.start(flow.request({ redirect_uri: `${run.party.callback}?bar=foo` })));
  }, withQuery);
  module('oidcc-redirect-uri-query-added', async (run, flow) => {
    Flow.refusedByPage(await flow.start(flow.request({ redirect_uri: `${run.party.callback}?foo=bar` })));
  });
  alone('oidcc-redirect-uri-regfrag', async (run) => {
    const { answer } = await ask(run, { redirect_uris: [`${run.party.callback}#foo`] });
    Flow.refused(answer, ['invalid_redirect_uri', 'invalid_client_metadata']);
  });
  alone('oidcc-discovery-endpoint-verification', async (run) => {
    assert.equal(new URL(run.server.registration_endpoint).protocol, 'https:');
    await discoveryEndpointVerification(run);
    const lacking = ['id_token', 'id_token token'].filter((type) => !run.server.response_types_supported.includes(type));
    if (lacking.length > 0)
      run.warn(`response_types_supported lacks ${lacking.join(' and ')}, which Discovery section 3 asks of a server with dynamic registration: tokens never travel in a URL here`);
  });
  module('oidcc-server', server);
  for (const name of ['logo', 'policy', 'tos']) {
    module(`oidcc-registration-${name}-uri`, (run, flow) => isShown(run, flow, `${run.party.origin}/${name}`), (run) => ({ [`${name}_uri`]: `${run.party.origin}/${name}` }));
  }
  alone('oidcc-registration-jwks-uri', async (run) => {
    const { client } = await withKeysByReference(run);
    await new Flow(run, client).complete();
  });
  alone('oidcc-registration-sector-uri', async (run) => {
    needsPairwise(run);
    const { answer } = await ask(run, { subject_type: 'pairwise', sector_identifier_uri: sector(run, [run.party.callback]) });
    assert.equal(answer.status, 201, answer.text);
  });
  alone('oidcc-registration-sector-bad', async (run) => {
    needsPairwise(run);
    const { answer } = await ask(run, { subject_type: 'pairwise', sector_identifier_uri: sector(run, [`${run.party.callback}/other`]) });
    Flow.refused(answer, 'invalid_client_metadata');
  });
  alone('oidcc-server-rotate-keys', rotateKeys);
  alone('oidcc-refresh-token-rp-key-rotation', clientKeyRotation);
  alone('oidcc-request-uri-unsigned', requestUriUnsigned);
  alone('oidcc-request-uri-signed-rs256', requestUriSigned);
  module('oidcc-ensure-request-object-with-redirect-uri', requestObjectWithRedirectUri);
  module('oidcc-refresh-token', async (run, flow) => refreshToken(run, flow, await register(run)));
  module('oidcc-ensure-client-assertion-with-iss-aud-succeeds', async (run, flow) => {
    const signedIn = await flow.signIn();
    flow.tokensOf(await flow.redeem(signedIn, {}, { assertion: { aud: run.server.issuer } }));
  });
}

const withQuery = (run) => ({ redirect_uris: [`${run.party.callback}?foo=bar`] });

/** Registers with a new RS256 key: the raw answer, and the client as the flow needs it. */
async function ask(run, metadata = {}) {
  const key = await newKey('RS256');
  const asked = {
    client_name: 'A client that registered itself',
    redirect_uris: [run.party.callback],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    ...(metadata.jwks_uri ? {} : { jwks: { keys: [key.jwk] } }),
    ...metadata,
  };
  const headers = { authorization: `Bearer ${await run.initialAccessToken()}` };
  const answer = await run.http.request(run.server.registration_endpoint, { json: asked, headers });
  return { answer, key, asked };
}

async function register(run, metadata = {}) {
  const { answer, key, asked } = await ask(run, typeof metadata === 'function' ? metadata(run) : metadata);
  assert.equal(answer.status, 201, answer.text);
  assert.match(answer.headers.get('cache-control'), /\bno-store\b/);
  return { ...asked, ...answer.json, key };
}

/** A client whose keys are at an address; `publish` puts others there. */
async function withKeysByReference(run, metadata = {}) {
  const path = `/jwks/${random(6)}`;
  const key = await newKey('RS256');
  const publish = (...keys) => run.party.put(path, { keys: keys.map(({ jwk }) => jwk) });
  const client = await register(run, { ...metadata, jwks_uri: publish(key) });
  return { client: { ...client, key }, publish };
}

function needsPairwise({ server }) {
  if (!server.subject_types_supported.includes('pairwise')) throw new NotApplicable('subject_types_supported has no pairwise yet');
}

function sector(run, redirectUris) {
  return run.party.put(`/sector/${random(6)}`, redirectUris);
}

async function signedUserInfo(run) {
  if (!run.server.userinfo_signing_alg_values_supported?.includes('RS256')) throw new NotApplicable('userinfo_signing_alg_values_supported has no RS256 yet');
  const flow = new Flow(run, await register(run, { userinfo_signed_response_alg: 'RS256' }));
  const signedIn = await flow.signIn();
  const tokens = flow.tokensOf(await flow.redeem(signedIn));
  const claims = await flow.idTokenOf(tokens, signedIn.parameters);
  const answer = await run.http.request(run.server.userinfo_endpoint, { headers: flow.bearer(tokens) });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get('content-type'), /^application\/jwt\b/);
  const { payload, protectedHeader } = await jwtVerify(answer.text, createLocalJWKSet(await run.keys()), { issuer: run.server.issuer, audience: flow.client.client_id });
  assert.deepEqual([protectedHeader.alg, payload.sub, payload.nonce], ['RS256', claims.sub, undefined]);
}

/** On a page that a person sees on the way, the address stands where a browser uses it. */
async function isShown(run, flow, address) {
  await flow.complete();
  const isThere = ({ text }) => ['src', 'href'].some((attribute) => text.includes(`${attribute}="${address}"`));
  assert.ok(flow.agent.seen.some(isThere), `no page shows ${address}`);
}

/** A key more, and the old ones still there: what signs next is known before it signs. */
async function rotateKeys(run) {
  const before = await run.keys();
  await run.idp.command(['keys', 'rotate']);
  const after = await run.until('the next key is published', async () => {
    const set = await run.keys();
    return set.keys.length > before.keys.length && set;
  });
  const kids = after.keys.map(({ kid }) => kid);
  for (const { kid } of before.keys) assert.ok(kids.includes(kid), 'an old key is gone');
  assert.ok(after.keys.some(({ kid, use }) => use === 'sig' && !before.keys.some((old) => old.kid === kid)), 'no new key');
}

async function clientKeyRotation(run) {
  const { client, publish } = await withKeysByReference(run);
  const flow = new Flow(run, client);
  const { tokens } = await flow.complete({ scope: 'openid offline_access', prompt: 'consent' });
  const next = await newKey('RS256');
  publish(next);
  await run.passed(60);
  flow.tokensOf(await flow.refresh(tokens.refresh_token, {}, { as: { ...client, key: next } }));
}

async function requestUriUnsigned(run) {
  if (!run.server.request_uri_parameter_supported) throw new NotApplicable('request_uri_parameter_supported is false');
  if (run.server.request_object_signing_alg_values_supported?.includes('none')) return throughReference(run, 'none', (object) => object.encode());
  const uri = `${run.party.origin}/objects/${random()}`;
  const { answer, key, asked } = await ask(run, { request_uris: [uri] });
  assert.equal(answer.status, 201, answer.text);
  const flow = new Flow(run, { ...asked, ...answer.json, key });
  const inside = flow.request();
  run.party.put(new URL(uri).pathname, new UnsecuredJWT(inside).setIssuer(inside.client_id).setAudience(run.server.issuer).encode(), 'application/oauth-authz-req+jwt');
  const page = await flow.start({ ...flow.request({ state: undefined, nonce: undefined }), request_uri: uri });
  assert.ok(!page.forms?.some(({ names }) => names.includes('password')), 'the unsigned object is taken, or ignored');
  throw new NotApplicable('request_object_signing_alg_values_supported has no `none`; the unsigned object was refused');
}

async function requestUriSigned(run) {
  if (!run.server.request_uri_parameter_supported) throw new NotApplicable('request_uri_parameter_supported is false');
  assert.ok(run.server.request_object_signing_alg_values_supported.includes('RS256'));
  await throughReference(run, 'RS256', (claims, { kid, privateKey }) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'oauth-authz-req+jwt' }).setIssuedAt().setNotBefore('0 s').setExpirationTime('1 minute').sign(privateKey));
}

/** The request is an object at a registered address; what is inside alone has state and nonce. */
async function throughReference(run, alg, sign) {
  const uri = `${run.party.origin}/objects/${random()}`;
  const client = await register(run, { request_uris: [uri], request_object_signing_alg: alg });
  const flow = new Flow(run, client);
  const inside = flow.request();
  const object = await sign({ ...inside, iss: client.client_id, aud: run.server.issuer, jti: random() }, client.key);
  run.party.put(new URL(uri).pathname, object, 'application/oauth-authz-req+jwt');
  const outside = { client_id: client.client_id, response_type: 'code', scope: 'openid', request_uri: uri };
  const page = await flow.agent.goThrough(await flow.start(outside), run.user);
  const answer = await flow.answerAt(page, inside);
  await flow.idTokenOf(flow.tokensOf(await flow.redeem({ parameters: inside, answer })), inside);
}
