import { before, describe, test } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import assert from 'node:assert/strict';
import { until } from '../support/program.js';
import { claimsOfAda, confidentialClient } from '../support/given.js';
import { givenWindows } from '../support/given-windows.js';

/** A person, Chromium, the real pages and the two sample apps. Each test begins with an empty browser. */
export function browserSuite(idp, samples) {
  describe('Chromium', () => {
    const windows = givenWindows(idp);
    let users = 0;
    let ada;

    before(async () => {
      ada = await newUser();
    });

    /** Consent is remembered by person: a test that looks at it has a person of its own. */
    const newUser = () => idp.createUser(`ada-browser-${++users}`, claimsOfAda);

    async function fillLogin(page, { username, password }) {
      await page.getByLabel(/user ?name|email/i).fill(username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: /^sign in$/i }).click();
    }

    async function signInAtOne(page, user) {
      await page.goto(samples.one);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await fillLogin(page, user);
      const allow = page.getByRole('button', { name: /^allow/i });
      await allow.or(page.getByRole('button', { name: 'Call the API' })).waitFor();
      if (await allow.isVisible()) await allow.click();
      await page.waitForURL(`${samples.one}/`);
    }

    const heading = (page) => page.getByRole('heading', { level: 1 });

    test('Signs in at the first app with consent, and is signed in at the second without a password', async () => {
      const { page } = await windows.open();
      await signInAtOne(page, await newUser());
      assert.equal(await heading(page).innerText(), 'Hello, Ada Example');

      await page.getByRole('link', { name: 'Go to Partner Two' }).click();
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.waitForURL(`${samples.two}/`);
      assert.equal(await heading(page).innerText(), 'Hello, Ada Example');
    });

    test('Calls the API from the page', async () => {
      const { page } = await windows.open();
      await signInAtOne(page, ada);
      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.getByText('Teapot, cast iron').waitFor();
    });

    test('The app renews an access token that is about to expire, and the person notices nothing', async () => {
      // The second app counts a token as old from its first moment.
      const { page } = await windows.open();
      await page.goto(`${samples.two}/sign-in`);
      await fillLogin(page, ada);
      await page.waitForURL(`${samples.two}/`);
      const before = idp.seen.countOf('refresh_token');
      for (let times = 0; times < 3; times++) {
        await page.getByRole('button', { name: 'Call the API' }).click();
        await page.getByText('Teapot, cast iron').waitFor();
      }
      await until('three renewals were seen', () => idp.seen.countOf('refresh_token') === before + 3);
    });

    test('The consent page names the app and what it asks for, and asks once', async () => {
      const { page } = await windows.open();
      const user = await newUser();
      await page.goto(`${samples.one}/sign-in`);
      await fillLogin(page, user);
      await page.getByRole('button', { name: /^allow/i }).waitFor();
      const text = await page.locator('main').innerText();
      assert.match(text, /Partner One/);
      assert.match(text, /See your orders/);
      await page.getByRole('button', { name: /^allow/i }).click();
      await page.waitForURL(`${samples.one}/`);

      await page.goto(`${samples.one}/sign-in`);
      await page.waitForURL(`${samples.one}/`);
    });

    test('Denied consent reaches the app as access_denied', async () => {
      const { page, requests } = await windows.open();
      await page.goto(`${samples.one}/sign-in`);
      await fillLogin(page, await newUser());
      await page.getByRole('button', { name: /deny|cancel|don.t allow/i }).click();
      await page.waitForURL(`${samples.one}/callback?**`);
      assert.equal(await heading(page).innerText(), 'You did not allow access');
      assert.ok(requests.some((url) => url.pathname === '/callback' && url.searchParams.get('error') === 'access_denied'));
    });

    test('A wrong password and an unknown user get the same words, and a second try succeeds', async () => {
      const { page } = await windows.open();
      const user = await newUser();
      const refused = async (credentials) => {
        await page.goto(`${samples.two}/sign-in`);
        await fillLogin(page, credentials);
        return page.getByRole('alert').innerText();
      };
      const wrong = await refused({ ...user, password: 'not-the-password' });
      const unknown = await refused({ ...user, username: 'nobody-of-that-name' });
      assert.ok(wrong.length > 0);
      assert.equal(unknown, wrong);
      await fillLogin(page, user);
      await page.waitForURL(`${samples.two}/`);
    });

    test('A redirect URI that is not registered is an error page, and nothing is asked of the address', async () => {
      const { page } = await windows.open();
      const url = new URL(`${idp.issuer}/authorize`);
      url.search = new URLSearchParams({
        client_id: samples.consentingClient.client_id,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: 'https://attacker.example/callback',
        code_challenge: 'a'.repeat(43),
        code_challenge_method: 'S256',
      });
      const response = await page.goto(url.href);
      assert.equal(response.status(), 400);
      assert.equal(new URL(page.url()).origin, idp.issuer);
      assert.ok((await heading(page).innerText()).length > 0);
    });

    test('Signing out at one app ends the session: the other asks for the password at its next sign-in', async () => {
      const { page } = await windows.open();
      await signInAtOne(page, ada);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${samples.one}/signed-out`);
      assert.match(await page.locator('main').innerText(), /signed out/i);

      await page.goto(`${samples.two}/sign-in`);
      await page.getByLabel('Password', { exact: true }).waitFor();
    });

    test('Signing out at one app signs out of the other, which hears of it from the server', async () => {
      const { page } = await windows.open();
      await signInAtOne(page, ada);
      await page.goto(`${samples.two}/sign-in`);
      await page.waitForURL(`${samples.two}/`);
      assert.equal(await heading(page).innerText(), 'Hello, Ada Example');
      await page.goto(samples.one);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${samples.one}/signed-out`);

      await until('the second app has signed out', async () => {
        await page.goto(samples.two);
        return (await heading(page).innerText()) === 'Welcome to Partner Two';
      });
    });

    test('Everything works with JavaScript switched off', async () => {
      const { page } = await windows.open({ javaScriptEnabled: false });
      await signInAtOne(page, ada);
      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.getByText('Teapot, cast iron').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${samples.one}/signed-out`);
    });

    for (const javaScriptEnabled of [true, false]) {
      test(`A person sees where they are signed in, ends it, and changes their password, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
        const user = await newUser();
        const { page } = await windows.open({ javaScriptEnabled });
        await signInAtOne(page, user);
        const { page: other } = await windows.open({ javaScriptEnabled });
        await other.goto(`${idp.issuer}/account`);
        await fillLogin(other, user);
        await other.waitForURL(`${idp.issuer}/account`);

        await page.goto(`${idp.issuer}/`);
        await page.getByRole('link', { name: 'Your account' }).click();
        assert.match(await page.locator('main').innerText(), /This browser[\s\S]*Partner One[\s\S]*Recent sign-ins/);
        await page.getByRole('button', { name: /^Sign out of Chrome on Linux/ }).click();
        await page.getByRole('status').getByText('That device is signed out').waitFor();
        await other.reload();
        await other.getByLabel('Password', { exact: true }).waitFor();

        await page.getByRole('button', { name: 'Remove the access of Partner One' }).click();
        await page.getByText('No app has access to your account.').waitFor();

        const changed = { ...user, password: `${user.password}-changed` };
        idp.seen.add('password', changed.password);
        await page.getByRole('link', { name: 'Change password…' }).click();
        await page.getByLabel('Current password').fill(user.password);
        await page.getByLabel('New password', { exact: true }).fill(changed.password);
        await page.getByLabel('New password, again').fill(changed.password);
        await page.getByRole('button', { name: 'Change password' }).click();
        await page.getByRole('status').getByText('Your password is changed').waitFor();

        await page.getByRole('link', { name: 'Sign out everywhere…' }).click();
        await page.getByRole('button', { name: 'Sign out everywhere' }).click();
        await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
        await page.goto(`${idp.issuer}/account`);
        await fillLogin(page, changed);
        await page.waitForURL(`${idp.issuer}/account`);
      });
    }

    test('The account page is worked by the keyboard alone', async () => {
      const user = await newUser();
      const { page } = await windows.open();
      await page.goto(`${idp.issuer}/account`);
      await fillLogin(page, user);
      await reach(page, page.getByRole('link', { name: 'Sign out everywhere…' }));
      await page.keyboard.press('Enter');
      await reach(page, page.getByRole('button', { name: 'Sign out everywhere' }));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    });

    test('Signs in and consents by the keyboard alone', async () => {
      const { page } = await windows.open();
      const user = await newUser();
      await page.goto(samples.one);
      await reach(page, page.getByRole('link', { name: 'Sign in' }));
      await page.keyboard.press('Enter');

      await page.getByLabel('Password', { exact: true }).waitFor();
      await reach(page, page.getByLabel(/user ?name|email/i));
      await page.keyboard.type(user.username);
      await reach(page, page.getByLabel('Password', { exact: true }));
      await page.keyboard.type(user.password);
      await page.keyboard.press('Enter');

      const allow = page.getByRole('button', { name: /^allow/i });
      await allow.waitFor();
      await reach(page, allow);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${samples.one}/`);
    });

    test('Fits a phone: no page scrolls sideways', async () => {
      const { page } = await windows.open({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
      const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await page.goto(`${samples.one}/sign-in`);
      assert.equal(await sideways(), 0, 'login');
      await fillLogin(page, await newUser());
      await page.getByRole('button', { name: /^allow/i }).waitFor();
      assert.equal(await sideways(), 0, 'consent');
      await page.getByRole('button', { name: /^allow/i }).click();
      await page.waitForURL(`${samples.one}/`);
      assert.equal(await sideways(), 0, 'the app');
      for (const path of ['/account', '/account/password', '/account/everywhere']) {
        await page.goto(`${idp.issuer}${path}`);
        assert.equal(await sideways(), 0, path);
      }
    });

    for (const javaScriptEnabled of [true, false]) {
      test(`The answer by form_post reaches the app ${javaScriptEnabled ? 'by itself' : 'by one press where scripts are off'}`, async () => {
        const { page } = await windows.open({ javaScriptEnabled });
        const app = await listenForPost();
        const client = await idp.createClient({ ...confidentialClient, redirect_uris: [app.url] });
        const url = new URL(`${idp.issuer}/authorize`);
        url.search = new URLSearchParams({
          client_id: client.client_id,
          response_type: 'code',
          response_mode: 'form_post',
          redirect_uri: app.url,
          scope: 'openid',
          state: 'the-state',
          code_challenge: 'a'.repeat(43),
          code_challenge_method: 'S256',
        });
        await page.goto(url.href);
        await fillLogin(page, ada);
        if (!javaScriptEnabled) await page.getByRole('button', { name: /continue/i }).click();
        const answer = await app.posted;
        await page.waitForURL(app.url);
        assert.equal(answer.get('state'), 'the-state');
        assert.equal(answer.get('iss'), idp.issuer);
        assert.ok(answer.has('code'));
      });
    }

    test('The pages of the server may not be framed, and say so with a strict policy', async () => {
      const { page } = await windows.open();
      const response = await page.goto(`${samples.one}/sign-in`);
      const policy = response.headers()['content-security-policy'];
      assert.match(policy, /frame-ancestors 'none'/);
      assert.match(policy, /default-src 'none'|default-src 'self'/);
      assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
    });

    test('The browser holds no token: only opaque cookies that scripts can not read', async () => {
      const { page, context } = await windows.open();
      await signInAtOne(page, ada);
      const all = await context.cookies();
      // One is for a script of the server's own: by it an app learns that the session is another (Session Management 1.0), and nothing else.
      const cookies = all.filter(({ name }) => name !== 'idp-state');
      assert.equal(all.length, cookies.length + 1);
      assert.ok(cookies.length >= 2);
      for (const { name, value, httpOnly, sameSite } of cookies) {
        assert.ok(httpOnly, name);
        assert.ok(['Lax', 'Strict'].includes(sameSite), name);
        assert.doesNotMatch(value, /^eyJ/, name);
      }
      assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
      assert.doesNotMatch(await page.content(), /eyJ/);
    });
  });
}

/** An app that takes one form by POST: its address, and the form once it is there. */
async function listenForPost() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const posted = once(server, 'request').then(async ([request, response]) => {
    const body = await text(request);
    response.writeHead(200, { 'content-type': 'text/html', connection: 'close' }).end('<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Done</title>');
    server.close();
    return new URLSearchParams(body);
  });
  return { url: `http://localhost:${server.address().port}/callback`, posted };
}

/** Presses Tab until the control has the focus, as a person without a mouse does. */
async function reach(page, control) {
  const focused = () => control.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 25; presses++) {
    if (await focused()) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('the keyboard never reaches it');
}
