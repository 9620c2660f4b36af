import { describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { faultsOf } from '../support/axe.js';
import { givenWindows } from '../support/given-windows.js';
import { signInAt } from '../support/web-app.js';

/** Passwords, guessing, the history and the data of an account, in Chromium. */
export function peopleDataSuite(idp) {
  describe('A person, their password and their data', () => {
    // A page that turns out to be a file is one that the browser gives up.
    const windows = givenWindows(idp, {}, (fault) => fault.includes('/account/data/export') && fault.endsWith('net::ERR_ABORTED'));
    let people = 0;

    const newPage = async () => (await windows.open()).page;
    const newUser = () => idp.createUser(`grace-${++people}`, { name: 'Grace Example' });
    const heading = (page) => page.getByRole('heading', { level: 1 });

    async function signIn(page, user, path = '/login') {
      await page.goto(idp.issuer + path);
      await signInAt(page, user);
    }

    test('Whoever guesses is slowed down, and the person gets in by their own browser', async () => {
      const user = await newUser();
      const own = await newPage();
      await signIn(own, user);
      assert.equal(await heading(own).innerText(), 'Your sign-in for every app');

      const stranger = await newPage();
      for (let i = 0; i < 5; i++) {
        await signIn(stranger, { ...user, password: 'a wrong one' });
        await stranger.getByRole('alert').waitFor();
      }
      await signIn(stranger, user);
      assert.equal(await heading(stranger).innerText(), 'Sign in');
      assert.match(await stranger.getByRole('alert').innerText(), /too many tries/);

      await signIn(own, user);
      assert.equal(await heading(own).innerText(), 'Your sign-in for every app');
      await own.goto(`${idp.issuer}/account/history`);
      assert.equal(await own.getByText('Wrong password (4 times)').count(), 1);
      assert.equal(await own.getByText('Wrong password, too often').count(), 1);
    });

    test('A history of several pages is turned over in both directions, and axe-core finds no fault at them', async () => {
      const user = await newUser();
      const page = await newPage();
      await signIn(page, user);
      await page.waitForURL(`${idp.issuer}/`);
      await page.goto(`${idp.issuer}/login`);
      const form = await page.locator('form:has(input[name=password])').evaluate((element) => Object.fromEntries(new FormData(element)));
      for (let i = 0; i < 51; i++) {
        const answer = await page.context().request.post(`${idp.issuer}/login`, { form: { ...form, username: user.username, password: user.password }, maxRedirects: 0 });
        assert.equal(answer.status(), 303);
      }
      await page.goto(`${idp.issuer}/account/history`);
      assert.deepEqual(await faultsOf(page, 'the newest of a long history'), []);
      await page.getByRole('link', { name: 'Older' }).click();
      assert.deepEqual(await faultsOf(page, 'the oldest of a long history'), []);
      assert.equal(await page.getByRole('link', { name: 'Older' }).count(), 0);
      await page.getByRole('link', { name: 'Newest' }).click();
      assert.equal(await page.getByRole('link', { name: 'Older' }).count(), 1);
    });

    test('A password that could be guessed is refused with advice, and a good one is taken', async () => {
      const user = await newUser();
      const page = await newPage();
      await signIn(page, user, '/login?return_to=password');
      const change = async (chosen) => {
        await page.getByLabel('Current password').fill(user.password);
        await page.getByLabel('New password', { exact: true }).fill(chosen);
        await page.getByLabel('New password, again').fill(chosen);
        await page.getByRole('button', { name: 'Change password' }).click();
      };
      await change('lighthouse tune');
      assert.match(await page.getByRole('alert').innerText(), /add another word or two/);
      await change(`${user.username} of the lighthouse`);
      assert.match(await page.getByRole('alert').innerText(), /without your name/);
      await change('lighthouse tune of a marmot');
      assert.match(await page.getByRole('status').innerText(), /password is changed/);
    });

    test('A copy of the data is one file, and a deleted account is gone', async () => {
      const user = await newUser();
      const page = await newPage();
      await signIn(page, user, '/login?return_to=data');
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
      assert.equal(download.suggestedFilename(), 'account-data.json');
      const copy = JSON.parse(await readFile(await download.path(), 'utf8'));
      assert.equal(copy.account.claims.name, 'Grace Example');

      await page.getByLabel(/^To confirm/).fill('someone');
      await page.getByRole('button', { name: 'Delete for good' }).click();
      assert.match(await page.getByRole('alert').innerText(), /Nothing was deleted/);
      await page.getByLabel(/^To confirm/).fill(user.username);
      await page.getByRole('button', { name: 'Delete for good' }).click();
      assert.equal(await heading(page).innerText(), 'Your account is deleted');
      await signIn(page, user);
      assert.equal(await heading(page).innerText(), 'Sign in');
    });
  });
}
