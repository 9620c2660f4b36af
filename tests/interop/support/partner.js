import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './program.js';

/** A client as a page of docs/integrating/ registers it, at this run's addresses: registered, and with the files that the server gives its partner. */
export class Partner {
  /** `places` are pairs of an address on the page and the one of this run. */
  static async register(idp, platform, name, places) {
    const partner = new Partner();
    const page = await readFile(join(root, 'docs', 'integrating', `${platform}.md`), 'utf8');
    const registrations = [...page.matchAll(/idp clients create --file - <<'JSON'\n([\s\S]*?)\nJSON\n/g)].map(([, json]) => JSON.parse(json));
    const metadata = registrations.find(({ client_id: id }) => id === name);
    if (!metadata) throw new Error(`docs/integrating/${platform}.md registers no ${name}`);
    const here = Object.entries(places).reduce((text, [there, local]) => text.replaceAll(there, local), JSON.stringify(metadata));
    partner.client = await idp.createClient({ ...JSON.parse(here), client_id: `${name}-${platform.replaceAll('_', '-')}` });
    partner.snippet = await idp.command(['clients', 'snippet', partner.client.client_id, '--for', platform]);
    partner.files = new Map(partner.snippet.files.map(({ name: file, text }) => [file, text]));
    partner.environment = { CLIENT_SECRET: partner.client.client_secret, SESSION_SECRET: 'a long text of nobody in particular' };
    return partner;
  }

  /** The files in a folder of their own, where npm's packages are these tests'. */
  async unpack() {
    this.folder = await mkdtemp(join(tmpdir(), 'idp-partner-'));
    await symlink(join(root, 'tests', 'interop', 'node_modules'), join(this.folder, 'node_modules'));
    await writeFile(join(this.folder, 'package.json'), '{ "type": "module" }');
    for (const [name, text] of this.files) await writeFile(join(this.folder, name), text);
    return this;
  }

  stop() {
    return rm(this.folder, { recursive: true, force: true });
  }
}
