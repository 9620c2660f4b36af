import { decode, decodeInto } from './base64url.js';
import { own, parseObject } from './json.js';
import { refuse } from './refusals.js';

/** Every algorithm that this package knows. HMACs and none are not among them, and never will be. */
export const algorithms = Object.freeze(['RS256', 'PS256', 'ES256']);

/** The longest access token, in characters. */
export const maxTokenLength = 16 * 1024;

/** Members by which a header would bring a key of its own, ask for an extension, or say that a token is nested. x5t selects nothing here. */
export const banned = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'cty', 'zip', 'enc'];
const encoder = new TextEncoder();

/**
 * A compact JWS taken apart (RFC 7515 §5.2 steps 1–2, 5–7). Nothing of it is verified yet.
 *
 * @typedef {{ head: string, payload: Uint8Array, signature: Uint8Array, signed: Uint8Array }} Parts
 * @param {unknown} token
 * @param {number} maxLength in characters
 * @returns {Parts | ReturnType<typeof refuse>}
 */
export function splitJws(token, maxLength) {
  // 1. A bounded text.
  if (typeof token !== 'string') return refuse('TokenMalformed', 'not a string');
  if (token.length > maxLength) return refuse('TokenMalformed', 'too long');

  // 2. Three parts; header and payload are not empty (§7.1).
  const { length } = token;
  const dot = token.indexOf('.');
  const last = token.lastIndexOf('.');
  if (dot <= 0 || last <= dot + 1 || token.indexOf('.', dot + 1) !== last) return refuse('TokenMalformed', 'not three parts');

  // 3. ASCII. One piece of memory for the text and all that is decoded of it.
  const memory = newMemory(length * 2);
  const { read, written } = encoder.encodeInto(token, memory);
  if (read !== length || written !== length) return refuse('TokenMalformed', 'not ASCII');

  // 4. Each part in the one spelling of base64url (§2).
  const payloadLength = decodeInto(memory, dot + 1, last, memory, length);
  const signatureLength = payloadLength < 0 ? -1 : decodeInto(memory, last + 1, length, memory, length + payloadLength);
  if (signatureLength < 0) return refuse('TokenMalformed', 'not canonical base64url');
  const end = length + payloadLength;
  return { head: token.slice(0, dot), payload: memory.subarray(length, end), signature: memory.subarray(end, end + signatureLength), signed: memory.subarray(0, last) };
}

/** Bytes that are allocated at once, for many tokens: allocations are most of what a verification costs beside the signature. */
const blockLength = 64 * 1024;
let block = new Uint8Array(0);

/** Zeros that nobody had before: memory is never used twice, so no token can touch another's. @param {number} length */
function newMemory(length) {
  if (length > blockLength / 8) return new Uint8Array(length);
  if (length > block.length) block = new Uint8Array(blockLength);
  const memory = block.subarray(0, length);
  block = block.subarray(length);
  return memory;
}

/**
 * A header that says nothing it may not (RFC 7515 §5.2 steps 2–5).
 *
 * @param {string} head base64url @param {string} typ the one expected @param {readonly string[]} allowed algorithms
 */
export function readHeader(head, typ, allowed) {
  const bytes = decode(head);
  if (!bytes) return refuse('TokenMalformed', 'the header is not canonical base64url');
  const header = parseObject(bytes);
  if (header.wrong !== undefined) return refuse('TokenMalformed', `the header is ${header.wrong}`);
  const refused = refuseHeader(header.value, typ, allowed);
  return refused ?? { alg: /** @type {string} */ (header.value.alg), kid: /** @type {string | undefined} */ (own(header.value, 'kid')) };
}

/** @param {Record<string, any>} header @param {string} typ @param {readonly string[]} allowed */
function refuseHeader(header, typ, allowed) {
  // 1. An algorithm by name, from the list (RFC 8725 §3.1).
  const alg = own(header, 'alg');
  if (typeof alg !== 'string') return refuse('TokenMalformed', 'alg is not a string');
  if (!allowed.includes(alg)) return refuse('AlgorithmNotAllowed', 'alg is not one of the options');

  // 2. No extension, no key, no nesting (RFC 7515 §4.1, RFC 8725 §3.10).
  for (const name of banned) if (Object.hasOwn(header, name)) return refuse('HeaderNotAllowed', `${name} is there`);

  // 3. kid and typ are strings (RFC 7515 §4.1.4, §4.1.9).
  const kid = own(header, 'kid');
  const its = own(header, 'typ');
  if ((kid !== undefined && typeof kid !== 'string') || (its !== undefined && typeof its !== 'string'))
    return refuse('TokenMalformed', 'kid or typ is not a string');

  // 4. The kind of token that is expected, with or without its "application/" (RFC 8725 §3.11).
  if (its !== typ && its?.toLowerCase() !== typ && its?.toLowerCase() !== `application/${typ}`) return refuse('TypUnexpected', `expected ${typ}`);
  return undefined;
}

/** The claims of a payload that a signature vouches for. @param {Uint8Array} payload */
export function parseClaims(payload) {
  const claims = parseObject(payload);
  return claims.wrong === undefined ? { claims: claims.value } : refuse('TokenMalformed', `the payload is ${claims.wrong}`);
}
