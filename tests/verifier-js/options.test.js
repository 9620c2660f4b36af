import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Refused, bearerToken, createVerifier } from 'identityprovider-verifier';
import { audience, given } from './support/given.js';

const good = { issuer: 'https://login.example', audience };

describe('options', () => {
  const mistakes = {
    'no issuer': { issuer: undefined },
    'an issuer in clear': { issuer: 'http://login.example' },
    'an issuer with a trailing slash': { issuer: 'https://login.example/' },
    'an issuer with a query': { issuer: 'https://login.example/?a' },
    'keys in clear': { jwksUri: 'http://login.example/jwks' },
    'events from nowhere': { statusEventsUri: '/status/events' },
    'metadata in clear': { resourceMetadata: 'http://api.example/.well-known/oauth-protected-resource' },
    'no audience': { audience: undefined },
    'an empty audience': { audience: [] },
    'an algorithm that is none of ours': { algorithms: ['HS256'] },
    'no algorithm': { algorithms: [] },
    'a skew above a minute': { clockSkew: 61 },
    'a skew that is no number': { clockSkew: '30' },
    'an interval that is a text': { minRefetchInterval: '10' },
    'a push that is a text': { push: 'false' },
    'a clock that is a number': { now: 0 },
    'keys that serve for ever': { jwksLastKnownGood: Infinity },
    'an option that there isn’t': { audiences: [audience] },
  };
  for (const [name, mistake] of Object.entries(mistakes)) {
    test(`Refuses to start with ${name}`, () => assert.throws(() => createVerifier({ ...good, ...mistake }), { name: 'TypeError', message: /^createVerifier: / }));
  }

  test('Starts with http on loopback, a path in the issuer, several audiences', () => {
    for (const options of [{ issuer: 'http://localhost:8080' }, { issuer: 'http://[::1]:8080' }, { issuer: 'https://example.com/tenant' }, { audience: [audience, 'other'] }])
      createVerifier({ ...good, push: false, ...options });
  });

  for (const asked of [{ scopes: 'read' }, { scope: ['read'] }, { scope: 'a"b' }, { scope: '' }, { maxAge: '5' }, { maxAge: -1 }, { acrValues: [] }, { acrValues: ['a"'] }, { acrValues: 'gold' }]) {
    test(`A demand that is none is a bug, and lets no token through: ${JSON.stringify(asked)}`, async () => {
      await assert.rejects(createVerifier({ ...good, push: false }).verify('token', asked), { name: 'TypeError', message: /^verify: / });
    });
  }

  test('What is told of a fault may fail itself', async (t) => {
    const { issuer, verifier } = await given(t);
    issuer.down = true;
    const one = verifier({ onFault: () => assert.fail('the log is full') });
    await assert.rejects(one.verify(await issuer.token()), { reason: 'KeysUnavailable' });
  });
});

describe('what to answer', () => {
  test('The token of a header', () => {
    assert.equal(bearerToken('Bearer abc.def'), 'abc.def');
    assert.equal(bearerToken('bearer  abc='), 'abc=');
    for (const none of [undefined, null, '', 'Basic abc', 'Bearer', 'Bearer a b', 'DPoP abc', 'Bearer ä']) assert.equal(bearerToken(none), undefined);
  });

  async function refusalOf(verifier, token, asked) {
    const error = await verifier.verify(token, asked).then(() => undefined, (refused) => refused);
    assert.ok(error instanceof Refused);
    return error;
  }

  test('A challenge says what is wanted, and what helps an honest app', async (t) => {
    const { clock, issuer, verifier } = await given(t);
    const one = verifier();
    const list = issuer.list('7');
    list.set(1, 1);
    list.set(3, 3);
    const challenge = async (token, asked) => {
      const { status, challenge: value } = await refusalOf(one, token, asked);
      return `${status} ${value}`;
    };
    const token = await issuer.token();
    assert.equal(await challenge(undefined), '401 Bearer');
    assert.equal(await challenge('x'), '401 Bearer error="invalid_token", error_description="The token is not valid here"');
    assert.equal(await challenge(await issuer.tokenOf(list, 1)), '401 Bearer error="invalid_token", error_description="The token was revoked"');
    assert.equal(await challenge(await issuer.tokenOf(list, 3)), '401 Bearer error="invalid_token", error_description="The token is stale: refresh it"');
    assert.equal(await challenge(token, { scope: 'admin' }), '403 Bearer error="insufficient_scope", scope="admin"');
    assert.equal(
      await challenge(token, { acrValues: ['gold', 'silver'], maxAge: 60 }),
      '401 Bearer error="insufficient_user_authentication", error_description="A fresh or stronger sign-in is needed", acr_values="gold silver", max_age="60"',
    );
    clock.advance(700);
    assert.equal(await challenge(token), '401 Bearer error="invalid_token", error_description="The token expired"');
  });

  test('An outage is no challenge, so that no app throws a good token away', async (t) => {
    const { issuer, verifier } = await given(t);
    issuer.list('7').gone = true;
    const { status, challenge } = await refusalOf(verifier(), await issuer.token({ status: { status_list: { uri: `${issuer.url}/status/7`, idx: 0 } } }));
    assert.deepEqual([status, challenge], [503, undefined]);
  });

  test('No error and no fault holds a part of a token', async (t) => {
    const { issuer, verifier, faults } = await given(t);
    const list = issuer.list('7');
    list.gone = true;
    const token = await issuer.tokenOf(list, 0);
    const refused = await refusalOf(verifier(), token);
    const said = [refused.message, refused.detail, refused.stack, ...faults].join('\n');
    for (const part of token.split('.')) assert.ok(!said.includes(part));
  });
});
