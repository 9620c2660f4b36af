import { chromium } from 'playwright-core';
import { secretsOf } from './seen.js';

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export function launchBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

/** A person's browser, empty at first, which notes every fault that a page shows and every address that it asks for. */
export class Window {
  /** What no page may do: write an error to the console, break its own CSP, throw, load something that fails. */
  faults = [];
  requests = [];
  #navigations = new Set();

  static async open(browser, idp, options = {}) {
    const window = new Window();
    window.context = await browser.newContext(options);
    window.context.setDefaultTimeout(30_000);
    window.page = await window.context.newPage();
    window.#watch(idp);
    return window;
  }

  #watch(idp) {
    this.context.on('request', (request) => {
      const url = new URL(request.url());
      this.requests.push(url);
      if (request.isNavigationRequest()) this.#navigations.add(request.url());
      idp.seen.addAll(secretsOf(url.searchParams));
      if (request.method() === 'POST') idp.seen.addAll(secretsOf(new URLSearchParams(request.postData() ?? '')));
    });
    this.context.on('response', async (response) => {
      for (const { name, value } of await response.headersArray().catch(() => [])) {
        if (name.toLowerCase() !== 'set-cookie') continue;
        idp.seen.add(`cookie ${value.split('=')[0]}`, value.slice(value.indexOf('=') + 1).split(';')[0]);
      }
    });
    this.context.on('requestfailed', (request) => {
      // A browser drops what a page was still loading when the person leaves it (its icon, say): no fault of the page's.
      const left = request.failure()?.errorText === 'net::ERR_ABORTED' && !request.isNavigationRequest();
      if (!left) this.faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
    });
    this.context.on('weberror', (error) => this.faults.push(`thrown: ${error.error()}`));
    this.context.on('console', (message) => {
      // That a page itself was answered with an error status is told as a console error too; the tests expect it where it is right.
      const ownStatus = message.text().startsWith('Failed to load resource') && this.#navigations.has(message.location().url);
      if (['error', 'warning'].includes(message.type()) && !ownStatus) this.faults.push(`${message.type()}: ${message.text()}`);
    });
  }

  /** Hosts that were asked for anything, other than this machine. */
  get strangers() {
    return this.requests.filter((url) => !['localhost', '127.0.0.1'].includes(url.hostname) && url.protocol !== 'data:').map((url) => url.href);
  }

  close() {
    return this.context.close();
  }
}
