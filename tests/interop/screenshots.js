// Pictures of the pages for people to look at: node screenshots.js, then artifacts/screenshots.
import { mkdir } from 'node:fs/promises';
import { Idp } from './support/idp.js';
import { Samples } from './support/samples.js';
import { Window, launchBrowser } from './support/browser.js';
import { claimsOfAda } from './support/given.js';
import { root } from './support/program.js';

const folder = `${root}/artifacts/screenshots`;
const looks = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  'phone-dark': { colorScheme: 'dark', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

await mkdir(folder, { recursive: true });
const idp = await Idp.start();
const samples = await Samples.start(idp);
const browser = await launchBrowser();

for (const [look, options] of Object.entries(looks)) {
  const user = await idp.createUser(`ada-${look}`, claimsOfAda);
  const { page } = await Window.open(browser, idp, options);
  const picture = (name) => page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: true });
  const login = async (password) => {
    await page.getByLabel(/user ?name|email/i).fill(user.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: /^sign in/i }).click();
  };

  await page.goto(samples.one);
  await picture('partner-signed-out');
  await page.goto(`${samples.one}/sign-in`);
  await picture('login');
  await login('not-the-password');
  await picture('login-refused');
  await login(user.password);
  await page.getByRole('button', { name: /^allow/i }).waitFor();
  await picture('consent');
  await page.getByRole('button', { name: /^allow/i }).click();
  await page.waitForURL(`${samples.one}/`);
  await picture('partner-home');
  await page.getByRole('button', { name: 'Call the API' }).click();
  await picture('partner-orders');
  await page.goto(`${idp.issuer}/authorize?client_id=nobody&redirect_uri=https%3A%2F%2Fattacker.example%2F&response_type=code`);
  await picture('error');
  await page.goto(`${idp.issuer}/logout`);
  await picture('sign-out');
  await page.goto(`${samples.one}`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${samples.one}/signed-out`);
  await picture('signed-out');
  await page.context().close();
}

await browser.close();
await samples.stop();
await idp.stop();
console.log(folder);
