import { after, afterEach, before } from 'node:test';
import assert from 'node:assert/strict';
import { Window, launchBrowser } from './browser.js';

/**
 * Windows for a suite's people: each test begins with none, and when it ends all are closed and none may have shown a fault or asked a stranger for
 * anything. To be called where `before` is; `defaults` are the browser's options, and `isExcused` says which fault is none.
 */
export function givenWindows(idp, defaults = {}, isExcused = () => false) {
  let browser;
  let windows = [];

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  afterEach(async () => {
    const opened = windows;
    windows = [];
    await Promise.all(opened.map((window) => window.close()));
    for (const window of opened) assert.deepEqual([window.faults.filter((fault) => !isExcused(fault)), window.strangers], [[], []]);
  });

  return {
    async open(options) {
      const window = await Window.open(browser, idp, { ...defaults, ...options });
      windows.push(window);
      return window;
    },
  };
}
