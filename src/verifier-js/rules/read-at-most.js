/**
 * The bytes of a stream; undefined when there are more than the limit, and the rest is then not read. Fails as the stream fails.
 *
 * @param {ReadableStream<Uint8Array>} stream @param {number} limit
 * @returns {Promise<Uint8Array | undefined>}
 */
export async function readAtMost(stream, limit) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
