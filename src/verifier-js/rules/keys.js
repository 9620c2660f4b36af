import { decode } from './base64url.js';
import { parseObject, own } from './json.js';
import { refuse } from './refusals.js';

const maxKeys = 100;

/** What only a private or a symmetric key has (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** How WebCrypto imports a key for each algorithm, and verifies with it (RFC 7518 §3). */
const suites = {
  RS256: { kty: 'RSA', import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, verify: { name: 'RSASSA-PKCS1-v1_5' } },
  PS256: { kty: 'RSA', import: { name: 'RSA-PSS', hash: 'SHA-256' }, verify: { name: 'RSA-PSS', saltLength: 32 } },
  ES256: { kty: 'EC', import: { name: 'ECDSA', namedCurve: 'P-256' }, verify: { name: 'ECDSA', hash: 'SHA-256' } },
};

/**
 * Keys by which tokens may be verified. Each is imported once, for one algorithm, so that no token can use it for another.
 *
 * @typedef {{ kid: string | undefined, alg: string, key: CryptoKey }} VerificationKey
 */
export class KeySet {
  /** @type {VerificationKey[]} */
  #keys;
  #kids;

  /** @param {VerificationKey[]} keys @param {(string | undefined)[]} kids of all keys, also of those for algorithms that aren't allowed */
  constructor(keys, kids) {
    this.#keys = keys;
    this.#kids = new Set(kids.filter((kid) => kid !== undefined));
  }

  get isEmpty() {
    return this.#keys.length === 0;
  }

  /** @param {string} kid */
  has(kid) {
    return this.#kids.has(kid);
  }

  /**
   * The one key for a token; KeyUnknown (look at the issuer's set again), or AlgorithmNotAllowed.
   *
   * @param {string | undefined} kid @param {string} alg
   */
  select(kid, alg) {
    // 1. By kid when the token has one, and only for the key's own algorithm (RFC 8725 §3.1).
    const fitting = this.#keys.filter((key) => key.alg === alg && (kid === undefined || key.kid === kid));
    if (fitting.length === 1) return { key: fitting[0].key };
    // 2. One alone: keys are not tried in turn (RFC 7517 §4.5).
    if (fitting.length > 1) return refuse('KeyUnknown', 'more than one key fits');
    return kid !== undefined && this.#kids.has(kid) ? refuse('AlgorithmNotAllowed', 'the key is for another') : refuse('KeyUnknown', 'no key fits');
  }
}

/**
 * Reads a JWK Set (RFC 7517 §5). A key that can't be used does not spoil the set; a document that is none gives undefined.
 *
 * @param {Uint8Array} bytes @param {readonly string[]} allowed algorithms
 */
export async function importKeySet(bytes, allowed) {
  const { value } = parseObject(bytes);
  const members = value && own(value, 'keys');
  if (!Array.isArray(members) || members.length > maxKeys) return undefined;
  const usable = members.filter(isUsable);
  const imported = await Promise.all(usable.flatMap((jwk) => algorithmsOf(jwk, allowed).map((alg) => importKey(jwk, alg))));
  return new KeySet(imported.filter((key) => key !== undefined), usable.map((jwk) => own(jwk, 'kid')));
}

/** @param {any} jwk */
function isUsable(jwk) {
  if (jwk === null || typeof jwk !== 'object') return false;
  // 1. A name that is a string, a purpose that is ours (RFC 7517 §4.2–4.5).
  const [kid, use, operations] = ['kid', 'use', 'key_ops'].map((name) => own(jwk, name));
  if (kid !== undefined && typeof kid !== 'string') return false;
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  // 2. Public, and strong enough without being an attack on our CPU (RFC 7517 §9.2, RFC 7518 §3.3).
  if (own(jwk, 'd') !== undefined || own(jwk, 'k') !== undefined) return false;
  if (own(jwk, 'kty') === 'EC') return own(jwk, 'crv') === 'P-256';
  return own(jwk, 'kty') === 'RSA' && isFitRsa(own(jwk, 'n'), own(jwk, 'e'));
}

/** @param {unknown} n @param {unknown} e */
function isFitRsa(n, e) {
  if (typeof n !== 'string' || typeof e !== 'string') return false;
  const modulus = decode(n);
  const exponent = decode(e);
  if (!modulus || !exponent || modulus[0] === 0) return false;
  const bits = modulus.length * 8 - Math.clz32(modulus[0]) + 24;
  const value = exponent.reduce((number, byte) => number * 256 + byte, 0);
  return bits >= 2048 && bits <= 8192 && exponent.length <= 8 && value >= 65537;
}

/** A key with `alg` serves that alone (RFC 7517 §4.4). @param {any} jwk @param {readonly string[]} allowed */
function algorithmsOf(jwk, allowed) {
  const only = own(jwk, 'alg');
  return allowed.filter((alg) => suites[/** @type {keyof typeof suites} */ (alg)].kty === jwk.kty && (only === undefined || only === alg));
}

/** @param {any} jwk @param {string} alg @returns {Promise<VerificationKey | undefined>} */
async function importKey({ kty, n, e, crv, x, y, kid }, alg) {
  const publicPart = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  const suite = suites[/** @type {keyof typeof suites} */ (alg)];
  try {
    return { kid, alg, key: await crypto.subtle.importKey('jwk', publicPart, suite.import, false, ['verify']) };
  } catch {
    return undefined;
  }
}

/**
 * The key of a proof (RFC 9449 §4.2) for one algorithm, with the members of its thumbprint in their order (RFC 7638 §3.2); undefined for what is
 * none, or not public.
 *
 * @param {any} jwk @param {string} alg
 */
export async function importProofKey(jwk, alg) {
  if (Array.isArray(jwk) || !isUsable(jwk) || privateMembers.some((name) => Object.hasOwn(jwk, name)) || algorithmsOf(jwk, [alg]).length === 0) return undefined;
  const imported = await importKey(jwk, alg);
  const { kty, n, e, crv, x, y } = jwk;
  return imported && { key: imported.key, members: kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y } };
}

/**
 * Whether a signature is the key's (RFC 7515 §5.2 step 8). Some runtimes reject where its length is impossible.
 *
 * @param {string} alg @param {CryptoKey} key @param {Uint8Array} signature @param {Uint8Array} signed
 */
export function verifySignature(alg, key, signature, signed) {
  const { verify } = suites[/** @type {keyof typeof suites} */ (alg)];
  return crypto.subtle.verify(verify, key, /** @type {any} */ (signature), /** @type {any} */ (signed));
}
