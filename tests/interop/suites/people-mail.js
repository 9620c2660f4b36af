import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { givenWindows } from '../support/given-windows.js';

const password = 'seven lanterns over quiet harbours';

/** A person, Chromium, and the mails that the server writes: each way in that goes by a link, and what happens when it doesn't. */
export function peopleMailSuite(idp, samples) {
  describe('people and their mail, in Chromium', () => {
    const windows = givenWindows(idp, { locale: 'en-GB' });
    let people = 0;

    const newAddress = () => `person-${++people}@mail.example`;
    const heading = (page) => page.getByRole('heading', { level: 1 });
    const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

    async function at(path) {
      const { page } = await windows.open();
      await page.goto(idp.issuer + path);
      return page;
    }

    async function ask(page, field, address) {
      await page.getByLabel(field).fill(address);
      await press(page, 'Send the link');
      assert.equal(await heading(page).innerText(), 'Look at your mail');
    }

    async function choose(page, button, chosen = password, repeated = chosen) {
      await page.getByLabel('New password', { exact: true }).fill(chosen);
      await page.getByLabel('New password, again').fill(repeated);
      await press(page, button);
    }

    async function finish(page, address, name = 'Ada Mail') {
      assert.equal(await page.getByLabel('E-mail address').inputValue(), address);
      await page.getByLabel('Your name').fill(name);
      await choose(page, 'Make your account');
    }

    async function signUp() {
      const address = newAddress();
      const page = await at('/signup');
      await ask(page, 'E-mail address', address);
      await page.goto((await idp.nextMailTo(address)).link.href);
      await finish(page, address);
      await page.waitForURL(`${idp.issuer}/account`);
      return { address, page };
    }

    async function isGone(page, link) {
      await page.goto(link.href);
      assert.equal(await heading(page).innerText(), 'This link does not work any more');
    }

    test('Who comes from an app without an account makes one and goes on to the app', async () => {
      const address = newAddress();
      const { page } = await windows.open();
      await page.goto(samples.one);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'Make an account' }).click();
      await ask(page, 'E-mail address', address);
      const mail = await idp.nextMailTo(address);
      assert.match(mail.subject, /^Finish your registration/);
      assert.equal(mail.link.origin, idp.issuer);

      await page.goto(mail.link.href);
      await finish(page, address);
      const allow = page.getByRole('button', { name: /^allow/i });
      await allow.click();
      await page.waitForURL(`${samples.one}/`);
      assert.equal(await heading(page).innerText(), 'Hello, Ada Mail');
      await isGone(page, mail.link);
    });

    test('An address that has an account gets the same page, and a mail that says so', async () => {
      const { address } = await signUp();
      const page = await at('/signup');
      await ask(page, 'E-mail address', address);
      const mail = await idp.nextMailTo(address, 1);
      assert.match(mail.subject, /^You have an account/);
      assert.equal(mail.link, undefined);
    });

    test('A forgotten password is replaced by a link that works once, and a bad one is told', async () => {
      const { address, page: before } = await signUp();
      const page = await at('/login');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await ask(page, 'Username or e-mail address', address);
      const mail = await idp.mailAbout(address, /^Choose a new password/);
      await page.goto(mail.link.href);
      await choose(page, 'Choose a new password', 'the same lantern twice', 'the same lantern thrice');
      await page.getByRole('alert').waitFor();
      await choose(page, 'Choose a new password', 'nine harbours under one lantern');
      await page.waitForURL(`${idp.issuer}/account`);
      await idp.mailAbout(address, /^Your password .* was changed$/);

      // The other browser is signed out, and the link is used up.
      await before.goto(`${idp.issuer}/account`);
      assert.equal(await heading(before).innerText(), 'Sign in');
      await isGone(before, mail.link);
    });

    test('A new address counts when it is confirmed by the account’s own person, and the old one is told', async () => {
      const { address, page } = await signUp();
      const next = newAddress();
      await page.goto(`${idp.issuer}/account/email`);
      await page.getByLabel('New e-mail address').fill(next);
      await press(page, 'Send the link');
      await page.getByRole('status').waitFor();
      const { link } = await idp.nextMailTo(next);

      const { page: stranger } = await windows.open();
      await stranger.goto(link.href);
      assert.equal(await heading(stranger).innerText(), 'Sign in');

      await page.goto(link.href);
      await press(page, 'Confirm the address');
      await page.getByText('Your e-mail address is confirmed.').waitFor();
      await idp.mailAbout(address, /^Your e-mail address .* was changed$/);
      await isGone(page, link);

      await stranger.goto(`${idp.issuer}/login`);
      await stranger.getByLabel(/username/i).fill(next);
      await stranger.getByLabel('Password', { exact: true }).fill(password);
      await press(stranger, 'Sign in');
      await stranger.waitForURL(`${idp.issuer}/`);
    });

    test('An invitation makes an account with its roles, once', async () => {
      const address = newAddress();
      await idp.command(['users', 'invite', '--email', address, '--role', 'cook']);
      const { link, subject } = await idp.nextMailTo(address);
      assert.match(subject, /^You are invited/);
      const { page } = await windows.open();
      await page.goto(link.href);
      await finish(page, address);
      await page.waitForURL(`${idp.issuer}/account`);
      assert.deepEqual((await idp.command(['users', 'show', address])).roles, ['cook']);
      await isGone(page, link);
      const { status, stderr } = await idp.run(['users', 'invite', '--email', address]);
      assert.deepEqual([status, stderr.trim()], [1, `email: ${address} has an account already`]);
    });
  });
}
