import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Window, launchBrowser } from '../support/browser.js';
import { faultsOf, violations } from '../support/axe.js';
import { EveryPage } from '../support/every-page.js';
import { keyboardFaultsOf } from '../support/keyboard.js';

/** Every page in every state, as people of all kinds meet it: WCAG 2.2 AA as far as axe-core can tell, and what it can't tell. */
export function peoplePagesSuite(idp, samples) {
  describe('Every page', () => {
    let browser;
    let pages;

    // The apps have pages too, and a mail stands by itself.
    const isOurs = (name, page) => name.startsWith('mail-') || new URL(page.url()).origin === idp.issuer;

    before(async () => {
      browser = await launchBrowser();
      pages = new EveryPage(idp, samples, browser);
    });

    after(() => browser?.close());

    for (const [locale, dir] of [['en', 'ltr'], ['ar', 'rtl']]) {
      test(`Is without a fault that axe-core finds, light and dark, wide and at 320 pixels, in ${locale}, and asks nobody else for anything`, async () => {
        const found = [];
        const window = await pages.visit({ locale }, async (name, page) => {
          if (!isOurs(name, page)) return;
          const root = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
          if (root.join() !== [locale, dir].join()) found.push(`${name}: is in ${root.join()}`);
          found.push(...await faultsOf(page, name));
        });
        await window.close();
        assert.deepEqual(found, []);
        assert.deepEqual([window.faults, window.strangers], [[], []]);
      });
    }

    test('axe-core sees what it is asked to see', async () => {
      const { page, context } = await Window.open(browser, idp);
      await page.goto(`${idp.issuer}/login`);
      await page.evaluate(() => document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:,"><a href="/"></a>'));
      assert.deepEqual((await violations(page)).map(({ id }) => id).sort(), ['image-alt', 'link-name']);
      await context.close();
    });

    test('Can be reached and used without JavaScript', async () => {
      const window = await pages.visit({ javaScriptEnabled: false }, () => {});
      await window.close();
      assert.deepEqual([window.faults, window.strangers], [[], []]);
    });

    test('Shows where the keyboard is: whatever Tab reaches has an outline, and Tab reaches everything in the order of reading', async () => {
      const found = [];
      const window = await pages.visit({}, async (name, page) => {
        // How a mail shows where the keyboard is, its reader's program decides.
        if (new URL(page.url()).origin !== idp.issuer) return;
        found.push(...await keyboardFaultsOf(page, name));
      });
      await window.close();
      assert.deepEqual(found, []);
    });

    test('Tells moments in the zone and the language of the browser, and without JavaScript in UTC', async () => {
      const user = await idp.createUser('ada-moments', {});
      const words = async (options) => {
        const { page, context } = await Window.open(browser, idp, options);
        await page.goto(`${idp.issuer}/account`);
        await page.locator('input[name=username]').fill(user.username);
        await page.locator('input[name=password]').fill(user.password);
        await page.locator('input[name=password]').press('Enter');
        await page.waitForURL(`${idp.issuer}/account`);
        const time = page.locator('main time').first();
        const answer = { words: await time.innerText(), at: new Date(await time.getAttribute('datetime')) };
        await context.close();
        return answer;
      };
      const tokyo = await words({ locale: 'ja', timezoneId: 'Asia/Tokyo' });
      assert.ok(tokyo.words.includes(new Intl.DateTimeFormat('ja', { timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(tokyo.at)), tokyo.words);
      assert.match(tokyo.words, /年.*月.*日/);
      assert.match((await words({ locale: 'de', timezoneId: 'Asia/Tokyo', javaScriptEnabled: false })).words, /^\d+\. \p{L}+ \d{4}, \d\d:\d\d UTC$/u);
    });
  });
}
