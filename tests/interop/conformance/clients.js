import { SignJWT, exportJWK, generateKeyPair, importJWK } from 'jose';
import { random } from './entropy.js';

/** How each kind of client proves itself: adds to the headers and the form of a request. */
const proofs = {
  client_secret_basic({ client_id, client_secret }, { headers }) {
    headers.authorization = `Basic ${Buffer.from([client_id, client_secret].map(encodeURIComponent).join(':')).toString('base64')}`;
  },
  client_secret_post({ client_id, client_secret }, { form }) {
    form.set('client_id', client_id);
    form.set('client_secret', client_secret);
  },
  none({ client_id }, { form }) {
    form.set('client_id', client_id);
  },
  async private_key_jwt(client, { form, issuer, assertion = {} }) {
    form.set('client_id', client.client_id);
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    form.set('client_assertion', await assertionOf(client, issuer, assertion));
  },
  tls_client_auth({ client_id }, { form }) {
    form.set('client_id', client_id);
  },
};
proofs.self_signed_tls_client_auth = proofs.tls_client_auth;

export function authenticate(client, request) {
  return proofs[client.token_endpoint_auth_method](client, request);
}

/** A client's own JWT for RFC 7523; what it should not say is given as undefined. */
export async function assertionOf(client, issuer, { key = client.key, alg = key.alg, ...claims } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: client.client_id, sub: client.client_id, aud: issuer, jti: random(), iat: now, exp: now + 60, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid, typ: 'JWT' }).sign(key.privateKey);
}

/** { alg, kid, privateKey, jwk }: the key of a client or of a DPoP proof. */
export async function newKey(alg = 'PS256', kid = random(6)) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...(alg.includes('S') && alg !== 'ES256' && { modulusLength: 2048 }) });
  return { alg, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }, bare: await exportJWK(publicKey) };
}

/** The same private key, made to sign by another algorithm than its own. */
export async function signingBy(key, alg) {
  return { ...key, alg, privateKey: await importJWK({ ...(await exportJWK(key.privateKey)), alg }, alg) };
}
