import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { print, run } from './run.js';

/** Each of these once, in this order: what a minute has room for. `make chaos` has all of them, two at a time as well, and chance. */
const steps = [
  ['kill a node', 'rotate the keys'],
  ['stop a node and let it go on'],
  ['cut a node from the database', 'revoke the key that signs'],
  ['kill the database'],
  ['fail over to the standby'],
  ['clocks apart, and stepping'],
];

const safety = [
  'won twice', 'answered commit lost', 'family killed by a retry', 'valid token refused', 'revoked but accepted', 'two keys in one period', 'logout not delivered', 'not recovered',
];

describe('three nodes behind nginx, a database with a standby, and what goes wrong with them', () => {
  let result;

  before(async () => {
    // A key lives for half a minute, so that nodes make new ones all the while; then two clocks may be three seconds apart.
    result = await run({ name: 'test', seed: 8, only: steps, keys: { interval: '00:00:30', lead: '00:00:12' }, apart: 2.5 });
    print(result);
  });

  for (const rule of safety) {
    test(`Never: ${rule}`, () => assert.deepEqual(result.violations.filter((violation) => violation.rule === rule), []));
  }

  test('All that was to be tried was tried: each fault happened, and each operation succeeded before, between and after', () => {
    const happened = new Set(result.faults.map(({ kind }) => kind));
    const skipped = result.skipped.map((line) => line.split(':')[0]);
    assert.deepEqual(steps.flat().filter((kind) => !happened.has(kind) && !skipped.includes(kind)), []);
    for (const op of ['sign-in', 'authorize', 'redeem', 'refresh', 'revoke', 'logout', 'told', 'userinfo', 'introspect', 'verify', 'client_credentials'])
      assert.ok(result.events.some((event) => event.op === op && event.outcome === 'ok'), `no ${op} succeeded`);
  });
});
