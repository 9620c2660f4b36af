import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from './support/clock.js';
import { given, outcome } from './support/given.js';
import { signingKey } from './support/issuer.js';

/** A verifier that polls, a list that it holds, and a token of the list for each index asked. */
async function holding(t, options) {
  const all = await given(t);
  const list = all.issuer.list('7');
  const verifier = all.verifier(options);
  const token = await all.issuer.tokenOf(list, 5, { exp: all.issuer.seconds + 7200 });
  assert.equal(await outcome(verifier, token), 'good');
  return { ...all, list, one: verifier, token, fetches: () => all.issuer.count('/status/7') };
}

describe('status lists by polling', () => {
  test('Many tokens at once cost one fetch', async (t) => {
    const { issuer, verifier } = await given(t);
    const list = issuer.list('7');
    const one = verifier();
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, index) => issuer.tokenOf(list, index)));
    await Promise.all(tokens.map((token) => one.verify(token)));
    assert.equal(issuer.count('/status/7'), 1);
  });

  test('At two thirds of its ttl a list is fetched in the background, and a revocation is then known', async (t) => {
    const { clock, list, one, token, fetches } = await holding(t);
    list.set(5, 1);
    clock.advance(39);
    assert.equal(await outcome(one, token), 'good');
    assert.equal(fetches(), 1);
    clock.advance(1);
    assert.equal(await outcome(one, token), 'good', 'this request does not wait');
    await until('the list was fetched', async () => (await outcome(one, token)) === 'TokenRevoked');
    assert.equal(fetches(), 2);
  });

  test('At the end of its ttl the request waits: no revocation is missed for longer', async (t) => {
    const { clock, list, one, token } = await holding(t);
    list.set(5, 1);
    clock.advance(60);
    assert.equal(await outcome(one, token), 'TokenRevoked');
  });

  test('While the issuer is down the last list serves until its exp, and not a second longer', async (t) => {
    const { clock, issuer, one, token, faults } = await holding(t);
    issuer.down = true;
    clock.advance(599);
    assert.equal(await outcome(one, token), 'good');
    assert.match(faults.join('\n'), /^status: /m);
    clock.advance(1);
    assert.equal(await outcome(one, token), 'StatusUnavailable');
    issuer.down = false;
    clock.advance(1);
    assert.equal(await outcome(one, token), 'good');
  });

  test('What was revoked before the outage stays revoked in it', async (t) => {
    const { clock, issuer, list, one, token } = await holding(t);
    list.set(5, 1);
    clock.advance(60);
    assert.equal(await outcome(one, token), 'TokenRevoked');
    issuer.down = true;
    clock.advance(300);
    assert.equal(await outcome(one, token), 'TokenRevoked');
  });

  test('The bound for an outage can be set lower', async (t) => {
    const { clock, issuer, one, token } = await holding(t, { statusLastKnownGood: 120 });
    issuer.down = true;
    clock.advance(119);
    assert.equal(await outcome(one, token), 'good');
    clock.advance(1);
    assert.equal(await outcome(one, token), 'StatusUnavailable');
  });

  test('An issuer that is down is asked once a second at most', async (t) => {
    const { clock, issuer, one, token, fetches } = await holding(t);
    issuer.down = true;
    clock.advance(100);
    for (let i = 0; i < 10; i++) await outcome(one, token);
    assert.equal(fetches(), 2);
  });

  test('A list that turns bad takes nothing away before its exp, and is named after it', async (t) => {
    const { clock, list, one, token, faults } = await holding(t);
    list.key = { ...(await signingKey('foreign')), kid: 'one' };
    list.set(5, 1);
    clock.advance(60);
    assert.equal(await outcome(one, token), 'good');
    assert.match(faults[0], /StatusListUntrusted/);
    clock.advance(540);
    assert.equal(await outcome(one, token), 'StatusListUntrusted');
  });

  test('An older version never takes the place of a newer one', async (t) => {
    const { clock, list, one, token, issuer } = await holding(t);
    const older = await issuer.listToken(list);
    list.set(5, 1);
    list.version = 1;
    clock.advance(60);
    assert.equal(await outcome(one, token), 'TokenRevoked');
    list.body = older;
    clock.advance(60);
    assert.equal(await outcome(one, token), 'TokenRevoked');
  });

  test('A list that has retired serves until its exp; its tokens are then refused', async (t) => {
    const { clock, list, one, token } = await holding(t);
    list.gone = true;
    clock.advance(599);
    assert.equal(await outcome(one, token), 'good');
    clock.advance(1);
    assert.equal(await outcome(one, token), 'StatusUnavailable');
  });

  test('A clock that is ahead does not ask for the list at every request', async (t) => {
    const { clock, issuer, verifier } = await given(t);
    const list = issuer.list('7');
    const one = verifier({ now: () => clock.now() + 58_000, clockSkew: 60 });
    const token = await issuer.tokenOf(list, 0);
    await one.verify(token);
    clock.advance(5);
    await one.verify(token);
    assert.equal(issuer.count('/status/7'), 1);
    clock.advance(6);
    await one.verify(token);
    assert.equal(issuer.count('/status/7'), 2);
  });

  test('A list whose key is no longer the issuer’s is fetched again', async (t) => {
    const { clock, issuer, list, one, fetches } = await holding(t);
    clock.advance(20);
    issuer.keys = [await signingKey('two')];
    assert.equal(await outcome(one, await issuer.tokenOf(list, 5)), 'good');
    assert.equal(fetches(), 2);
  });

  test('Background work is given to the platform', async (t) => {
    const { clock, one, token, fetches } = await holding(t);
    clock.advance(45);
    const work = [];
    await one.verify(token, { waitUntil: (promise) => work.push(promise) });
    await Promise.all(work);
    assert.equal(work.length, 1);
    assert.equal(fetches(), 2);
  });

  test('Where promises are not shared, requests look for the outcome of the one that fetches', async (t) => {
    const { issuer, verifier } = await given(t);
    const list = issuer.list('7');
    const wait = () => new Promise(setImmediate);
    const one = verifier({ sharesFetches: false, wait });
    const tokens = await Promise.all([1, 2, 3].map((index) => issuer.tokenOf(list, index)));
    await Promise.all(tokens.map((token) => one.verify(token)));
    assert.equal(issuer.count('/.well-known/jwks.json'), 1);
    assert.equal(issuer.count('/status/7'), 1);
  });

  test('A request takes over a fetch that was cancelled with the request that began it', async (t) => {
    const { issuer, verifier, clock } = await given(t);
    const list = issuer.list('7');
    const token = await issuer.tokenOf(list, 1);
    let cancelled = 0;
    const one = verifier({
      sharesFetches: false,
      wait: async () => clock.advance(1),
      // The platform drops the first fetch of the list, and its promise never settles.
      fetch: (url, init) => (url === list.uri && cancelled++ === 0 ? new Promise(() => {}) : fetch(url, init)),
    });
    void one.verify(token);
    await until('the first request fetches', () => cancelled === 1);
    assert.equal(await outcome(one, token), 'good');
  });
});
