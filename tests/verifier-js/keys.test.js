import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { exportJWK, generateKeyPair } from 'jose';
import { given, outcome } from './support/given.js';
import { until } from './support/clock.js';
import { sign, signingKey } from './support/issuer.js';

const jwks = '/.well-known/jwks.json';

describe('keys', () => {
  test('Asks nothing of the issuer before the first token, and once for many tokens', async (t) => {
    const { issuer, verifier } = await given(t);
    const one = verifier();
    assert.equal(issuer.count(jwks), 0);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => issuer.token()));
    assert.deepEqual(new Set(await Promise.all(tokens.map((token) => outcome(one, token)))), new Set(['good']));
    assert.equal(issuer.count(jwks), 1);
  });

  test('The warm path touches neither the network nor the import of keys', async (t) => {
    const { issuer, verifier } = await given(t);
    const one = verifier();
    const list = issuer.list('7');
    await one.verify(await issuer.tokenOf(list, 0));
    const before = [...issuer.asked.values()];
    const imports = t.mock.method(crypto.subtle, 'importKey');
    const verifications = t.mock.method(crypto.subtle, 'verify');
    for (let index = 0; index < 20; index++) await one.verify(await issuer.tokenOf(list, index));
    assert.deepEqual([...issuer.asked.values()], before);
    assert.equal(imports.mock.callCount(), 0);
    // And nothing about a token is kept: the same one again is verified again.
    const token = await issuer.tokenOf(list, 0);
    await one.verify(token);
    await one.verify(token);
    assert.equal(verifications.mock.callCount(), 22);
  });

  test('Looks for an unknown kid within the request, and at most once in the interval', async (t) => {
    const { clock, issuer, verifier } = await given(t);
    const one = verifier();
    await one.verify(await issuer.token());
    clock.advance(10);
    issuer.keys = [await signingKey('two'), ...issuer.keys];
    assert.equal(await outcome(one, await issuer.token()), 'good');
    assert.equal(issuer.count(jwks), 2);

    const strangers = await Promise.all(['a', 'b', 'c', 'd'].map(async (kid) => issuer.token({}, { key: await signingKey('foreign'), header: { kid } })));
    for (const token of strangers) assert.equal(await outcome(one, token), 'KeyUnknown');
    assert.equal(issuer.count(jwks), 2, 'within the interval');
    clock.advance(10);
    await Promise.all(strangers.map((token) => outcome(one, token)));
    assert.equal(issuer.count(jwks), 3, 'once for all that came together');
    clock.advance(9);
    assert.equal(await outcome(one, strangers[0]), 'KeyUnknown');
    assert.equal(issuer.count(jwks), 3);
  });

  test('A forged kid costs no fetch while it names a key that is held', async (t) => {
    const { clock, issuer, verifier } = await given(t);
    const one = verifier();
    await one.verify(await issuer.token());
    clock.advance(60);
    assert.equal(await outcome(one, await sign(issuer.claims(), { ...(await signingKey('foreign')), kid: 'one' }, { typ: 'at+jwt' })), 'SignatureInvalid');
    assert.equal(issuer.count(jwks), 1);
  });

  test('Old keys serve while they are fetched anew, in work that the platform is told of', async (t) => {
    const { clock, issuer, verifier } = await given(t);
    const one = verifier();
    await one.verify(await issuer.token());
    clock.advance(301);
    const work = [];
    await one.verify(await issuer.token(), { waitUntil: (promise) => work.push(promise) });
    assert.equal(work.length, 1);
    await Promise.all(work);
    assert.equal(issuer.count(jwks), 2);
    assert.equal(one.health().keys.freshness, 'fresh');
  });

  test('A request waits for keys that are twice too old', async (t) => {
    const { clock, issuer, verifier } = await given(t);
    const one = verifier();
    const stolen = await issuer.token({ exp: issuer.seconds + 3000 });
    await one.verify(stolen);
    issuer.keys = [await signingKey('two')];
    clock.advance(601);
    assert.equal(await outcome(one, stolen), 'KeyUnknown');
  });

  test('While the issuer is down the last keys serve, for an hour and no longer; tokens expire all the same', async (t) => {
    const { clock, issuer, verifier, faults } = await given(t);
    const one = verifier();
    const short = await issuer.token({ exp: issuer.seconds + 600 });
    const long = await issuer.token({ exp: issuer.seconds + 7200 });
    await one.verify(long);
    issuer.down = true;
    clock.advance(3599);
    assert.equal(await outcome(one, long), 'good');
    assert.equal(await outcome(one, short), 'Expired');
    clock.advance(1);
    assert.equal(await outcome(one, long), 'KeysUnavailable');
    assert.match(faults[0], /^jwks: /);
    issuer.down = false;
    clock.advance(1);
    assert.equal(await outcome(one, long), 'good');
  });

  test('An issuer that is down is asked once a second at most', async (t) => {
    const { issuer, verifier } = await given(t);
    issuer.down = true;
    const one = verifier();
    const token = await issuer.token();
    for (let i = 0; i < 10; i++) assert.equal(await outcome(one, token), 'KeysUnavailable');
    assert.equal(issuer.count(jwks), 1);
  });

  for (const [name, body] of [['empty', '{"keys":[]}'], ['no key set', '{"error":"oops"}'], ['no JSON', '<html>'], ['with a member twice', '{"keys":[],"keys":[]}'], ['too long', `{"keys":[],"x":"${'x'.repeat(300_000)}"}`]]) {
    test(`A key set that is ${name} takes nothing away`, async (t) => {
      const { clock, issuer, verifier, faults } = await given(t);
      const one = verifier();
      await one.verify(await issuer.token());
      issuer.instead.set(jwks, (response) => response.end(body));
      clock.advance(700);
      assert.equal(await outcome(one, await issuer.token()), 'good');
      assert.match(faults.join(), /jwks/);
    });
  }

  test('Keys that must not verify are left out, and spoil nothing', async (t) => {
    const { issuer, verifier } = await given(t);
    const [good] = issuer.keys;
    const weak = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
    const weakJwk = { ...(await exportJWK(weak.publicKey)), kid: 'weak', alg: 'RS256' };
    const shared = { kty: 'oct', k: 'AAAA', kid: 'shared', alg: 'HS256' };
    const variants = {
      private: { ...(await exportJWK(weak.privateKey)), kid: 'private', alg: 'RS256' },
      encryption: { ...weakJwk, kid: 'encryption', use: 'enc' },
      wrapping: { ...weakJwk, kid: 'wrapping', key_ops: ['wrapKey'] },
      exponent: { ...weakJwk, kid: 'exponent', e: 'Aw' },
      short: { ...weakJwk, kid: 'short', n: weakJwk.n.slice(0, 256) },
      curve: { ...(await signingKey('x', 'ES256')).jwk, kid: 'curve', y: 'A'.repeat(43) },
      numbered: { ...weakJwk, kid: 7 },
    };
    issuer.instead.set(jwks, (response) => response.end(JSON.stringify({ keys: [shared, null, 'x', ...Object.values(variants), good.jwk] })));
    const one = verifier();
    assert.equal(await outcome(one, await issuer.token()), 'good');
    for (const kid of Object.keys(variants)) {
      const token = await issuer.token({}, { key: { ...weak, kid, alg: 'RS256' } });
      assert.match(await outcome(one, token), /^(KeyUnknown|AlgorithmNotAllowed)$/, kid);
    }
  });

  test('Without a kid, two keys that fit refuse the token: they are not tried in turn', async (t) => {
    const { issuer, verifier } = await given(t);
    issuer.keys.push(await signingKey('two'));
    assert.equal(await outcome(verifier(), await issuer.token({}, { header: { kid: undefined } })), 'KeyUnknown');
  });
});
