import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { Window, launchBrowser } from '../support/browser.js';
import { EveryPage } from '../support/every-page.js';

const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] };
const widths = { wide: { width: 1280, height: 800 }, narrow: { width: 320, height: 640 } };

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
          for (const [width, viewport] of Object.entries(widths)) {
            await page.setViewportSize(viewport);
            const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            if (sideways > 0) found.push(`${name}, ${width}: scrolls sideways by ${sideways}`);
            for (const colorScheme of ['light', 'dark']) {
              await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
              for (const { id, nodes } of await violations(page)) found.push(`${name}, ${width}, ${colorScheme}: ${id} at ${nodes.map(({ html }) => html.slice(0, 120)).join(' and ')}`);
            }
          }
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
        const stops = await page.evaluate(() => document.querySelectorAll('a[href], button, input:not([type=hidden]), summary, select, textarea').length);
        const places = [];
        for (let presses = 0; presses < Math.min(stops, 40); presses++) {
          await page.keyboard.press('Tab');
          const stop = await page.evaluate(describeFocus);
          if (!stop) break;
          if (!stop.outlined) found.push(`${name}: ${stop.html} has the focus and doesn't show it`);
          places.push(stop.place);
        }
        // The page may have put the focus in its midst: then there is one way back to the top.
        if (places.filter((place, i) => i > 0 && place < places[i - 1]).length > 1) found.push(`${name}: Tab jumps back and forth: ${places}`);
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

/** By evaluation in the page, which its Content-Security-Policy has no say in. */
async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate((options) => window.axe.run(options).then(({ violations: found }) => found), rules);
}

/** In the page: what has the focus, whether that can be seen, and where it stands among all that can have it. */
function describeFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    html: element.outerHTML.slice(0, 120),
    outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    place: [...document.querySelectorAll('*')].indexOf(element),
  };
}
