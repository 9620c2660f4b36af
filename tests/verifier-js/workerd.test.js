import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { coreCases } from './support/cases.js';
import { until } from './support/clock.js';
import { audience } from './support/given.js';
import { Issuer } from './support/issuer.js';
import { startWorkerd } from './support/workerd.js';

describe('what every runtime decides alike, in workerd', async () => {
  let ahead = 0;
  const issuer = await Issuer.start({ now: () => Date.now() + ahead * 1000 });
  const cases = await coreCases(issuer);
  const workerd = await startWorkerd(fileURLToPath(new URL('./support/worker.js', import.meta.url)));
  after(async () => {
    await workerd.stop();
    await issuer.stop();
  });

  async function verify(token, { options = {}, asked = {} } = {}) {
    const body = JSON.stringify({ token, asked, ahead, options: { issuer: issuer.url, audience, ...options } });
    const response = await fetch(workerd.url, { method: 'POST', body });
    return response.json();
  }

  /** A verifier of its own for one test: an option that changes nothing names it. */
  const own = (number) => ({ options: { fetchTimeout: 5 + number / 1000 } });

  test('It is the real one', async () => {
    assert.equal(await (await fetch(workerd.url)).text(), 'Cloudflare-Workers');
  });

  for (const { name, token, asked, options, outcome } of cases) {
    test(`${outcome}: ${name}`, async () => assert.equal((await verify(token, { asked, options })).outcome, outcome));
  }

  test('No stream is opened where none can be kept', async () => {
    assert.equal((await verify(await issuer.token(), own(1))).push, 'off');
    assert.equal(issuer.count('/status/events'), 0);
  });

  test('Requests that come together to a cold worker share what is fetched, not the promise of it', async () => {
    const list = issuer.list('cold');
    const before = issuer.count('/.well-known/jwks.json');
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => issuer.tokenOf(list, index)));
    const answers = await Promise.all(tokens.map((token) => verify(token, own(2))));
    assert.deepEqual(new Set(answers.map(({ outcome }) => outcome)), new Set(['good']));
    assert.equal(issuer.count('/.well-known/jwks.json'), before + 1);
    assert.equal(issuer.count('/status/cold'), 1);
  });

  test('A list is fetched after the answer, in the work that the platform waits for', async () => {
    const list = issuer.list('aging');
    const token = await issuer.tokenOf(list, 5);
    assert.equal((await verify(token, own(3))).outcome, 'good');
    list.set(5, 1);
    ahead += 45;
    assert.equal((await verify(token, own(3))).outcome, 'good');
    await until('the list was fetched', async () => (await verify(token, own(3))).outcome === 'TokenRevoked');
    assert.equal(issuer.count('/status/aging'), 2);
  });

  test('While the issuer is down the last list serves until its exp', async () => {
    const list = issuer.list('last');
    const token = await issuer.tokenOf(list, 5, { exp: issuer.seconds + 3000 });
    assert.equal((await verify(token, own(4))).outcome, 'good');
    issuer.down = true;
    ahead += 550;
    assert.equal((await verify(token, own(4))).outcome, 'good');
    ahead += 60;
    const { outcome, status, challenge } = await verify(token, own(4));
    assert.deepEqual([outcome, status, challenge], ['StatusUnavailable', 503, undefined]);
  });
});
