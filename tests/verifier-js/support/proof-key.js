import { createHash, randomUUID } from 'node:crypto';
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

/** A client's key and its proofs, signed by jose, which may say anything. */
export class ProofKey {
  static async make(alg = 'ES256') {
    const { privateKey, publicKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
    const jwk = await exportJWK(publicKey);
    return Object.assign(new ProofKey(), { alg, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) });
  }

  /** A proof for a GET of https://api.example/orders with this token; claims and header members that are undefined are left out. */
  async proof(token, { now, ...claims } = {}, header = {}) {
    const payload = { jti: randomUUID(), htm: 'GET', htu: 'https://api.example/orders', iat: now, ath: createHash('sha256').update(token).digest('base64url'), ...claims };
    const { alg, ...rest } = header;
    const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader({ typ: 'dpop+jwt', jwk: this.jwk, ...rest, alg: this.alg }).sign(this.privateKey);
    // What no library would sign: another alg than the key's, over the same characters.
    if (!alg) return signed;
    const [, body, signature] = signed.split('.');
    return `${Buffer.from(JSON.stringify({ typ: 'dpop+jwt', jwk: this.jwk, ...rest, alg })).toString('base64url')}.${body}.${signature}`;
  }
}
