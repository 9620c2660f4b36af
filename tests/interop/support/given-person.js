import { after, before } from 'node:test';
import { Window, launchBrowser } from './browser.js';
import { claimsOfAda } from './given.js';

/**
 * What a suite of sign-ins begins with, and clears away: a person, a browser, and what they sign in at, where the suite starts something. To be
 * called where `before` is; what it gives is there when the tests run.
 */
export function givenPerson(idp, username, start = async () => undefined, claims = claimsOfAda) {
  const given = {
    /** A window of their browser, for as long as a test lasts. */
    async open(t) {
      const window = await Window.open(given.browser, idp);
      t.after(() => window.close());
      return window;
    },
  };
  before(async () => {
    given.user = await idp.createUser(username, claims);
    given.browser = await launchBrowser();
    given.app = await start();
  });
  after(async () => {
    await given.browser?.close();
    await given.app?.stop();
  });
  return given;
}
