import { Window } from './browser.js';

/** Of one kind, such as clients: as many are looked at. */
const mostOfAKind = 3;

/** Every page of the operators' console that links lead to, and what its forms answer, one after another: `visit(name, page)` for each. */
export class ConsolePages {
  #idp;
  #browser;
  #people = 0;

  constructor(idp, browser) {
    this.#idp = idp;
    this.#browser = browser;
  }

  /** Somebody with that role; none where it is null. */
  async createOperator(role) {
    const user = await this.#idp.createUser(`operator-${process.hrtime.bigint().toString(36)}-${++this.#people}`, { name: 'Olive Operator' });
    if (role) {
      await this.#idp.command(['roles', 'create', role]).catch(() => {});
      await this.#idp.command(['users', 'grant-role', user.username, role]);
    }
    return user;
  }

  /** `options` are the browser's; the window comes back, to be looked at and closed. */
  async visit(options, visit) {
    const window = await Window.open(this.#browser, this.#idp, options);
    const { page } = window;
    await page.goto(`${this.#idp.issuer}/admin`);
    await signIn(page, await this.createOperator('admin'));
    await this.#links(page, visit);
    await this.#answers(page, visit);
    await page.goto(`${this.#idp.issuer}/admin`);
    await follow(page, 'a[href*="/admin/sign-out"]');
    await visit('console-signed-out', page);
    await page.goto(`${this.#idp.issuer}/admin`);
    await signIn(page, await this.createOperator(null));
    await visit('console-no-role', page);
    return window;
  }

  /** By every link to a page of the console, but for those of a kind that was seen often enough. */
  async #links(page, visit) {
    const seen = new Set();
    const kinds = new Map();
    const queue = ['/admin'];
    while (queue.length > 0) {
      const path = queue.shift();
      await page.goto(this.#idp.issuer + path);
      await visit(`console${path.split('?')[0].slice('/admin'.length).replace(/[^a-zA-Z0-9]+/g, '-').slice(0, 60)}`, page);
      const links = await page.locator('a[href]:not([download])').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      for (const link of links.map((one) => one.split('?')[0])) {
        if (!link.startsWith('/admin') || link.includes('/sign-out') || seen.has(link)) continue;
        seen.add(link);
        const parts = link.split('/');
        const kind = [parts[2], parts.length, parts[4]].join();
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (kinds.get(kind) <= mostOfAKind) queue.push(link);
      }
    }
  }

  async #answers(page, visit) {
    const at = (path) => page.goto(`${this.#idp.issuer}/admin${path}`);
    await at('/audit?from=yesterday&actor=nobody');
    await visit('console-audit-refused', page);
    await at('/audit');
    await follow(page, 'form[action$="/audit/verify"] button');
    await visit('console-audit-verified', page);
    await at('/keys');
    await follow(page, 'form[action$="/keys/rotate"] button');
    await visit('console-keys-rotated', page);
    await follow(page, 'a[href$="/revoke"] >> nth=0');
    await page.locator('input[name=confirmation]').fill('not this one');
    await follow(page, 'form[action$="/revoke"] button');
    await visit('console-keys-revoke-refused', page);
    await at('/configuration');
    await page.locator('textarea[name=document]').fill(JSON.stringify({
      format: 1,
      clients: [{ client_id: `by-code-${process.hrtime.bigint().toString(36)}`, client_name: 'By code', redirect_uris: ['https://app.example/cb'] }],
    }));
    await follow(page, 'form[action$="/configuration/plan"] button');
    await visit('console-configuration-plan', page);
    await follow(page, 'form[action$="/configuration/apply"] button');
    await visit('console-configuration-applied', page);
    await at('/registration-policies/-/new');
    await page.locator('input[name=max_clients]').fill('0');
    await follow(page, 'form[action$="/registration-policies/-/new"] button');
    await visit('console-registration-refused', page);
    await at('/audit/none');
    await visit('console-not-there', page);
  }
}

export async function signIn(page, user) {
  await page.locator('input[name=username]').fill(user.username);
  await page.locator('input[name=password]').fill(user.password);
  await Promise.all([page.waitForNavigation(), page.locator('input[name=password]').press('Enter')]);
}

/** Presses a button or a link that leads to another page. */
export async function follow(page, selector) {
  await Promise.all([page.waitForNavigation(), page.locator(selector).click()]);
}
