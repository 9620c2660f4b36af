import { createHash, randomBytes } from 'node:crypto';

export const random = (bytes = 24) => randomBytes(bytes).toString('base64url');

export const sha256 = (text) => createHash('sha256').update(text).digest();

/** Bits by the frequency of its characters: what can be said of a single value. */
export function shannonBits(text) {
  const counts = [...text].reduce((all, character) => all.set(character, (all.get(character) ?? 0) + 1), new Map());
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / text.length), 0);
}

export function pkce() {
  const verifier = random(32);
  return { verifier, challenge: sha256(verifier).toString('base64url') };
}
