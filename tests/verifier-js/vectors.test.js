import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { given, outcome } from './support/given.js';

// The draft's own, shared with the .NET tests: what a list of so many bits and statuses is, and the values in it.
const vectors = JSON.parse(readFileSync(new URL('../IdentityProvider.Protocol.Tests/Status/vectors.json', import.meta.url), 'utf8'));

/** The value that a verifier read, by what it says for the log. */
async function read(verifier, token) {
  const refused = await verifier.verify(token).then(() => undefined, (error) => error);
  return refused ? Number(/^status (\d+)$/.exec(refused.detail)?.[1]) : 0;
}

describe('vectors of draft-ietf-oauth-status-list', () => {
  for (const { name, bits, lst, size: count, statuses } of vectors) {
    test(`${name}: every value is read as it was written`, async (t) => {
      const { issuer, verifier } = await given(t);
      const list = issuer.list('7');
      list.claims = { status_list: { bits, lst } };
      const one = verifier();
      // Each value, its neighbours, and the ends of the list.
      const written = new Map(Object.entries(statuses).map(([index, value]) => [Number(index), value]));
      const indexes = new Set([...written.keys()].flatMap((index) => [index - 1, index, index + 1]).concat(0, count - 1));
      for (const index of [...indexes].filter((at) => at >= 0 && at < count)) {
        assert.equal(await read(one, await issuer.tokenOf(list, index)), written.get(index) ?? 0, `${index}`);
      }
      assert.equal(await outcome(one, await issuer.tokenOf(list, count)), 'StatusIndexOutOfRange');
    });
  }
});
