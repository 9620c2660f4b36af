import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createVerifier, refusals } from 'identityprovider-verifier';
import { coreCases } from './support/cases.js';
import { audience, outcome } from './support/given.js';
import { Issuer } from './support/issuer.js';

describe('what every runtime decides alike, in Node', async () => {
  const issuer = await Issuer.start();
  const cases = await coreCases(issuer);
  after(() => issuer.stop());

  for (const { name, token, asked, options, outcome: expected } of cases) {
    test(`${expected}: ${name}`, async () => {
      const verifier = createVerifier({ issuer: issuer.url, audience, push: false, ...options });
      assert.equal(await outcome(verifier, token, asked), expected);
    });
  }

  // What one call can't show is in sender.test.js.
  test('Every reason to refuse is met by one of them', () => {
    assert.deepEqual(refusals.filter((reason) => !cases.some((one) => one.outcome === reason)), ['ProofReplayed', 'ProofNonceNeeded']);
  });
});
