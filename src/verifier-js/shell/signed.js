import { parseClaims, readHeader, splitJws } from '../rules/jws.js';
import { verifySignature } from '../rules/keys.js';
import { refuse } from '../rules/refusals.js';

/** Headers remembered at most: as many as an issuer has keys, and more. */
const maxHeads = 64;

/**
 * JWTs that the issuer signs, of one kind. All tokens of a key have the same header, so a header is read once: it is remembered after a signature
 * has vouched for it, so that no stranger can fill the memory. Nothing else of a token is.
 */
export class Signed {
  #options;
  #keys;
  #typ;
  #maxLength;
  /** @type {Map<string, { alg: string, kid: string | undefined }>} */
  #heads = new Map();

  /** @param {import('./options.js').Options} options @param {import('./key-cache.js').KeyCache} keys @param {{ typ: string, maxLength: number }} kind */
  constructor(options, keys, { typ, maxLength }) {
    this.#options = options;
    this.#keys = keys;
    this.#typ = typ;
    this.#maxLength = maxLength;
  }

  /**
   * The claims of a token, which the caller has to judge, and the kid of the key that signed it.
   *
   * @param {unknown} token @param {import('./verifier.js').Background} background
   * @param {number} [interval] seconds that must lie between two fetches of the keys for the sake of an unknown kid
   */
  async verify(token, background, interval) {
    // 1. A well-formed JWS of this kind.
    const jws = splitJws(token, this.#maxLength);
    if ('refused' in jws) return jws;
    const header = this.#heads.get(jws.head) ?? readHeader(jws.head, this.#typ, this.#options.algorithms);
    if ('refused' in header) return header;

    // 2. The issuer's key, for this algorithm.
    const { alg, kid } = header;
    const found = this.#keys.fresh(kid, alg) ?? (await this.#keys.select(kid, alg, background, interval));
    if ('refused' in found) return found;

    // 3. The signature, over the very characters that came. It is checked elsewhere; meanwhile the payload is read here, and believed by nobody yet.
    const verifying = verifySignature(alg, found.key, jws.signature, jws.signed);
    const parsed = parseClaims(jws.payload);
    let verified = false;
    try {
      verified = await verifying;
    } catch {
      // A signature of an impossible length is none.
    }
    if (!verified) return refuse('SignatureInvalid', 'the signature does not verify');
    this.#remember(jws.head, header);

    // 4. Strict JSON.
    return 'refused' in parsed ? parsed : { claims: parsed.claims, kid: kid ?? '' };
  }

  /** @param {string} head @param {{ alg: string, kid: string | undefined }} header */
  #remember(head, header) {
    if (this.#heads.has(head)) return;
    if (this.#heads.size >= maxHeads) this.#heads.delete(/** @type {string} */ (this.#heads.keys().next().value));
    this.#heads.set(head, header);
  }
}
