import assert from 'node:assert/strict';
import { formsOf, unescape } from '../support/person.js';

const mostHops = 15;

/**
 * A person's browser without a window: cookies by origin, redirects, forms, the frames and the refresh of a page. It goes to the relying party as
 * well, where a page of the server leads there.
 */
export class UserAgent {
  #http;
  #party;
  #cookies = new Map();
  /** The pages that a person saw at the server, in order: { title, text }. */
  seen = [];

  constructor(http, party) {
    this.#http = http;
    this.#party = party;
  }

  /** Where it ends: the page, with `arrival` where that is the relying party. */
  async open(url, { form } = {}) {
    url = String(url);
    for (let hops = 0; hops < mostHops; hops++) {
      const page = await this.#load(url, form);
      const location = page.headers.get('location');
      if (location) {
        assert.ok([302, 303].includes(page.status) || !form, `a redirect that posts again: ${page.status}`);
        url = new URL(location, url).href;
        assert.ok(!new URL(url).hash, 'an answer in the fragment');
        form = undefined;
        continue;
      }
      if (new URL(url).origin === this.#party.origin) return { ...page, arrival: this.#party.arrivalOf(page) };
      const forms = formsOf(page.text, url);
      const [onward] = forms.filter(({ action }) => new URL(action).origin !== new URL(url).origin);
      if (onward && /\.submit\(\)/.test(page.text)) {
        [url, form] = [onward.action, new URLSearchParams(onward.fields)];
        continue;
      }
      const title = /<title>([\s\S]*?)<\/title>/i.exec(page.text)?.[1].trim();
      this.seen.push({ title, text: page.text });
      await this.#loadFrames(page);
      const refresh = /<meta[^>]+http-equiv="?refresh"?[^>]+content="\d+;\s*url=([^"]+)"/i.exec(page.text);
      if (!refresh) return { ...page, forms, title };
      [url, form] = [new URL(unescape(refresh[1]), url).href, undefined];
    }
    throw new Error(`redirected in a circle, at ${new URL(url).pathname}`);
  }

  /** The same browser in another window: it has the cookies of now, and what either gets from here on is its own. */
  another() {
    const agent = new UserAgent(this.#http, this.#party);
    agent.#cookies = new Map([...this.#cookies].map(([origin, jar]) => [origin, new Map(jar)]));
    return agent;
  }

  async #load(url, form) {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map();
    this.#cookies.set(origin, jar);
    const headers = { accept: 'text/html', cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    if (form) headers.origin = origin;
    const page = await this.#http.request(url, { form, headers });
    for (const line of page.cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '' || /;\s*max-age=0|;\s*expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return page;
  }

  async #loadFrames(page) {
    for (const [, address] of page.text.matchAll(/<iframe[^>]+src="([^"]+)"/gi)) await this.#load(new URL(unescape(address), page.url).href);
  }

  submit(page, form, values = {}, button) {
    const fields = new URLSearchParams(form.fields.filter(([name]) => !(name in values)));
    for (const [name, value] of Object.entries(values)) fields.set(name, value);
    if (button?.name) fields.append(button.name, button.value ?? '');
    return this.open(form.action, { form: fields });
  }

  /** Answers the pages of a sign-in until the browser is somewhere else, or at a page that asks for neither. */
  async goThrough(page, user, { allow = true } = {}) {
    for (let pages = 0; pages < 4; pages++) {
      const login = page.forms?.find(({ names }) => names.includes('password'));
      const consent = page.forms?.find(({ buttons }) => buttons.some(({ value }) => value === 'allow'));
      if (page.arrival || (!login && !consent)) return page;
      page = login
        ? await this.submit(page, login, { username: user.username, password: user.password })
        : await this.submit(page, consent, {}, consent.buttons.find(({ value }) => value === (allow ? 'allow' : 'deny')));
    }
    throw new Error(`asked again and again: ${page.title}`);
  }
}
