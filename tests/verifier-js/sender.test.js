import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Refused, sentToken } from 'identityprovider-verifier';
import { areSameTarget, normalizeTarget } from '../../src/verifier-js/rules/target-uri.js';
import { given, outcome } from './support/given.js';
import { ProofKey } from './support/proof-key.js';

const request = { scheme: 'DPoP', method: 'GET', url: 'https://api.example/orders' };

describe('tokens that are bound to a key', () => {
  test('A proof is used once, and one that was refused for another reason is not used up', async (t) => {
    const { issuer, verifier, clock } = await given(t);
    const key = await ProofKey.make();
    const token = await issuer.token({ cnf: { jkt: key.thumbprint } });
    const proof = await key.proof(token, { now: issuer.seconds });
    const its = verifier();
    assert.equal(await outcome(its, token, { sender: { ...request, url: 'https://api.example/other', proof } }), 'ProofInvalid');
    assert.equal(await outcome(its, token, { scope: 'admin', sender: { ...request, proof } }), 'InsufficientScope');
    assert.equal(await outcome(its, token, { sender: { ...request, proof } }), 'good');
    assert.equal(await outcome(its, token, { sender: { ...request, proof } }), 'ProofReplayed');
    assert.equal(await outcome(its, token, { sender: { ...request, proof: await key.proof(token, { now: issuer.seconds }) } }), 'good');
    assert.ok(clock);
  });

  test('Of many at once one uses a proof', async (t) => {
    const { issuer, verifier } = await given(t);
    const key = await ProofKey.make();
    const token = await issuer.token({ cnf: { jkt: key.thumbprint } });
    const sender = { ...request, proof: await key.proof(token, { now: issuer.seconds }) };
    const its = verifier();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(its, token, { sender })));
    assert.equal(outcomes.filter((one) => one === 'good').length, 1);
    assert.equal(outcomes.filter((one) => one === 'ProofReplayed').length, 19);
  });

  test('Nodes may share what was seen, and an API may ask for a nonce', async (t) => {
    const { issuer, verifier } = await given(t);
    const key = await ProofKey.make();
    const token = await issuer.token({ cnf: { jkt: key.thumbprint } });
    const seen = new Set();
    const spendProof = async (proof) => seen.size < seen.add(proof).size;
    const sender = { ...request, proof: await key.proof(token, { now: issuer.seconds }) };
    assert.equal(await outcome(verifier({ spendProof }), token, { sender }), 'good');
    assert.equal(await outcome(verifier({ spendProof }), token, { sender }), 'ProofReplayed');

    const isNonce = (nonce) => nonce === 'ours';
    const withNonce = async (nonce) => ({ sender: { ...request, proof: await key.proof(token, { now: issuer.seconds, nonce }) } });
    assert.equal(await outcome(verifier({ isNonce }), token, await withNonce(undefined)), 'ProofNonceNeeded');
    assert.equal(await outcome(verifier({ isNonce }), token, await withNonce('old')), 'ProofNonceNeeded');
    assert.equal(await outcome(verifier({ isNonce }), token, await withNonce('ours')), 'good');
  });

  test('The challenge is of the scheme', async (t) => {
    const { issuer, verifier } = await given(t);
    const key = await ProofKey.make();
    const token = await issuer.token({ cnf: { jkt: key.thumbprint } });
    const challenge = async (asked) => verifier().verify(token, asked).then(() => undefined, (error) => (assert.ok(error instanceof Refused), error.challenge));
    assert.match(await challenge({ sender: { ...request, proof: 'x' } }), /^DPoP algs="RS256 PS256 ES256", error="invalid_dpop_proof"/);
    assert.match(await challenge({ sender: { ...request } }), /^DPoP algs="RS256 PS256 ES256", error="invalid_token"/);
    assert.match(await challenge({}), /^Bearer error="invalid_token"/);
  });

  test('A sender that is misspelt is a bug', async (t) => {
    const { issuer, verifier } = await given(t);
    await assert.rejects(verifier().verify(await issuer.token(), { sender: { dpop: 'x' } }), TypeError);
  });

  test('The scheme is read in any case, and one alone', () => {
    assert.deepEqual(sentToken('dpop abc'), { scheme: 'DPoP', token: 'abc' });
    assert.deepEqual(sentToken('BEARER  abc '), { scheme: 'Bearer', token: 'abc' });
    for (const none of [undefined, null, '', 'DPoP', 'DPoP a b', 'Basic abc', 'DPoP a, Bearer b']) assert.equal(sentToken(none), undefined);
  });
});

describe('where a request went', () => {
  const target = 'https://issuer.example/token';
  for (const same of ['HTTPS://ISSUER.example:443/token', 'https://issuer.example:/token', 'https://issuer.example/%74oken', 'https://issuer.example/./a/../token',
    'https://issuer.example/%2e%2E/token', 'https://issuer.example/token?a=b', 'https://issuer.example/token#a?b'])
    test(`${same} is the same`, () => assert.ok(areSameTarget(target, same)));
  for (const other of ['http://issuer.example/token', 'https://issuer.example/Token', 'https://issuer.example/token/', 'https://issuer.example:8443/token',
    'https://issuer.example.attacker.example/token', 'https://issuer.example//token'])
    test(`${other} is another`, () => assert.ok(!areSameTarget(target, other)));
  for (const none of ['', '/token', 'ftp://issuer.example/token', 'https:///token', 'https://:443/token', 'https://issuer.example:70000/token', 'https://user@issuer.example/token',
    'https://issuer.example\\@attacker.example/token', 'https://issuer.example/to ken', 'https://issu\u00e9r.example/token', 'https://issuer.example/%zz', 'https://[::1/token', 'https://[::g]/token'])
    test(`${JSON.stringify(none)} is none`, () => assert.equal(normalizeTarget(none), undefined));
});
