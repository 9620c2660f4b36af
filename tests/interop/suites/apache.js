import { describe, test } from 'node:test';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { claimsOfAda } from '../support/given.js';
import { givenPerson } from '../support/given-person.js';
import { Program, freePort, until } from '../support/program.js';
import { page, signInAt, webClient } from '../support/web-app.js';

const executable = process.env.HTTPD ?? '/usr/sbin/apache2';
const modules = process.env.HTTPD_MODULES ?? '/usr/lib/apache2/modules';

/** The page is for those whose address is verified, which is one person's. */
const ada = { ...claimsOfAda, email: 'ada@apache.example', email_verified: true };

/** Apache with mod_auth_openidc in front of a page of plain files: the person signs in before the page is served. */
export function apacheSuite(idp, programs) {
  describe('Apache, mod_auth_openidc', () => {
    const given = givenPerson(idp, 'ada-apache', async () => {
      const apache = await Apache.start(idp);
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

/** The real web server, as nobody in particular, on a free port, with a configuration and a folder of its own. */
class Apache {
  static async start(idp) {
    const apache = new Apache();
    const port = await freePort();
    apache.origin = `http://localhost:${port}`;
    apache.folder = await mkdtemp(join(tmpdir(), 'idp-apache-'));
    await chmod(apache.folder, 0o755);
    await mkdir(join(apache.folder, 'pages', 'private'), { recursive: true });
    await writeFile(join(apache.folder, 'pages', 'index.html'), page('Public'));
    await writeFile(join(apache.folder, 'pages', 'private', 'index.html'),
      page('Private', '<p id="user"><!--#echo var="REMOTE_USER" --></p><p id="name"><!--#echo var="OIDC_CLAIM_name" --></p>'));
    const client = await idp.createClient({
      ...webClient('Apache', apache.origin, '/private/callback'),
      backchannel_logout_uri: `${apache.origin}/private/callback?logout=backchannel`,
      backchannel_logout_session_required: true,
    });
    const passphrase = randomBytes(24).toString('hex');
    idp.seen.add('passphrase of Apache', passphrase);
    const places = {
      ...client, passphrase, modules, port, folder: apache.folder, origin: apache.origin, issuer: idp.issuer,
      // Started by root it needs an account to work as; started by anyone else it works as them.
      account: process.getuid() === 0 ? 'User nobody\nGroup nogroup' : '',
    };
    const template = await readFile(new URL('../apps/httpd.conf.template', import.meta.url), 'utf8');
    const file = join(apache.folder, 'httpd.conf');
    await writeFile(file, template.replace(/\{(\w+)\}/g, (_, name) => places[name]), { mode: 0o600 });
    apache.program = new Program('apache', executable, ['-f', file, '-D', 'FOREGROUND'], {});
    await apache.program.ready(`${apache.origin}/`);
    return apache;
  }

  async stop() {
    await this.program.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
