import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, until } from '../../interop/support/program.js';
import { mountDisk } from './disk.js';
import { startNginx } from './nginx.js';
import { Node } from './node.js';
import { lastingPort } from './ports.js';
import { Postgres } from './postgres.js';
import { Wire } from './wire.js';

const program = `${root}/src/IdentityProvider.Server/bin/Release/net10.0/idp.dll`;

/** Three nodes of one issuer behind nginx, on a PostgreSQL that a standby follows; a wire from each node to the database. */
export class Cluster {
  #folder;
  #nginx;
  #wires = [];
  #disks = [];
  #standbys = 0;

  /** `keys` is how long a key signs and how long it is announced, as the settings write it. */
  static async start({ keys, nodes = 3 }) {
    const cluster = new Cluster();
    // What a harness that dies leaves behind is killed: a stopped process would hear of nothing less.
    process.once('exit', cluster.abandon);
    cluster.#folder = await mkdtemp(join(tmpdir(), 'idp-chaos-'));
    await chmod(cluster.#folder, 0o755);
    await cluster.#startDatabases();
    await cluster.#startNodes(keys, nodes);
    return cluster;
  }

  /** The database that the nodes use now, and the one that follows it. */
  primary;
  standby;
  nodes = [];

  get folder() {
    return this.#folder;
  }

  get nginx() {
    return this.#nginx;
  }

  /** The disk of the database, where this machine lets one be mounted. */
  get disk() {
    return this.#disks.find(({ folder }) => this.primary.folder.startsWith(folder));
  }

  /** An `idp` command at the database, whichever it is: its JSON document. */
  command = async (words, input) => {
    const environment = { ...process.env, ...this.environment, Idp__Database__ConnectionString: this.#connectionString(this.primary.port) };
    return new Promise((resolve, reject) => {
      const child = execFile('dotnet', [program, ...words, '--json'], { env: environment, timeout: 60_000 }, (error, stdout, stderr) =>
        error ? reject(new Error(`idp ${words.slice(0, 2).join(' ')} failed: ${stderr || error.message}`)) : resolve(stdout.trim() ? JSON.parse(stdout) : undefined));
      child.stdin.on('error', () => {});
      child.stdin.end(input === undefined ? '' : JSON.stringify(input));
    });
  };

  /** A node more, not behind nginx, with settings of its own; it is the caller's to end. */
  async spareNode(name, environment) {
    const node = await this.#makeNode(name);
    node.launch(environment);
    return node;
  }

  /** The standby becomes the database; the old one is dead, and nobody reaches it any more. */
  async failOver() {
    await this.primary.kill({ again: false });
    const [old, next] = [this.primary, this.standby];
    await next.awaitStandbys(false);
    await next.ask('SELECT pg_promote()');
    await until('the standby is promoted', async () => (await next.ask('SELECT pg_is_in_recovery()').catch(() => []))[0]?.[0] === 'f', 30);
    this.#wires.forEach((wire) => wire.lead(next.port));
    [this.primary, this.standby] = [next, undefined];
    return old;
  }

  /** A new standby in the folder of a database that was left, and from then on commits wait for it. */
  async follow(folder) {
    this.standby = await Postgres.follow(`postgres-${++this.#standbys}`, folder, this.primary);
    await this.standby.start();
    await this.primary.awaitStandbys(true);
    await until('the standby follows', () => this.primary.hasStandby().catch(() => false), 60);
  }

  async stop() {
    await Promise.all(this.nodes.map((node) => node.end()));
    await this.#nginx?.stop();
    this.#wires.forEach((wire) => wire.close());
    await this.primary?.awaitStandbys(false);
    await Promise.all([this.primary?.stop(), this.standby?.stop()]);
    process.off('exit', this.abandon);
    this.#disks.forEach((disk) => disk.unmount());
    await rm(this.#folder, { recursive: true, force: true });
  }

  abandon = () => {
    for (const running of [...this.nodes, this.primary, this.standby]) {
      try {
        if (running?.pid) process.kill(running.pid, 'SIGKILL');
      } catch {
        // It is gone.
      }
    }
    this.#disks.forEach((disk) => disk.unmount());
    rmSync(this.#folder, { recursive: true, force: true });
  };

  async #startDatabases() {
    const folders = ['disk-1', 'disk-2'].map((name) => join(this.#folder, name));
    this.#disks = (await Promise.all(folders.map((folder) => mountDisk(folder, `${folder}.ext4`, 512)))).filter(Boolean);
    this.primary = await Postgres.make('postgres', join(folders[0], 'data'));
    await this.primary.start();
    await this.primary.ask('CREATE DATABASE idp', 'postgres');
    await this.follow(join(folders[1], 'data'));
  }

  async #startNodes(keys, count) {
    const port = await lastingPort();
    const masterKey = join(this.#folder, 'master.key');
    await writeFile(masterKey, randomBytes(32).toString('base64'), { mode: 0o600 });
    this.issuer = `http://localhost:${port}`;
    this.environment = {
      DOTNET_ENVIRONMENT: 'Production',
      ASPNETCORE_ENVIRONMENT: 'Production',
      ASPNETCORE_CONTENTROOT: this.#folder,
      Serilog__MinimumLevel__Default: 'Warning',
      Idp__Issuer: this.issuer,
      Idp__Keys__MasterKeyFile: masterKey,
      Idp__Keys__RotationInterval: keys.interval,
      Idp__Keys__AnnounceLead: keys.lead,
      Idp__Outgoing__AllowPrivateNetwork: 'true',
      Idp__Forwarding__TrustedProxies__0: '127.0.0.1',
    };
    for (let i = 1; i <= count; i++) this.nodes.push(await this.#makeNode(`node-${i}`));
    this.#nginx = await startNginx({ folder: join(this.#folder, 'nginx'), port, nodes: this.nodes.map((node) => node.port) });
    // In production the schema is brought up apart; then all at once, and one of them makes the first key.
    await this.command(['database', 'migrate']);
    await Promise.all(this.nodes.map((node) => node.start()));
    await this.#nginx.ready(`${this.issuer}/health/ready`);
  }

  async #makeNode(name) {
    const wire = await Wire.lay(this.primary.port);
    this.#wires.push(wire);
    const environment = { ...this.environment, Idp__Database__ConnectionString: this.#connectionString(wire.port) };
    const node = new Node({ name, port: await lastingPort(), wire, environment, folder: this.#folder });
    await node.setClock(0);
    return node;
  }

  #connectionString(port) {
    return `Host=127.0.0.1;Port=${port};Username=idp;Database=idp;Maximum Pool Size=25`;
  }
}
