import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, freePort } from './program.js';
import { page } from './web-app.js';

const executable = process.env.HTTPD ?? '/usr/sbin/apache2';
const modules = process.env.HTTPD_MODULES ?? '/usr/lib/apache2/modules';

/** The real web server, as nobody in particular, on a free port, with a configuration and a folder of its own. */
export class Apache {
  /** `configure` gets its `origin` and gives the settings of mod_auth_openidc and the environment that they stand in. */
  static async start(name, configure) {
    const apache = new Apache();
    const port = await freePort();
    apache.origin = `http://localhost:${port}`;
    apache.folder = await mkdtemp(join(tmpdir(), 'idp-apache-'));
    await chmod(apache.folder, 0o755);
    await mkdir(join(apache.folder, 'pages', 'private'), { recursive: true });
    await writeFile(join(apache.folder, 'pages', 'index.html'), page('Public'));
    await writeFile(join(apache.folder, 'pages', 'private', 'index.html'),
      page('Private', '<p id="user"><!--#echo var="REMOTE_USER" --></p><p id="name"><!--#echo var="OIDC_CLAIM_name" --></p>'));
    const { settings, environment = {} } = await configure(apache);
    // Started by root it needs an account to work as; started by anyone else it works as them.
    const places = { modules, port, folder: apache.folder, account: process.getuid() === 0 ? 'User nobody\nGroup nogroup' : '' };
    const template = await readFile(new URL('../apps/httpd.conf.template', import.meta.url), 'utf8');
    const file = join(apache.folder, 'httpd.conf');
    await writeFile(file, template.replace(/\{(\w+)\}/g, (_, place) => places[place]), { mode: 0o600 });
    await writeFile(join(apache.folder, 'openidc.conf'), settings, { mode: 0o600 });
    // A page that is protected answers 401 to what is no browser.
    apache.program = new Program(name, executable, ['-f', file, '-D', 'FOREGROUND'], { environment });
    await apache.program.ready(`${apache.origin}/`, (address) => fetch(address).then(({ status }) => status < 500, () => false));
    return apache;
  }

  async stop() {
    await this.program.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
