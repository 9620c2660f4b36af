/** Milliseconds. */
export const bounds = {
  /** A revoked token is refused by a verifier that is connected. */
  push: 1000,
  /** The same by one that isn't, or while something is broken: the status list's ttl, and a fetch. */
  list: 65_000,
  /** After a fault was mended, until what the bounds above say holds again. */
  settle: 3000,
  /** After a fault was mended, until each operation has succeeded once. What is measured is mostly how slow the machine is. */
  recovery: 60_000,
  /** Every node knows of an emergency rotation. */
  keys: 1000,
  /** Our verifiers keep the published keys for so long at most. */
  jwks: 300_000,
  /** A verifier asks for the keys again for an unknown one once in 10 s: a key that signs at once, before caches have it, is refused for so long. */
  newKey: 12_000,
  /** An authorization code lives for a minute; clocks may differ by half of one. */
  code: 25_000,
};

/** What must have come back after a fault. */
export const vital = ['authorize', 'redeem', 'refresh', 'userinfo', 'introspect', 'verify', 'client_credentials'];
