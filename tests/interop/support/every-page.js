import { freshCode } from './authenticator.js';
import { Window } from './browser.js';
import { claimsOfAda, redirectUri } from './given.js';
import { plugIn } from './passkeys.js';

/** What a device, a till and an app with everything on its consent page are registered with. */
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

const payment = {
  type: 'payment',
  schema: {
    title: 'Make a payment', description: 'Once, from your current account.', type: 'object', additionalProperties: false, required: ['payee', 'amount'],
    properties: { payee: { title: 'To', type: 'string' }, amount: { title: 'Amount in euro', type: 'string' }, express: { title: 'At once', type: 'boolean' } },
  },
};

/** The person whose pages they are. */
export const claimsOfReader = {
  ...claimsOfAda, birthdate: '1985-12-10', locale: 'en-GB', phone_number: '+44 20 7946 0000', phone_number_verified: false,
  address: { street_address: '12 St James’s Square', locality: 'London', postal_code: 'SW1Y 4JH', country: 'United Kingdom' },
};

/**
 * Every page of the server in every state that a person can bring it to, one after another: `visit(name, page)` for each. No label is looked at, so
 * that it goes in every language, and nothing but a passkey needs a script.
 */
export class EveryPage {
  #idp;
  #samples;
  #browser;
  #clients;
  #people = 0;

  constructor(idp, samples, browser) {
    this.#idp = idp;
    this.#samples = samples;
    this.#browser = browser;
  }

  /** `options` are the browser's; the windows come back, to be looked at and closed. */
  async visit(options, visit) {
    this.#clients ??= await this.#register();
    const user = await this.#idp.createUser(`reader-${process.hrtime.bigint().toString(36)}-${++this.#people}`, claimsOfReader);
    const window = await Window.open(this.#browser, this.#idp, options);
    const { page } = window;
    const at = (path) => page.goto(path.startsWith('/') ? this.#idp.issuer + path : path);
    const look = (name) => visit(name, page);
    await this.#signIn(page, user, at, look);
    await this.#consent(page, at, look);
    await this.#account(page, user, at, look);
    const key = await this.#security(page, at, look);
    if (options.javaScriptEnabled !== false) await this.#passkeys(window, at, look);
    await this.#device(page, user, at, look);
    await this.#errors(page, at, look);
    await this.#signOut(page, at, look);
    await this.#second(page, user, key, at, look);
    await this.#enroll(page, at, look);
    await this.#mails(page, at, look);
    return window;
  }

  async #register() {
    const idp = this.#idp;
    await idp.command(['authorization-details-types', 'create', '--file', '-'], payment).catch(() => {});
    // Nothing is there, so that it is down.
    const upstream = { name: 'meadow', label: 'Meadow University', issuer: 'http://127.0.0.1:9', client_id: 'us', token_endpoint_auth_method: 'none' };
    await idp.command(['upstreams', 'create', '--file', '-'], upstream).catch(() => {});
    const apis = { scope: 'openid profile orders.read', resources: [this.#samples.api] };
    return {
      bank: await idp.createClient({
        client_name: 'Meadow Bank', client_uri: 'https://bank.example', policy_uri: 'https://bank.example/privacy', tos_uri: 'https://bank.example/terms',
        redirect_uris: [redirectUri], scope: 'openid profile email address phone offline_access orders.read orders.write', resources: [this.#samples.api],
        grant_types: ['authorization_code', 'refresh_token'], authorization_details_types: ['payment'], token_endpoint_auth_method: 'none',
      }),
      vault: await idp.createClient({
        client_name: 'Vault', redirect_uris: [redirectUri], scope: 'openid', token_endpoint_auth_method: 'none', require_mfa: true,
      }),
      till: await idp.createClient({ ...apis, client_name: 'Corner Shop', grant_types: ['urn:openid:params:grant-type:ciba'], backchannel_token_delivery_mode: 'poll' }),
      television: await idp.createClient({ ...apis, client_name: 'Living Room TV', token_endpoint_auth_method: 'none', grant_types: [deviceGrant, 'refresh_token'] }),
    };
  }

  /** An authorization request of the app that asks for everything. */
  #request(edits = {}) {
    const scope = 'openid profile email address phone offline_access orders.read orders.write';
    return `/authorize?${new URLSearchParams({
      client_id: this.#clients.bank.client_id, response_type: 'code', redirect_uri: redirectUri, scope, resource: this.#samples.api,
      code_challenge: 'a'.repeat(43), code_challenge_method: 'S256', ...edits,
    })}`;
  }

  async #fill(page, user, password = user.password) {
    await page.locator('input[name=username]').fill(user.username);
    await page.locator('input[name=password]').fill(password);
    await Promise.all([page.waitForNavigation(), page.locator('input[name=password]').press('Enter')]);
  }

  async #signIn(page, user, at, look) {
    await at('/');
    await look('home');
    await at(`${this.#samples.one}/sign-in`);
    await look('login');
    await this.#fill(page, user, 'not-the-password');
    await look('login-refused');
    await this.#fill(page, user);
    await look('consent');
    await page.locator('button[value=allow]').click();
    await page.waitForURL(`${this.#samples.one}/`);
    await at('/');
    await look('home-signed-in');
  }

  async #consent(page, at, look) {
    await at(this.#request({ prompt: 'select_account' }));
    await look('select-account');
    await at(this.#request({ authorization_details: JSON.stringify([{ type: 'payment', payee: 'Zoë & Söhne', amount: '12.50', express: true }]) }));
    await look('consent-everything');
  }

  async #account(page, user, at, look) {
    const elsewhere = await Window.open(this.#browser, this.#idp, { userAgent: phone });
    await elsewhere.page.goto(`${this.#samples.two}/sign-in`);
    await this.#fill(elsewhere.page, user);
    await elsewhere.page.waitForURL(`${this.#samples.two}/`);
    await elsewhere.close();
    const { till } = this.#clients;
    await this.#post('/bc-authorize', till, { scope: 'openid profile orders.read', login_hint: user.username, binding_message: 'Till 7: W4SCT' });
    await at('/account');
    await look('account');
    await follow(page, 'button[name=decision][value=deny]');
    await look('account-answered');
    await at('/account/password');
    await look('password');
    await page.locator('input[name=current_password]').fill('not-the-password');
    for (const name of ['new_password', 'repeated_password']) await page.locator(`input[name=${name}]`).fill('seven green lamps at noon');
    await Promise.all([page.waitForNavigation(), page.locator('input[name=repeated_password]').press('Enter')]);
    await look('password-refused');
    await at('/account/profile');
    await look('profile');
    await page.locator('input[name=website]').fill('nowhere');
    await Promise.all([page.waitForNavigation(), page.locator('input[name=website]').press('Enter')]);
    await look('profile-refused');
    await at('/account/everywhere');
    await look('everywhere');
    await at('/account/links');
    await look('links');
    await at('/login?return_to=everywhere');
    await look('login-again');
  }

  /** What the account's own navigation leads to, and an authenticator app: the key that it has then. */
  async #security(page, at, look) {
    await at('/account');
    const paths = await page.locator('nav.tabs a').evaluateAll((links) => links.map(({ pathname }) => pathname));
    for (const path of paths.filter((one) => one !== '/account')) {
      await at(path);
      await look(path.slice(1).replaceAll('/', '-'));
    }
    await at('/account/security/authenticator');
    await look('authenticator');
    const key = (await page.locator('#secret').innerText()).replaceAll(' ', '');
    this.#idp.seen.add('authenticator key', key);
    await this.#enter(page, 'code', '000000');
    await look('authenticator-refused');
    await this.#enter(page, 'code', freshCode(key));
    for (const code of await page.locator('.codes code').allInnerTexts()) this.#idp.seen.add('recovery code', code);
    await look('recovery-codes');
    await at('/account/security');
    await look('security-with-second-factor');
    return key;
  }

  /** Two passkeys, of which one has the longest name. Whatever made them is unplugged again: it would sign in by itself where the browser may offer it. */
  async #passkeys(window, at, look) {
    const { page } = window;
    await at('/account/security');
    for (const [name, options] of [['W'.repeat(60), {}], ['', { transport: 'usb', defaultBackupEligibility: false, defaultBackupState: false }]]) {
      const authenticator = await plugIn(window, options);
      await page.locator('form[data-passkey=create] input[name=name]').fill(name);
      await follow(page, 'form[data-passkey=create] button[type=submit]');
      await look(name ? 'security-with-passkey' : 'security-with-passkeys');
      await authenticator.send('removeVirtualAuthenticator');
    }
    const first = 'section[aria-labelledby=passkeys] li >> nth=0';
    await page.locator(`${first} >> summary`).click();
    await look('security-passkey-rename');
    await page.locator(`${first} >> input[name=name]`).fill(' ');
    await follow(page, `${first} >> form[action$="/passkeys/rename"] button`);
    await look('security-passkey-refused');
    await page.locator('form[data-passkey=create] button[type=submit]').click();
    await page.waitForFunction(() => document.querySelector('form[data-passkey=create] [role=status]').textContent !== '');
    await look('security-passkey-waiting');
    await at('/account/security');
    await follow(page, `${first} >> form[action$="/passkeys/remove"] button`);
    await look('security-passkey-removed');
  }

  async #second(page, user, key, at, look) {
    await at('/login?return_to=account');
    await this.#fill(page, user);
    await look('second');
    await page.locator('details > summary').first().click();
    await look('second-recovery-code');
    await this.#enter(page, 'code', '000000');
    await look('second-refused');
    await page.locator('#remember-with-app').check();
    await this.#enter(page, 'code', freshCode(key));
    await page.waitForURL(`${this.#idp.issuer}/account`);
  }

  /** A person without a second factor, at an app that wants one. */
  async #enroll(page, at, look) {
    const newcomer = await this.#idp.createUser(`newcomer-${process.hrtime.bigint().toString(36)}`, claimsOfReader);
    await page.context().clearCookies();
    await at(`/authorize?${new URLSearchParams({
      client_id: this.#clients.vault.client_id, response_type: 'code', redirect_uri: redirectUri, scope: 'openid', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256',
    })}`);
    await this.#fill(page, newcomer);
    await look('enroll');
  }

  /** A person who comes by mail: a new account, another address, a forgotten password; and the mails themselves. */
  async #mails(page, at, look) {
    const address = `reader-${process.hrtime.bigint().toString(36)}@mail.example`;
    let mails = 0;
    const open = async (to, name, count) => {
      const mail = await this.#idp.nextMailTo(to, count);
      await page.goto('about:blank');
      await page.setContent(mail.html);
      await look(`mail-${name}`);
      await at(mail.link.href);
      return mail.link.href;
    };
    await page.context().clearCookies();
    await at('/signup');
    await look('sign-up');
    await this.#send(page, { '#account': address });
    await look('sign-up-sent');
    const spent = await open(address, 'sign-up', mails++);
    await look('sign-up-finish');
    const password = (chosen) => ({ 'input[name=new_password]': chosen, 'input[name=repeated_password]': chosen });
    await this.#send(page, { 'input[name=name]': 'Grace Example', ...password('password password password') });
    await look('sign-up-refused');
    await this.#send(page, password('nine harbours under one lantern'));
    await at(spent);
    await look('error-link-gone');

    await at('/account/email');
    await look('email');
    await this.#send(page, { 'input[name=email]': `new-${address}` });
    await look('email-sent');
    await open(`new-${address}`, 'new-address', 0);
    await look('email-confirm');

    await page.context().clearCookies();
    await at('/forgot');
    await look('forgot');
    await this.#send(page, { '#account': address });
    await look('forgot-sent');
    await open(address, 'forgot', mails);
    await look('reset');
    await this.#send(page, { 'input[name=new_password]': 'nine harbours under two lanterns', 'input[name=repeated_password]': 'nine harbours under two lantern' });
    await look('reset-refused');
    await this.#send(page, password('nine harbours under two lanterns'));

    await this.#delete(page, { username: address, password: 'nine harbours under two lanterns' }, at, look);
    const invited = `invited-${address}`;
    await this.#idp.command(['users', 'invite', '--email', invited, '--language', await page.evaluate(() => document.documentElement.lang)]);
    await open(invited, 'invitation', 0);
    await look('invitation');
  }

  /** Signs in, wherever the browser is, and takes the account away. */
  async #delete(page, user, at, look) {
    await page.context().clearCookies();
    await at('/account/data');
    await this.#fill(page, user);
    await this.#send(page, { '#confirmation': 'somebody else' });
    await look('account-data-refused');
    await this.#send(page, { '#confirmation': user.username });
    await look('account-deleted');
  }

  /** Fills fields and sends their form. */
  async #send(page, fields) {
    for (const [field, value] of Object.entries(fields)) await page.locator(field).fill(value);
    await Promise.all([page.waitForNavigation(), page.locator(Object.keys(fields).at(-1)).press('Enter')]);
  }

  async #enter(page, field, value) {
    const input = page.locator(`input[name=${field}]`);
    await input.fill(value);
    await Promise.all([page.waitForNavigation(), input.press('Enter')]);
  }

  async #device(page, user, at, look) {
    const type = async (code) => {
      await at('/device');
      await page.locator('input[name=user_code]').fill(code);
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    };
    await at('/device');
    await look('device');
    await type('BBBB-BBBB');
    await look('device-refused');
    for (const [answer, name] of [['deny', 'device-denied'], ['allow', 'device-done']]) {
      const started = await this.#post('/device_authorization', this.#clients.television, { scope: 'openid profile orders.read' });
      await type(started.user_code);
      if (answer === 'deny') await look('device-consent');
      await follow(page, `button[value=${answer}]`);
      await look(name);
    }
  }

  async #errors(page, at, look) {
    await at(this.#request({ client_id: 'nobody' }));
    await look('error-unknown-app');
    await at(this.#request({ redirect_uri: 'https://attacker.example/' }));
    await look('error-address');
    await at(`${this.#request()}&scope=twice`);
    await look('error-malformed');
    await at(`${this.#request({ state: 'x'.repeat(9000) })}`);
    await look('error-too-long');
    await at('/login?resume=of-long-ago');
    await look('error-start-again');
    await at('/login/upstream/meadow');
    await look('upstream-down');
    await at(this.#request({ request_uri: 'urn:ietf:params:oauth:request_uri:unknown' }));
    await look('error-link-spent');
    await at('/logout?id_token_hint=not-a-token');
    await look('error-logout');
    await at('/no-such-page');
    await look('error-not-found');

    // A form whose cookie the browser has lost.
    await at('/device');
    await page.context().clearCookies({ name: 'idp-form' });
    await page.locator('input[name=user_code]').fill('BBBB-BBBB');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    await look('error-form');
  }

  async #signOut(page, at, look) {
    await at('/logout');
    await look('sign-out');
    await follow(page, 'form button[type=submit]');
    await look('signed-out');
  }

  async #post(path, client, form) {
    const { client_id: id, client_secret: secret } = client;
    const response = await this.#idp.fetch(this.#idp.issuer + path, {
      method: 'POST', headers: secret ? { authorization: `Basic ${btoa(`${id}:${secret}`)}` } : {}, body: new URLSearchParams({ ...(secret ? {} : { client_id: id }), ...form }),
    });
    return response.json();
  }
}

/** Presses a button and waits for what it leads to. */
const follow = (page, button) => Promise.all([page.waitForNavigation(), page.locator(button).click()]);
