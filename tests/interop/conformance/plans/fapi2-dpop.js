import assert from 'node:assert/strict';
import { UnsecuredJWT, calculateJwkThumbprint, decodeJwt } from 'jose';
import { newKey } from '../clients.js';
import { random } from '../entropy.js';
import { Flow } from '../flow.js';

/** Proofs of FAPI 2.0 (RFC 9449): what they may say, what they bind, and every way to get one wrong. */
export function dpopModules(plan, module) {
  if (plan.sender !== 'dpop') return;
  const now = () => Math.floor(Date.now() / 1000);
  const everywhere = (name, change) => module(name, async (_, flow) => {
    const signedIn = await flow.signIn({}, { dpop: change() });
    const tokens = flow.tokensOf(await flow.redeem(signedIn, {}, { dpop: change() }));
    await flow.userInfo(tokens, await flow.idTokenOf(tokens, signedIn.parameters), { dpop: change() });
  });
  everywhere('check-dpop-proof-nbf-exp', () => ({ nbf: now(), exp: now() + 60 }));
  everywhere('ensure-dpopproof-with-iat-10seconds-before-succeeds', () => ({ iat: now() - 10 }));
  everywhere('ensure-dpopproof-with-iat-10seconds-after-succeeds', () => ({ iat: now() + 10 }));
  everywhere('ensure-dpopproof-at-par-endpoint-binding-success', () => ({}));
  module('ensure-dpop-auth-code-binding-success', async (_, flow) => flow.complete({ dpop_jkt: await thumbprintOf(flow.proofKey) }));
  module('ensure-mismatched-dpop-jkt-fails', async (_, flow) => {
    const parameters = flow.request({ dpop_jkt: await thumbprintOf(await newKey('ES256')) });
    Flow.refused(await flow.push(parameters, { dpop: {} }), ['invalid_request', 'invalid_dpop_proof']);
  });
  const anotherKey = ['invalid_request', 'invalid_grant', 'invalid_dpop_proof'];
  module('ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt', async (_, flow) => {
    const signedIn = await flow.signIn({}, { dpop: {} });
    Flow.refused(await flow.redeem(signedIn, {}, { dpop: { key: await newKey('ES256') } }), anotherKey);
  });
  module('ensure-token-endpoint-fails-with-mismatched-dpop-jkt', async (_, flow) => {
    const signedIn = await flow.signIn({ dpop_jkt: await thumbprintOf(flow.proofKey) });
    Flow.refused(await flow.redeem(signedIn, {}, { dpop: { key: await newKey('ES256') } }), anotherKey);
  });
  module('dpop-negative-tests', dpopNegativeTests);
}

const thumbprintOf = ({ bare }) => calculateJwkThumbprint(bare);

/** One good token, and at UserInfo one request after the other whose proof is off in one way. */
async function dpopNegativeTests(run, flow) {
  const { tokens } = await flow.complete();
  const address = run.server.userinfo_endpoint;
  const outcome = async (options) => (await flow.resource(tokens, options)).status;
  const taken = async (what, options) => assert.equal(await outcome(options), 200, `refused: ${what}`);
  const refused = async (what, options) => assert.ok([400, 401].includes(await outcome(options)), `taken: ${what}`);
  const wrong = (what, dpop) => refused(what, { dpop });
  const now = Math.floor(Date.now() / 1000);

  await taken('the header in capitals', { change: ({ DPoP: proof, ...headers }) => ({ ...headers, DPOP: proof }) });
  await refused('two proofs', { change: async (headers, facts) => ({ ...headers, DPoP: [headers.DPoP, await flow.proof(facts)] }) });
  await refused('no JWT', { change: (headers) => ({ ...headers, DPoP: headers.DPoP.replaceAll('.', '') }) });
  await wrong('no typ', { header: { typ: undefined } });
  await wrong('another typ', { header: { typ: 'JWT' } });
  await refused('no alg', { change: withHeader(({ alg, ...header }) => header) });
  await wrong('no jwk', { header: { jwk: undefined } });
  for (const name of ['jti', 'htm', 'htu', 'iat', 'ath']) await wrong(`no ${name}`, { [name]: undefined });
  await refused('alg none', { change: (headers) => ({ ...headers, DPoP: new UnsecuredJWT(decodeJwt(headers.DPoP)).encode() }) });
  await refused('a signature of something else', { change: withHeader((header) => ({ ...header, x: 1 })) });
  await wrong('the private key', { header: { jwk: { ...flow.proofKey.bare, d: random(32) } } });
  await wrong('another method', { htm: 'PUT' });
  await wrong('another address', { htu: 'https://other.example/userinfo' });
  await taken('a query and a fragment in htu', { dpop: { htu: `${address}?a=b#c` } });
  await taken('neither in htu', { dpop: { htu: address } });
  // With a nonce of the server's the suite tolerates either; ours refuses what is far off all the same.
  await wrong('iat an hour ahead', { iat: now + 3600 });
  await wrong('iat an hour ago', { iat: now - 3600 });
  const jti = random();
  await taken('the first use of a jti', { dpop: { jti } });
  await wrong('its second use', { jti });
  await wrong('the hash of another token', { ath: random(32) });
  await wrong('another key', { key: await newKey('ES256') });
  await taken('what nobody knows in header and claims', { dpop: { header: { foo: 'bar' }, foo: 'bar' } });
  const { protocol, host, pathname } = new URL(address);
  await taken('scheme and host in capitals', { dpop: { htu: `${protocol.toUpperCase()}//${host.toUpperCase()}${pathname}` } });
  await refused('no proof', { dpop: false });
  await refused('no proof, as a bearer token', { dpop: false, scheme: 'Bearer' });
  await taken('a good proof after all this', {});
}

/** The same proof under another header, its signature kept. */
function withHeader(change) {
  return (headers) => {
    const [header, ...rest] = headers.DPoP.split('.');
    const changed = Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(header, 'base64url'))))).toString('base64url');
    return { ...headers, DPoP: [changed, ...rest].join('.') };
  };
}
