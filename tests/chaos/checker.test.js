import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { bounds, vital } from './bounds.js';
import { check } from './checker.js';
import { planned } from './plan.js';
import { Dice } from './random.js';

/** A history is written as it happened; each line is one operation, a millisecond after the one before unless it says when. */
function story(...lines) {
  let at = 0;
  return lines.map(([op, outcome, facts = {}]) => {
    at = Math.max(at + 1, facts.at ?? 0);
    return { op, outcome, asked: at, answered: at, ...facts };
  });
}

const rules = (events, more = {}) => check({ events, faults: [], ...more }).map(({ rule }) => rule);

const signedIn = [['sign-in', 'ok', { session: 's1', code: 'c1' }], ['redeem', 'ok', { code: 'c1', family: 'f1', session: 's1', access: 'a1', refresh: 'r1', kid: 'k1', iat: 100, exp: 1000 }]];
const refreshed = (facts = {}) => ['refresh', 'ok', { family: 'f1', used: 'r1', gave: 'r2', access: 'a2', kid: 'k1', iat: 101, exp: 1001, ...facts }];
const open = ['push', 'ok', { state: 'open' }];

describe('the checker sees', () => {
  test('nothing in a history in which all is well', () => {
    const events = story(open, ...signedIn, ['verify', 'ok', { access: 'a1' }], refreshed(), refreshed({ access: 'a3' }), ['refresh', 'unknown', { family: 'f1', used: 'r2' }],
      ['refresh', 'ok', { family: 'f1', used: 'r2', gave: 'r3', access: 'a4', kid: 'k1', iat: 102, exp: 1002 }],
      ['logout', 'ok', { session: 's1', sid: 'sid1', at: 3000 }], ['told', 'ok', { sid: 'sid1' }], ['introspect', 'refused', { access: 'a4' }], ['authorize', 'refused', { session: 's1' }],
      ['refresh', 'refused', { family: 'f1', used: 'r3' }], ['verify', 'ok', { access: 'a4', at: 3500 }], ['verify', 'refused', { access: 'a4', at: 3900 }]);
    assert.deepEqual(check({ events, faults: [] }), []);
  });

  test('a code that is won twice', () => {
    assert.deepEqual(rules(story(...signedIn, ['redeem', 'ok', { code: 'c1', family: 'f2', session: 's1' }])), ['won twice']);
  });

  test('a refresh token with two successors', () => {
    assert.deepEqual(rules(story(...signedIn, refreshed(), refreshed({ gave: 'another' }))), ['won twice']);
  });

  test('a refresh token that was answered and is not known afterwards', () => {
    assert.deepEqual(rules(story(...signedIn, refreshed(), ['refresh', 'refused', { family: 'f1', used: 'r2' }])), ['answered commit lost']);
  });

  test('a sign-in that was answered and is not known afterwards', () => {
    assert.deepEqual(rules(story(...signedIn, ['authorize', 'refused', { session: 's1', error: 'login_required' }])), ['answered commit lost']);
  });

  test('a code that was answered and is not known afterwards', () => {
    assert.deepEqual(rules(story(signedIn[0], ['redeem', 'refused', { code: 'c1', family: 'f1', session: 's1' }])), ['answered commit lost']);
  });

  for (const [why, uses] of Object.entries({
    'two tabs': [refreshed(), refreshed({ access: 'a3' })],
    'a lost answer': [['refresh', 'unknown', { family: 'f1', used: 'r1' }], refreshed()],
  })) {
    test(`a family that ${why} killed`, () => {
      assert.deepEqual(rules(story(...signedIn, ...uses, ['refresh', 'refused', { family: 'f1', used: 'r2' }])), ['family killed by a retry']);
    });
  }

  for (const op of ['verify', 'userinfo', 'introspect']) {
    test(`a good token refused by ${op}`, () => {
      assert.deepEqual(rules(story(...signedIn, [op, 'refused', { access: 'a1' }])), ['valid token refused']);
    });
  }

  for (const op of ['userinfo', 'introspect', 'refresh']) {
    test(`a revoked family that ${op} still serves`, () => {
      assert.deepEqual(rules(story(...signedIn, ['revoke', 'ok', { family: 'f1' }], [op, 'ok', { access: 'a1', family: 'f1', used: 'r1', gave: 'r2' }])), ['revoked but accepted']);
    });
  }

  test('a sign-in that goes on after the sign-out', () => {
    const out = [['logout', 'ok', { session: 's1', sid: 'x' }], ['told', 'ok', { sid: 'x' }]];
    assert.deepEqual(rules(story(...signedIn, ...out, ['authorize', 'ok', { session: 's1', code: 'c2' }])), ['revoked but accepted']);
    assert.deepEqual(rules(story(...signedIn, ...out, ['userinfo', 'ok', { access: 'a1' }])), ['revoked but accepted']);
  });

  test('a revoked token that a connected verifier accepts after the bound, and not before', () => {
    const at = (milliseconds) => story(open, ...signedIn, ['revoke', 'ok', { access: 'a1', at: 1000 }], ['verify', 'ok', { access: 'a1', at: 1000 + milliseconds }]);
    assert.deepEqual(rules(at(bounds.push - 1)), []);
    assert.deepEqual(rules(at(bounds.push + 1)), ['revoked but accepted']);
    assert.deepEqual(rules(at(bounds.push + 1), { slowness: 200 }), []);
  });

  test('a revoked token that is accepted after the fault, which excuses it only while it lasts', () => {
    const fault = { kind: 'any', began: 500, ended: 9000 };
    const at = (moment) => rules(story(open, ...signedIn, ['revoke', 'ok', { access: 'a1', at: 1000 }], ['verify', 'ok', { access: 'a1', at: moment }]), { faults: [fault] });
    assert.deepEqual(at(8000), []);
    assert.deepEqual(at(fault.ended + bounds.settle + bounds.push + 1), ['revoked but accepted']);
  });

  test('a revoked token that a verifier without the stream accepts after the list\'s bound', () => {
    const at = (milliseconds) => rules(story(open, ...signedIn, ['push', 'ok', { state: 'lost', at: 900 }], ['revoke', 'ok', { access: 'a1', at: 1000 }], ['verify', 'ok', { access: 'a1', at: 1000 + milliseconds }]));
    assert.deepEqual(at(bounds.list - 1), []);
    assert.deepEqual(at(bounds.list + 1), ['revoked but accepted']);
  });

  test('a revocation that nobody answered for, which may have happened or not', () => {
    assert.deepEqual(rules(story(...signedIn, ['revoke', 'unknown', { family: 'f1' }], ['introspect', 'ok', { access: 'a1' }], ['introspect', 'refused', { access: 'a1' }])), []);
  });

  test('a token of a revoked key that the server takes after the bound', () => {
    const events = story(...signedIn, ['keys revoke', 'ok', { kids: ['k1'], at: 1000 }], ['userinfo', 'ok', { access: 'a1', at: 1000 + bounds.keys + 1 }]);
    assert.deepEqual(rules(events), ['revoked but accepted']);
  });

  test('a key that a verifier still doesn\'t know when it must', () => {
    const refused = (at) => story(['keys rotate --now', 'ok', { kids: ['k1'], at: 10 }], ...signedIn, ['verify', 'refused', { access: 'a1', error: 'KeyUnknown', at: 10 + at }]);
    assert.deepEqual(rules(refused(bounds.newKey)), []);
    assert.deepEqual(rules(refused(bounds.newKey + 1)), ['valid token refused']);
    assert.deepEqual(rules(story(...signedIn, ['verify', 'refused', { access: 'a1', error: 'KeyUnknown' }])), ['valid token refused']);
  });

  test('two keys that sign at one time', () => {
    const token = (kid, iat) => ['client_credentials', 'ok', { access: `${kid}${iat}`, kid, iat, exp: iat + 900 }];
    assert.deepEqual(rules(story(token('k1', 100), token('k2', 101), token('k1', 103))), ['two keys in one period']);
    assert.deepEqual(rules(story(token('k1', 100), token('k2', 101), token('k1', 101))), []);
    const atOnce = ['keys rotate --now', 'ok', { kids: ['k2'] }];
    assert.deepEqual(rules(story(token('k1', 100), atOnce, token('k2', 101), token('k1', 103))), []);
    assert.deepEqual(rules(story(token('k1', 100), atOnce, token('k2', 101), token('k1', 110))), ['two keys in one period']);
  });

  test('one generation of keys that two nodes made', () => {
    const keys = [{ alg: 'RS256', generation: 2, kid: 'a' }, { alg: 'ES256', generation: 2, kid: 'b' }, { alg: 'RS256', generation: 2, kid: 'c' }];
    assert.deepEqual(rules([], { keys }), ['two keys in one period']);
  });

  test('a sign-out of which an app was never told', () => {
    assert.deepEqual(rules(story(...signedIn, ['logout', 'ok', { session: 's1', sid: 'sid1' }])), ['logout not delivered']);
  });

  test('an operation that does not come back after a fault', () => {
    const faults = [{ kind: 'any', began: 0, ended: 1000 }];
    const back = (ops) => rules(story(...ops.map((op, i) => [op, 'ok', { at: 2000 + i, code: op, used: op }])), { faults, end: 100_000 });
    assert.deepEqual(back(vital), []);
    assert.deepEqual(back(vital.slice(1)), ['not recovered']);
  });
});

describe('the plan', () => {
  const first = (seed, count) => {
    const steps = planned(new Dice(seed));
    return Array.from({ length: count }, () => steps.next().value.join(' + '));
  };

  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(first(7, 40), first(7, 40));
    assert.notDeepEqual(first(7, 40), first(8, 40));
  });

  test('has every fault alone before any two together', () => {
    const alone = first(7, 16);
    assert.equal(new Set(alone).size, 16);
    assert.ok(alone.every((step) => !step.includes(' + ')));
  });
});
