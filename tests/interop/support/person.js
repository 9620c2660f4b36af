import assert from 'node:assert/strict';

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescape(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    name ? (entities[name] ?? whole) : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)));
}

function attributesOf(tag) {
  const pairs = [...tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)].slice(1);
  return Object.fromEntries(pairs.map(([, name, ...values]) => [name.toLowerCase(), unescape(values.find((value) => value !== undefined) ?? '')]));
}

/** The forms of a page: where they go, the fields that are filled in already, and the buttons. */
export function formsOf(text, url) {
  return [...text.matchAll(/<form\b[^>]*>([\s\S]*?)<\/form>/gi)].map(([whole, inner]) => {
    const { action = '', method = 'get' } = attributesOf(/<form\b[^>]*>/i.exec(whole)[0]);
    const inputs = [...inner.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => attributesOf(tag));
    const kept = inputs.filter(({ name, type, checked }) => name && type !== 'submit' && (!['checkbox', 'radio'].includes(type) || checked !== undefined));
    const buttons = [...inner.matchAll(/<button\b[^>]*>([\s\S]*?)<\/button>/gi)].map(([tag, label]) => ({
      ...attributesOf(/<button\b[^>]*>/i.exec(tag)[0]),
      label: unescape(label.replace(/<[^>]*>/g, '')).trim(),
    }));
    return {
      action: new URL(action || url, url).href,
      method: method.toUpperCase(),
      fields: kept.map(({ name, value = '' }) => [name, value]),
      names: inputs.map(({ name }) => name),
      buttons,
    };
  });
}

/**
 * A person at the server's pages, without a browser: keeps cookies, follows redirects, reads forms and fills them in.
 * Follows nothing beyond the issuer: where the server sends the browser elsewhere, that address is the result.
 */
export class Person {
  #idp;
  #cookies = new Map();

  constructor(idp) {
    this.#idp = idp;
  }

  get cookies() {
    return [...this.#cookies.keys()];
  }

  get cookieHeader() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** One step: { url, status, headers, text, forms } of the page where it ends, or { left: URL } when it leads away from the issuer. */
  async open(url, { method = 'GET', body } = {}) {
    for (let hops = 0; hops < 12; hops++) {
      const headers = { accept: 'text/html', cookie: this.cookieHeader };
      if (method === 'POST') headers.origin = this.#idp.origin;
      const response = await this.#idp.fetch(url, { method, body, headers, redirect: 'manual' });
      this.#keepCookies(response);
      const location = response.headers.get('location');
      if (!location) {
        const text = await response.text();
        const forms = formsOf(text, url);
        // Antiforgery tokens and whatever else a form hides.
        forms.flatMap(({ fields }) => fields).filter(([name]) => name.startsWith('__')).forEach(([name, value]) => this.#idp.seen.add(name, value));
        return { url, status: response.status, headers: response.headers, text, forms };
      }
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.origin !== this.#idp.origin) return { left: next };
      url = next.href;
      if (response.status !== 307) [method, body] = ['GET', undefined];
    }
    throw new Error(`redirected in a circle, at ${new URL(url).pathname}`);
  }

  #keepCookies(response) {
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      const ends = /;\s*max-age=0|;\s*expires=Thu, 01 Jan 1970/i.test(line) || value === '';
      if (ends) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  submit(form, values = {}, button) {
    const fields = new URLSearchParams(form.fields.filter(([name]) => !(name in values)));
    for (const [name, value] of Object.entries(values)) fields.set(name, value);
    if (button?.name) fields.append(button.name, button.value ?? '');
    if (form.method === 'POST') return this.open(button?.formaction ? new URL(button.formaction, form.action).href : form.action, { method: 'POST', body: fields });
    const url = new URL(form.action);
    url.search = fields;
    return this.open(url.href);
  }

  /** The whole way from an authorization request to the answer at the redirect URI: signs in and allows what is asked. */
  async authorize(url, user) {
    let step = await this.open(url instanceof URL ? url.href : url);
    for (let pages = 0; pages < 5 && !step.left; pages++) {
      const login = step.forms.find(({ names }) => names.includes('password'));
      const consent = step.forms.find(({ buttons }) => buttons.some(({ label }) => /^allow/i.test(label)));
      assert.ok(login || consent, `a page that is neither login nor consent: ${step.status} ${new URL(step.url).pathname} ${titleOf(step.text)}`);
      if (login) assert.equal(pages, 0, `the sign-in was refused: ${titleOf(step.text)}`);
      step = login
        ? await this.submit(login, { username: user.username, password: user.password })
        : await this.submit(consent, {}, consent.buttons.find(({ label }) => /^allow/i.test(label)));
    }
    return step.left;
  }
}

function titleOf(text) {
  return /<title>([\s\S]*?)<\/title>/i.exec(text)?.[1].trim() ?? text.slice(0, 200);
}
