import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { launchBrowser } from '../interop/support/browser.js';
import { coreCases } from './support/cases.js';
import { audience } from './support/given.js';
import { Issuer } from './support/issuer.js';

const packageFolder = new URL('../../src/verifier-js/', import.meta.url);

/** A page of another origin than the issuer's, and the package beside it, module by module. */
async function serve(request, response) {
  const file = /^\/verifier\/((?:[a-z0-9-]+\/)?[a-z0-9-]+\.js)$/.exec(request.url)?.[1];
  if (!file) return response.setHeader('content-type', 'text/html').end('<!doctype html><title>an app</title><link rel="icon" href="data:,">');
  response.setHeader('content-type', 'text/javascript').end(await readFile(new URL(file, packageFolder)));
}

describe('what every runtime decides alike, in Chromium', async () => {
  const issuer = await Issuer.start();
  const cases = await coreCases(issuer);
  const server = createServer(serve).listen(0, '127.0.0.1');
  let browser;
  let page;
  let outcomes;

  before(async () => {
    await once(server, 'listening').catch(() => {});
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const given = cases.map(({ token, asked, options }) => ({ token, asked, options: { issuer: issuer.url, audience, push: false, ...options } }));
    outcomes = await page.evaluate(async (all) => {
      const { createVerifier } = await import('/verifier/index.js');
      const decide = ({ token, asked, options }) => createVerifier(options).verify(token, asked).then(() => 'good', (error) => error.reason ?? `${error}`);
      const made = [];
      for (const one of all) made.push(await decide(one));
      return made;
    }, given);
  });

  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await issuer.stop();
  });

  cases.forEach(({ name, outcome }, at) => test(`${outcome}: ${name}`, () => assert.equal(outcomes[at], outcome)));

  test('Listens to the event stream, and again after a cut, though no CORS lets a page say where it was', async () => {
    const list = issuer.list('pushed');
    issuer.greeting = async () => [await issuer.heartbeat({ id: 7 })];
    const [first, second] = [await issuer.tokenOf(list, 5), await issuer.tokenOf(list, 6)];
    // Looks as often as the page is drawn.
    const become = (token, expected) =>
      page.waitForFunction(async ([its, reason]) => (await globalThis.listener.verify(its).then(() => 'good', (error) => error.reason)) === reason, [token, expected]);
    await page.evaluate(async (options) => {
      const { createVerifier } = await import('/verifier/index.js');
      globalThis.listener = createVerifier(options);
    }, { issuer: issuer.url, audience });
    await become(first, 'good');
    await page.waitForFunction(() => globalThis.listener.health().push === 'open');
    issuer.push(await issuer.change(list, [[5, 1, 1]]));
    await become(first, 'TokenRevoked');
    assert.equal(issuer.count('/status/pushed'), 1);

    issuer.cutStreams();
    await issuer.change(list, [[6, 1, 1]]);
    await become(second, 'TokenRevoked');
  });
});
