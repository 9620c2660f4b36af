// Base64url as JOSE means it (RFC 7515 §2): no padding, no white space, one spelling for each byte string. The platforms' decoders forgive
// some of that, so a signature could be respelled; hence a table.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const encoder = new TextEncoder();
const values = new Uint8Array(256).fill(255);
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;

/**
 * Decodes the characters between two places of a text to a place of some memory, and returns how many bytes they are; -1 when they are not the
 * one canonical spelling of some bytes.
 *
 * @param {Uint8Array} text characters as UTF-8 @param {number} start @param {number} end @param {Uint8Array} into @param {number} at
 */
export function decodeInto(text, start, end, into, at) {
  const rest = (end - start) & 3;
  // 1. One character over a multiple of four can't end a byte (RFC 4648 §4).
  if (rest === 1) return -1;
  let seen = 0;
  let out = at;
  let i = start;
  for (const whole = end - rest; i < whole; i += 4) {
    const a = values[text[i]];
    const b = values[text[i + 1]];
    const c = values[text[i + 2]];
    const d = values[text[i + 3]];
    seen |= a | b | c | d;
    into[out++] = (a << 2) | (b >> 4);
    into[out++] = (b << 4) | (c >> 2);
    into[out++] = (c << 6) | d;
  }
  if (rest > 0) {
    const a = values[text[i]];
    const b = values[text[i + 1]];
    const c = rest === 3 ? values[text[i + 2]] : 0;
    seen |= a | b | c;
    into[out++] = (a << 2) | (b >> 4);
    if (rest === 3) into[out++] = (b << 4) | (c >> 2);
    // 2. The bits that the last character has too many are zero (RFC 4648 §3.5).
    if (rest === 2 ? b & 15 : c & 3) return -1;
  }
  // 3. Only the 64 characters (RFC 4648 §5): any other is 255 in the table.
  return seen > 63 ? -1 : out - at;
}

/** The bytes of a text, or undefined when it is not canonical. @param {string} text @returns {Uint8Array | undefined} */
export function decode(text) {
  const characters = encoder.encode(text);
  const bytes = new Uint8Array((characters.length * 3) >> 2);
  return decodeInto(characters, 0, characters.length, bytes, 0) < 0 ? undefined : bytes;
}

/** Encodes without padding. @param {Uint8Array} bytes */
export function encode(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const count = Math.min(bytes.length - i, 3) + 1;
    for (let k = 0; k < count; k++) text += alphabet[(group >> (18 - 6 * k)) & 63];
  }
  return text;
}
