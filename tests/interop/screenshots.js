// Pictures of every page for people to look at: node screenshots.js [part of a name], then artifacts/screenshots.
import { mkdir } from 'node:fs/promises';
import { Idp } from './support/idp.js';
import { Samples } from './support/samples.js';
import { ConsolePages } from './support/console-pages.js';
import { furnish } from './support/console-things.js';
import { EveryPage } from './support/every-page.js';
import { launchBrowser } from './support/browser.js';
import { root } from './support/program.js';

const folder = `${root}/artifacts/screenshots`;
const only = process.argv[2] ?? '';
const desktop = { viewport: { width: 1280, height: 800 } };
const small = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

// Two journeys, each picture in both schemes: a wide window in English, and a phone's in Arabic for the other way of reading.
const journeys = {
  '': { ...desktop, locale: 'en-GB' },
  'phone-': { ...small, locale: 'en-GB' },
  'arabic-': { ...small, locale: 'ar' },
};

await mkdir(folder, { recursive: true });
const idp = await Idp.start({ Idp__Accounts__Registration: 'Open' });
const samples = await Samples.start(idp);
await furnish(idp);
const browser = await launchBrowser();
const pages = new EveryPage(idp, samples, browser);

for (const [look, options] of Object.entries(journeys)) {
  // The console is in English alone.
  if (options.locale !== 'ar') await picture(new ConsolePages(idp, browser), look, options);
  if (!only.startsWith('console')) await picture(pages, look, options);
}

async function picture(pagesOfAKind, look, options) {
  const window = await pagesOfAKind.visit({ ...options, timezoneId: 'Europe/London' }, async (name, page) => {
    if (!name.includes(only)) return;
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${folder}/${name}-${look}${colorScheme}.png`, fullPage: true });
    }
  });
  await window.close();
}

await browser.close();
await samples.stop();
await idp.stop();
console.log(folder);
