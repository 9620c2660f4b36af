import { readAtMost } from './read-at-most.js';

/** The decompressed list may have so many bytes: 16 million statuses of 2 bits. */
export const maxBytes = 4 * 1024 * 1024;

/** Statuses, packed as draft-ietf-oauth-status-list §4.1 has it: 1, 2, 4 or 8 bits each, the first in the least significant bits of its byte. */
export class StatusBits {
  #bits;
  #bytes;
  #perByte;

  /** @param {1 | 2 | 4 | 8} bits @param {Uint8Array} bytes */
  constructor(bits, bytes) {
    this.#bits = bits;
    this.#bytes = bytes;
    this.#perByte = 8 / bits;
  }

  get count() {
    return this.#bytes.length * this.#perByte;
  }

  /** The status at an index; undefined outside the list. @param {number} index */
  get(index) {
    if (!(index >= 0 && index < this.count)) return undefined;
    return (this.#bytes[Math.floor(index / this.#perByte)] >> ((index % this.#perByte) * this.#bits)) & this.#mask;
  }

  /** Whether every range lies in the list and every value fits. @param {readonly (readonly [number, number, number])[]} ranges first, count, value */
  allows(ranges) {
    return ranges.every(([first, count, value]) => first + count <= this.count && value <= this.#mask);
  }

  /** @param {readonly (readonly [number, number, number])[]} ranges that are allowed */
  set(ranges) {
    for (const [first, count, value] of ranges) {
      for (let index = first; index < first + count; index++) {
        const at = Math.floor(index / this.#perByte);
        const shift = (index % this.#perByte) * this.#bits;
        this.#bytes[at] = (this.#bytes[at] & ~(this.#mask << shift)) | (value << shift);
      }
    }
  }

  get #mask() {
    return (1 << this.#bits) - 1;
  }
}

/**
 * Undoes the zlib compression (§4.1, RFC 1950), never beyond a bound: `tooLarge` then, and undefined for what is no zlib stream.
 *
 * @param {Uint8Array} compressed
 * @returns {Promise<Uint8Array | 'tooLarge' | undefined>}
 */
export async function inflate(compressed, limit = maxBytes) {
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  // Their failures are the reader's too, which is where they are heard.
  writer.write(/** @type {any} */ (compressed)).catch(() => {});
  writer.close().catch(() => {});
  try {
    return (await readAtMost(readable, limit)) ?? 'tooLarge';
  } catch {
    return undefined;
  }
}
