import { describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import assert from 'node:assert/strict';
import { Apache } from '../support/apache.js';
import { claimsOfAda } from '../support/given.js';
import { givenPerson } from '../support/given-person.js';
import { until } from '../support/program.js';
import { signInAt, webClient } from '../support/web-app.js';

/** The page is for those whose address is verified, which is one person's. */
const ada = { ...claimsOfAda, email: 'ada@apache.example', email_verified: true };

/** Apache with mod_auth_openidc in front of a page of plain files: the person signs in before the page is served. */
export function apacheSuite(idp, programs) {
  describe('Apache, mod_auth_openidc', () => {
    const given = givenPerson(idp, 'ada-apache', async () => {
      const apache = await Apache.start('apache', async ({ origin }) => ({ settings: await openidc(idp, origin) }));
      programs.push(apache.program);
      return apache;
    }, ada);

    async function signedIn(t) {
      const window = await given.open(t);
      await window.page.goto(`${given.app.origin}/private/`);
      await signInAt(window.page, given.user);
      await window.page.getByRole('heading', { name: 'Private' }).waitFor();
      return window;
    }

    test('Serves the page to a person who signed in, and tells it who that is', async (t) => {
      const { page: tab, requests, faults } = await signedIn(t);
      assert.equal(await tab.locator('#user').innerText(), ada.email);
      assert.equal(await tab.locator('#name').innerText(), ada.name);
      const asked = requests.find(({ origin, pathname }) => origin === idp.issuer && pathname === '/authorize').searchParams;
      assert.deepEqual([asked.get('code_challenge_method'), asked.has('nonce'), asked.has('state')], ['S256', true, true]);
      assert.deepEqual(faults, []);
    });

    test('Signs out at the server too', async (t) => {
      const { page: tab } = await signedIn(t);
      await tab.goto(`${given.app.origin}/private/callback?logout=${encodeURIComponent(`${given.app.origin}/`)}`);
      await tab.getByRole('heading', { name: 'Public' }).waitFor();
      await tab.goto(`${given.app.origin}/private/`);
      await tab.getByLabel('Username').waitFor();
    });

    test('Is told over the back channel when the person signs out elsewhere', async (t) => {
      const { page: tab } = await signedIn(t);
      await tab.goto(`${idp.issuer}/logout`);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await tab.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await until('Apache knows it', async () => {
        await tab.goto(`${given.app.origin}/private/`);
        return tab.getByLabel('Username').isVisible();
      });
    });
  });
}

/** The module's settings for a client of its own. */
async function openidc(idp, origin) {
  const client = await idp.createClient({
    ...webClient('Apache', origin, '/private/callback'),
    backchannel_logout_uri: `${origin}/private/callback?logout=backchannel`,
    backchannel_logout_session_required: true,
  });
  const passphrase = randomBytes(24).toString('hex');
  idp.seen.add('passphrase of Apache', passphrase);
  const places = { ...client, passphrase, origin, issuer: idp.issuer };
  const template = await readFile(new URL('../apps/openidc.conf.template', import.meta.url), 'utf8');
  return template.replace(/\{(\w+)\}/g, (_, name) => places[name]);
}
