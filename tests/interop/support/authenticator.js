import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows at a step of 30 seconds (RFC 6238), written for these tests alone. */
function codeOf(secret, step) {
  const bits = [...secret.replaceAll(' ', '')].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const used = new Set();

/** A code that is good now and wasn't used: an app's clock may be off by a step, so that three are, and nobody waits here. */
export function freshCode(secret) {
  const now = Math.floor(Date.now() / 30_000);
  const step = [now, now + 1, now - 1].find((one) => !used.has(secret + one));
  used.add(secret + step);
  return codeOf(secret, step);
}

/** A code of ten minutes ago. */
export const staleCode = (secret) => codeOf(secret, Math.floor(Date.now() / 30_000) - 20);
