import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from './support/clock.js';
import { given, outcome } from './support/given.js';
import { signingKey } from './support/issuer.js';

/** A verifier that listens, the list that it holds, and tokens of it. */
async function listening(t) {
  const all = await given(t);
  const { issuer, clock } = all;
  const list = issuer.list('7');
  issuer.greeting = async () => [await issuer.heartbeat()];
  const one = all.verifier({ push: true });
  const token = (index, changes = {}) => issuer.tokenOf(list, index, { exp: issuer.seconds + 7200, ...changes });
  const held = await token(5);
  assert.equal(await outcome(one, held), 'good');
  const isOpen = () => one.health().push === 'open';
  await until('the stream is open', isOpen);
  return {
    ...all, list, one, token, held,
    fetches: () => issuer.count('/status/7'),
    becomes: (expected, its = held) => until(`the token is ${expected}`, async () => (await outcome(one, its)) === expected),
    version: (expected) => until(`version ${expected} is held`, () => one.health().lists[0]?.version === expected),
    /** The clock moves until the stream, which was lost, is open again. */
    reopened: async () => {
      await until('the stream is lost', () => !isOpen());
      const before = clock.now();
      await until('the stream is open again', () => isOpen() || void clock.advance(0.5));
      return (clock.now() - before) / 1000;
    },
  };
}

describe('the event stream', () => {
  test('Is opened by the first token, and closed by close', async (t) => {
    const { issuer, verifier } = await given(t);
    const one = verifier({ push: true });
    assert.equal(one.health().push, 'idle');
    await outcome(one, 'no token');
    assert.equal(issuer.count('/status/events'), 0);
    await one.verify(await issuer.token());
    await until('the stream is there', () => issuer.streams.size === 1);
    one.close();
    await until('the stream is gone', () => issuer.streams.size === 0);
    assert.equal(one.health().push, 'off');
  });

  test('A revocation arrives without a fetch', async (t) => {
    const { issuer, list, token, becomes, fetches, one } = await listening(t);
    issuer.push(await issuer.change(list, [[5, 1, 1], [8, 3, 3]]));
    await becomes('TokenRevoked');
    assert.equal(await outcome(one, await token(7)), 'good');
    for (const index of [8, 9, 10]) assert.equal(await outcome(one, await token(index)), 'TokenStale');
    assert.equal(await outcome(one, await token(11)), 'good');
    assert.equal(fetches(), 1);
  });

  test('Arrives in whatever pieces the network makes of it', async (t) => {
    const { issuer, list, becomes } = await listening(t);
    const text = (await issuer.change(list, [[5, 1, 1]])).replaceAll('\n', '\r\n');
    for (const letter of `: a comment\r\n\r\n${text}`) issuer.push(letter);
    await becomes('TokenRevoked');
  });

  test('Heartbeats keep a list fresh, until the last third of its life', async (t) => {
    const { clock, issuer, one, held, fetches } = await listening(t);
    for (let i = 0; i < 12; i++) {
      clock.advance(20);
      issuer.push(await issuer.heartbeat());
      await until('the heartbeat is heard', () => one.health().lists[0].confirmed === issuer.seconds);
      assert.equal(await outcome(one, held), 'good');
    }
    assert.equal(fetches(), 1);
    assert.equal(one.health().keys.freshness, 'fresh');
  });

  test('A heartbeat with a higher version makes it fetch the list', async (t) => {
    const { issuer, list, becomes, fetches } = await listening(t);
    await issuer.change(list, [[5, 1, 1]]);
    issuer.push(await issuer.heartbeat());
    await becomes('TokenRevoked');
    assert.equal(fetches(), 2);
  });

  test('A gap makes it fetch the list, so that nothing is missed', async (t) => {
    const { issuer, list, token, becomes, fetches } = await listening(t);
    await issuer.change(list, [[5, 1, 1]]);
    issuer.push(await issuer.change(list, [[6, 1, 1]]));
    await becomes('TokenRevoked');
    await becomes('TokenRevoked', await token(6));
    assert.equal(fetches(), 2);
  });

  test('Reordered events end in the same list', async (t) => {
    const { issuer, list, one, token, version } = await listening(t);
    const first = await issuer.change(list, [[5, 1, 3]]);
    const second = await issuer.change(list, [[5, 1, 1], [6, 1, 1]]);
    issuer.push(second, first);
    await version(2);
    issuer.push(await issuer.change(list, [[7, 1, 1]]));
    await version(3);
    assert.deepEqual(await Promise.all([5, 6, 7, 8].map(async (index) => outcome(one, await token(index)))), ['TokenRevoked', 'TokenRevoked', 'TokenRevoked', 'good']);
  });

  test('A replayed event changes nothing', async (t) => {
    const { issuer, list, one, held, version } = await listening(t);
    const released = await issuer.change(list, [[5, 1, 0]]);
    issuer.push(released, await issuer.change(list, [[5, 1, 1]]));
    await version(2);
    issuer.push(released, await issuer.change(list, [[9, 1, 1]]));
    await version(3);
    assert.equal(await outcome(one, held), 'TokenRevoked');
  });

  test('A replayed heartbeat confirms nothing', async (t) => {
    const { clock, issuer, one, held, fetches } = await listening(t);
    const old = await issuer.heartbeat();
    clock.advance(20);
    issuer.push(await issuer.heartbeat());
    await until('the heartbeat is heard', () => one.health().lists[0].confirmed === issuer.seconds);
    const confirmed = one.health().lists[0].confirmed;
    issuer.push(old, old);
    clock.advance(60);
    await outcome(one, held);
    assert.ok(one.health().lists[0].confirmed > confirmed, 'the list was fetched');
    assert.equal(fetches(), 2);
  });

  const forgeries = {
    'by a stranger under our name': async (issuer, list) => issuer.change(list, [[5, 1, 1]], { key: { ...(await signingKey('foreign')), kid: 'one' } }),
    'by a key that the issuer lacks': async (issuer, list) => issuer.change(list, [[5, 1, 1]], { key: await signingKey('foreign') }),
    'that is a status list': (issuer, list) => issuer.change(list, [[5, 1, 1]], { header: { typ: 'statuslist+jwt' } }),
    'of another issuer': (issuer, list) => issuer.change(list, [[5, 1, 1]], { claims: { iss: 'https://other.example' } }),
    'whose changes are no ranges': (issuer, list) => issuer.change(list, [[5, 1, 1]], { claims: { changes: [[5, -1, 1]] } }),
    'that is no token': async () => 'event: status\nid: 9\ndata: nothing\n\n',
    'that is longer than it may be': async () => `event: status\nid: 9\ndata: ${'x'.repeat(2 << 20)}\n\n`,
    'that is a forged heartbeat': async (issuer) => issuer.heartbeat({ id: 9, key: await signingKey('foreign'), header: { kid: 'one' } }),
  };
  for (const [name, forge] of Object.entries(forgeries)) {
    test(`An event ${name} is refused, and the stream begins anew`, async (t) => {
      const { issuer, list, one, held, version, reopened, faults } = await listening(t);
      issuer.push(await issuer.change(list, [[9, 1, 1]], { id: 41 }));
      await version(1);
      const forged = await forge(issuer, list);
      list.version = 1;
      issuer.push(forged);
      await reopened();
      assert.equal(await outcome(one, held), 'good');
      assert.equal(one.health().lists[0].version, 1);
      assert.match(faults.join(), /stream: /);
      // Not after the last event: what is owed from there may be what can't be believed.
      assert.deepEqual(issuer.resumed, [undefined, undefined]);
    });
  }

  test('A range beyond the list is no change: the list is fetched', async (t) => {
    const { issuer, list, one, held, fetches, version } = await listening(t);
    issuer.push(await issuer.change(list, [], { claims: { changes: [[250, 2 ** 40, 1]] } }));
    await version(1);
    assert.equal(fetches(), 2);
    assert.equal(await outcome(one, held), 'good');
  });

  test('A stream that was cut is resumed after the last event', async (t) => {
    const { issuer, list, becomes, reopened, fetches, version } = await listening(t);
    issuer.push(await issuer.change(list, [[9, 1, 1]], { id: 41 }));
    await version(1);
    issuer.cutStreams();
    const missed = await issuer.change(list, [[5, 1, 1]], { id: 42 });
    issuer.greeting = async () => [missed, await issuer.heartbeat({ id: 42 })];
    await reopened();
    await becomes('TokenRevoked');
    assert.deepEqual(issuer.resumed, [undefined, '41']);
    assert.equal(fetches(), 1);
  });

  test('A lost stream falls back to polling by ttl', async (t) => {
    const { clock, issuer, list, one, held } = await listening(t);
    issuer.instead.set('/status/events', (response) => response.writeHead(503).end());
    issuer.cutStreams();
    await issuer.change(list, [[5, 1, 1]]);
    clock.advance(60);
    assert.equal(await outcome(one, held), 'TokenRevoked');
  });

  test('A stream on which nothing comes for 25 s is opened anew', async (t) => {
    const { clock, issuer, one, reopened } = await listening(t);
    clock.advance(24);
    assert.equal(one.health().push, 'open');
    clock.advance(1);
    await reopened();
    assert.equal(issuer.count('/status/events'), 2);
  });

  test('Pauses grow while the issuer is down, and are short again afterwards', async (t) => {
    const { clock, issuer, one, reopened, faults } = await listening(t);
    issuer.down = true;
    issuer.cutStreams();
    const attempts = () => faults.filter((fault) => fault.startsWith('stream')).length;
    await until('the stream is lost', () => one.health().push === 'lost');
    for (let pause = 1; pause <= 5; pause++) {
      await until('it waits', () => clock.waiting > 0 && attempts() === pause);
      clock.advance(0.49 * 2 ** (pause - 1));
      assert.equal(attempts(), pause);
      clock.advance(0.6 * 2 ** (pause - 1));
    }
    await until('it waits', () => clock.waiting > 0 && attempts() === 6);
    issuer.down = false;
    assert.ok((await reopened()) <= 33);
    issuer.cutStreams();
    assert.ok((await reopened()) <= 2);
  });

  test('A revoked key dies by the heartbeat that names another key set', async (t) => {
    const { issuer, one, becomes, token } = await listening(t);
    const [good] = issuer.keys;
    const leaked = await signingKey('leaked');
    issuer.keys = [good, leaked];
    issuer.push(await issuer.heartbeat());
    const stolen = await issuer.token({}, { key: leaked });
    await becomes('good', stolen);
    issuer.keys = [good];
    issuer.push(await issuer.heartbeat());
    await becomes('KeyUnknown', stolen);
    assert.equal(await outcome(one, await token(1)), 'good');
  });

  test('With a revoked key goes every list that it signed or changed', async (t) => {
    const { issuer, list, one, held, version, becomes, fetches } = await listening(t);
    const [good] = issuer.keys;
    const leaked = await signingKey('leaked');
    issuer.keys = [good, leaked];
    issuer.push(await issuer.heartbeat());
    await becomes('good', await issuer.token({}, { key: leaked }));
    issuer.push(await issuer.change(list, [[5, 1, 0]], { key: leaked, claims: { prev: 0, ver: 1000 } }));
    await version(1000);
    list.set(5, 1);
    issuer.keys = [good];
    const before = fetches();
    issuer.push(await issuer.heartbeat());
    await becomes('TokenRevoked', held);
    assert.equal(fetches(), before + 1);
    assert.equal(one.health().lists[0].version, list.version);
  });

  test('The new key of an emergency may sign the very next heartbeat', async (t) => {
    const { clock, issuer, becomes, token } = await listening(t);
    clock.advance(2);
    issuer.keys = [await signingKey('two')];
    issuer.push(await issuer.heartbeat());
    const old = await token(1, {});
    await becomes('good', old);
  });

  test('A change that arrives while the list is being fetched is not lost', async (t) => {
    const { issuer, verifier } = await given(t);
    const list = issuer.list('7');
    issuer.greeting = async () => [await issuer.heartbeat()];
    const one = verifier({ push: true });
    await one.verify(await issuer.token());
    await until('the stream is open', () => one.health().push === 'open');

    const before = await issuer.listToken(list);
    let answer;
    issuer.instead.set('/status/7', (response) => (answer = () => response.setHeader('content-type', 'application/statuslist+jwt').end(before)));
    const decided = outcome(one, await issuer.tokenOf(list, 5));
    await until('the list is asked for', () => answer);
    issuer.push(await issuer.change(list, [[5, 1, 1]]), await issuer.heartbeat());
    await until('the heartbeat is heard', () => one.health().lists[0].known === 1);
    answer();
    assert.equal(await decided, 'TokenRevoked');
    assert.equal(issuer.count('/status/7'), 1);
  });

  test('Lists that no token referred to are not fetched', async (t) => {
    const { issuer, becomes, list } = await listening(t);
    const other = issuer.list('8');
    issuer.push(await issuer.change(other, [[1, 1, 1]]), await issuer.heartbeat(), await issuer.change(list, [[5, 1, 1]]));
    await becomes('TokenRevoked');
    assert.equal(issuer.count('/status/8'), 0);
  });

  test('What is no event stream is none', async (t) => {
    const { issuer, verifier, faults } = await given(t);
    issuer.instead.set('/status/events', (response) => response.setHeader('content-type', 'text/html').end('<html>'));
    await verifier({ push: true }).verify(await issuer.token());
    await until('the fault is told', () => faults.some((fault) => fault.includes('is no event stream')));
  });
});
