import { decode, encode } from './base64url.js';
import { own, parseObject } from './json.js';
import { algorithms, banned, parseClaims, splitJws } from './jws.js';
import { importProofKey, verifySignature } from './keys.js';
import { refuse } from './refusals.js';
import { areSameTarget } from './target-uri.js';

// A DPoP proof (RFC 9449 §4.3), and whether who shows a token that is good is whom it was issued to (§7; RFC 8705 §3).
const maxProofLength = 8 * 1024;
const maxJtiLength = 256;
const maxAge = 60;
const maxAhead = 15;
const encoder = new TextEncoder();

/** A proof brings its key; else it may say what a token may. */
const bannedOfProofs = banned.filter((name) => name !== 'jwk');

/**
 * What a token is bound to; a refusal where that is nothing that can be proved here.
 *
 * @param {Record<string, any>} claims @returns {{ jkt?: string, certificate?: string } | ReturnType<typeof refuse>}
 */
export function readConfirmation(claims) {
  const cnf = own(claims, 'cnf');
  if (cnf === undefined) return {};
  const unknown = refuse('ProofMissing', 'cnf names nothing that can be proved here');
  if (cnf === null || typeof cnf !== 'object' || Array.isArray(cnf)) return unknown;
  const names = Object.keys(cnf);
  if (names.length === 0 || !names.every((name) => (name === 'jkt' || name === 'x5t#S256') && typeof cnf[name] === 'string')) return unknown;
  return { jkt: own(cnf, 'jkt'), certificate: own(cnf, 'x5t#S256') };
}

/**
 * Whether a sender may use a token: undefined, a refusal, or the proof that is still to be spent.
 *
 * @param {Record<string, any>} claims @param {string} token @param {import('../index.js').Sender} sender
 * @param {{ isNonce: ((nonce: string) => boolean) | undefined }} options @param {number} now in seconds
 */
export async function judgeSender(claims, token, sender, { isNonce }, now) {
  const bound = readConfirmation(claims);
  if ('refused' in bound) return bound;
  const isDPoP = sender.scheme?.toLowerCase() === 'dpop';

  // 1. Bound to a key: never a bearer's (RFC 9449 §7.2); else never by the scheme for bound ones (§7.1).
  if (bound.jkt !== undefined && !isDPoP) return refuse('ProofMissing', "a token that is bound to a key, as a bearer's");
  if (bound.jkt === undefined && isDPoP) return refuse('SchemeUnexpected', 'a token that is not bound to a key, by the scheme DPoP');

  // 2. Bound to a certificate: the connection's (RFC 8705 §3).
  if (bound.certificate !== undefined && bound.certificate !== sender.certificateThumbprint)
    return refuse(sender.certificateThumbprint === undefined ? 'ProofMissing' : 'ProofKeyUnexpected', "x5t#S256 is not the connection's");
  if (bound.jkt === undefined) return undefined;

  // 3. A proof for this request and this token, by that key (RFC 9449 §4.3).
  if (!sender.proof) return refuse('ProofMissing', 'no proof beside the token');
  const proof = await readProof(sender.proof, { method: sender.method ?? '', url: sender.url ?? '', token }, now);
  if ('refused' in proof) return proof;
  if (proof.jkt !== bound.jkt) return refuse('ProofKeyUnexpected', "jkt is not the proof's key");

  // 4. With a nonce of ours, where the API asks for one (check 10, §9).
  if (isNonce && !(proof.nonce !== undefined && isNonce(proof.nonce))) return refuse('ProofNonceNeeded', 'no nonce of ours, or an old one');
  return proof;
}

/** @param {string} text @param {{ method: string, url: string, token: string }} request @param {number} now */
async function readProof(text, { method, url, token }, now) {
  const invalid = (/** @type {string} */ detail) => refuse('ProofInvalid', detail);

  // 2. One JWT: two in one header field, with a comma between, are none.
  const jws = splitJws(text, maxProofLength);
  if ('refused' in jws) return invalid(jws.detail);
  const head = decode(jws.head);
  const { value: header } = head ? parseObject(head) : { value: undefined };
  if (!header) return invalid('the header is no JSON');

  // 4., 5., 7. Its type, an algorithm of ours, and a public key with nothing private.
  const { typ, alg } = { typ: own(header, 'typ'), alg: own(header, 'alg') };
  if (typeof typ !== 'string' || !['dpop+jwt', 'application/dpop+jwt'].includes(typ.toLowerCase())) return invalid('expected dpop+jwt');
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return invalid('alg is not one of ours');
  for (const name of bannedOfProofs) if (Object.hasOwn(header, name)) return invalid(`${name} is there`);
  const key = await importProofKey(own(header, 'jwk'), alg);
  if (!key) return invalid('jwk is no public key for alg');

  // 6. Its signature.
  const verified = await verifySignature(alg, key.key, jws.signature, jws.signed).catch(() => false);
  if (!verified) return invalid('the signature does not verify');
  const parsed = parseClaims(jws.payload);
  if ('refused' in parsed) return invalid(parsed.detail);
  const refused = await refuseRequest(parsed.claims, { method, url, token }, now);
  if (refused) return invalid(refused);
  const { jti, iat } = parsed.claims;
  return { jkt: await hash(JSON.stringify(key.members)), jti: /** @type {string} */ (jti), nonce: /** @type {string | undefined} */ (own(parsed.claims, 'nonce')), expires: iat + maxAge + 1 };
}

/** What is wrong with a proof for this request. @param {Record<string, any>} claims @param {{ method: string, url: string, token: string }} request @param {number} now */
async function refuseRequest(claims, { method, url, token }, now) {
  // 3. What every proof has (§4.2), of its type.
  for (const name of ['jti', 'htm', 'htu', 'ath']) if (typeof own(claims, name) !== 'string' || claims[name] === '') return `${name} is no string`;
  if (claims.jti.length > maxJtiLength) return 'jti is too long';
  if (typeof own(claims, 'iat') !== 'number') return 'iat is no date';
  if (own(claims, 'nonce') !== undefined && typeof claims.nonce !== 'string') return 'nonce is no string';

  // 8., 9. The request's method and place.
  if (claims.htm !== method) return "htm is another's";
  if (!areSameTarget(claims.htu, url)) return "htu is another's";

  // 11. Made about now. What exp and nbf say is nothing that a proof is asked.
  if (claims.iat > now + maxAhead) return 'iat lies ahead';
  if (now - claims.iat > maxAge) return 'iat lies too far back';

  // 12. For the token beside it.
  return claims.ath === (await hash(token)) ? undefined : "ath is another token's";
}

/** @param {string} text */
export async function hash(text) {
  return encode(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))));
}
