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
    await page.getByRole('button', { name: /^sign in$/i }).click();
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
  await page.goto(`${idp.issuer}/`);
  await picture('home');
  await signInElsewhere(user);
  await page.goto(`${idp.issuer}/account`);
  await picture('account');
  await page.getByRole('button', { name: /^Sign out of Safari/ }).click();
  await picture('account-done');
  const started = await askElsewhere(user);
  await page.goto(`${idp.issuer}/account`);
  await picture('account-waiting');
  await page.goto(`${idp.issuer}/device`);
  await picture('device');
  await page.getByLabel('Code').fill('BBBB-BBBB');
  await page.keyboard.press('Enter');
  await picture('device-refused');
  await page.getByLabel('Code').fill(started.user_code);
  await page.keyboard.press('Enter');
  await picture('device-consent');
  await page.getByRole('button', { name: 'Allow' }).click();
  await picture('device-done');
  await page.goto(`${idp.issuer}/account/password`);
  await picture('password');
  await page.getByLabel('Current password').fill('not-the-password');
  await page.getByLabel('New password', { exact: true }).fill('a new password');
  await page.getByLabel('New password, again').fill('a new password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await picture('password-refused');
  await page.goto(`${idp.issuer}/account/everywhere`);
  await picture('everywhere');
  await page.goto(`${idp.issuer}/login?return_to=everywhere`);
  await picture('login-again');
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

/** A television that shows a code, and a till that waits for this person. */
async function askElsewhere({ username }) {
  const post = async (path, client, form) => {
    const authorization = client.client_secret && { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` };
    const response = await fetch(idp.issuer + path, { method: 'POST', headers: { ...authorization }, body: new URLSearchParams({ ...(authorization ? {} : { client_id: client.client_id }), ...form }) });
    return response.json();
  };
  const apis = { scope: 'openid profile orders.read', resources: [samples.api] };
  const till = await idp.createClient({ ...apis, client_name: 'Corner Shop', grant_types: ['urn:openid:params:grant-type:ciba'], backchannel_token_delivery_mode: 'poll' });
  await post('/bc-authorize', till, { scope: apis.scope, login_hint: username, binding_message: 'Till 7: W4SCT' });
  const tv = await idp.createClient({ ...apis, client_name: 'Living Room TV', token_endpoint_auth_method: 'none', grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] });
  return post('/device_authorization', tv, { scope: apis.scope });
}

/** The same person on a phone, so that the account page has two devices to show. */
async function signInElsewhere({ username, password }) {
  const userAgent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
  const { page, context } = await Window.open(browser, idp, { userAgent });
  await page.goto(`${samples.two}/sign-in`);
  await page.getByLabel(/user ?name|email/i).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: /^sign in$/i }).click();
  await page.waitForURL(`${samples.two}/`);
  await context.close();
}

await browser.close();
await samples.stop();
await idp.stop();
console.log(folder);
