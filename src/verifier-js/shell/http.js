import { readAtMost } from '../rules/read-at-most.js';

/** The issuer could not be reached, or answered something else than the document. Its message is for the log. */
export class Unreachable extends Error {
  name = 'Unreachable';
}

/** The document is longer than it may be. */
export class TooLong extends Error {
  name = 'TooLong';
}

// Workers have neither cookies nor an HTTP cache of their own, and refuse the members that speak of them.
const isWorkers = globalThis.navigator?.userAgent === 'Cloudflare-Workers';
const plain = /** @type {RequestInit} */ (isWorkers ? {} : { cache: 'no-cache', credentials: 'omit' });

/**
 * Asks one of the issuer's addresses. A redirection is not followed: the issuer's addresses are the issuer's.
 *
 * @param {import('./options.js').Options} options @param {string} url @param {Record<string, string>} headers @param {AbortSignal} signal
 * @returns {Promise<{ headers: Headers, body: ReadableStream<Uint8Array> }>}
 */
export async function get({ fetch }, url, headers, signal) {
  const response = await fetch(url, { headers, redirect: 'manual', signal, ...plain });
  if (response.status === 200 && response.body) return { headers: response.headers, body: response.body };
  response.body?.cancel().catch(() => {});
  throw new Unreachable(`${url} answered ${response.status}`);
}

/**
 * A whole document of at most `limit` bytes. Fails with Unreachable or TooLong.
 *
 * @param {import('./options.js').Options} options @param {string} url @param {{ accept: string, limit: number }} expected
 */
export async function getDocument(options, url, { accept, limit }) {
  try {
    const { body } = await get(options, url, { accept }, AbortSignal.timeout(options.fetchTimeout * 1000));
    const bytes = await readAtMost(body, limit);
    if (bytes) return bytes;
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    throw new Unreachable(`${url} could not be had: ${error instanceof Error ? error.message : error}`);
  }
  throw new TooLong(`${url} gave more than ${limit} bytes`);
}
