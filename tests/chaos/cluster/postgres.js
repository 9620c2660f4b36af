import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Program, until } from '../../interop/support/program.js';
import { asAccount, giveToAccount } from './account.js';
import { lastingPort } from './ports.js';
import { Sql, ask } from './sql.js';

const execute = promisify(execFile);
const standby = 'replica';

const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = replica
wal_keep_size = 64MB
min_wal_size = 32MB
max_wal_size = 256MB
shared_buffers = 64MB
max_connections = 100
jit = off
log_min_messages = log
log_min_error_statement = panic
include_if_exists = 'standbys.conf'
`;

/** One PostgreSQL: its folder, its port, and its postmaster, which is started again when it dies, as systemd would. */
export class Postgres {
  #program;
  #starts = 0;
  #wanted = false;

  constructor(name, folder) {
    this.name = name;
    this.folder = folder;
  }

  /** A new and empty one. */
  static async make(name, folder) {
    const postgres = new Postgres(name, folder);
    await postgres.#prepare();
    await run(['initdb', '--no-sync', '--auth=trust', '--username=idp', '--encoding=UTF8', '--locale=C', '-D', folder]);
    await postgres.awaitStandbys(false);
    await appendFile(join(folder, 'postgresql.conf'), settings);
    return postgres;
  }

  /** A copy of another, which follows it by streaming replication. */
  static async follow(name, folder, primary) {
    const postgres = new Postgres(name, folder);
    await postgres.#prepare();
    const source = `host=127.0.0.1 port=${primary.port} user=idp application_name=${standby}`;
    await run(['pg_basebackup', '-d', source, '-D', folder, '--wal-method=stream', '--checkpoint=fast', '--write-recovery-conf', '--no-sync']);
    await postgres.awaitStandbys(false);
    return postgres;
  }

  get pid() {
    return this.#program?.pid;
  }

  async start() {
    this.port ??= await lastingPort();
    this.#wanted = true;
    await this.#launch();
    return this;
  }

  /** Whether a commit is answered only when the standby has it too: without that, a fail-over loses the last answered commits. */
  async awaitStandbys(isAwaited) {
    await writeFile(join(this.folder, 'standbys.conf'), `synchronous_standby_names = '${isAwaited ? standby : ''}'\n`, { mode: 0o644 });
    if (this.#program) process.kill(this.pid, 'SIGHUP');
  }

  async hasStandby() {
    const rows = await this.ask(`SELECT 1 FROM pg_stat_replication WHERE application_name = '${standby}' AND state = 'streaming' AND sync_state = 'sync'`);
    return rows.length > 0;
  }

  ask(text, database) {
    return ask(this.port, text, { database });
  }

  connect() {
    return Sql.connect(this.port);
  }

  /** kill -9 of the postmaster. `again` is whether it is started again. */
  async kill({ again }) {
    this.#wanted = again;
    const { ended } = this.#program;
    process.kill(this.pid, 'SIGKILL');
    await ended;
  }

  async isUp() {
    return this.ask('SELECT 1').then(() => true, () => false);
  }

  async stop() {
    this.#wanted = false;
    if (!this.#program) return;
    process.kill(this.pid, 'SIGINT');
    await this.#program.ended;
  }

  async #prepare() {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { mode: 0o700 });
    await giveToAccount(this.folder);
  }

  // The children of a killed postmaster take a moment to go; until then a new one refuses to start, and is started again.
  async #launch() {
    const [command, ...words] = asAccount([binary('postgres'), '-D', this.folder, '-p', String(this.port)]);
    const program = new Program(`${this.name}.${++this.#starts}`, command, words, { environment: { TZ: 'UTC' }, folder: 'chaos' });
    this.#program = program;
    void program.ended.then(() => {
      process.off('exit', program.kill);
      if (this.#wanted && this.#program === program && this.#starts < 200) setTimeout(() => this.#wanted && void this.#launch().catch(() => {}), 200);
    });
    await until(`${this.name} answers`, async () => !this.#wanted || (await this.ask('SELECT 1', 'postgres').then(() => true, () => false)));
  }
}

function binary(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), ...versions('/usr/lib/postgresql')];
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (!found) throw new Error(`${name} was not found: install PostgreSQL`);
  return found;
}

function versions(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).sort((one, other) => Number(other) - Number(one)).map((version) => join(folder, version, 'bin'));
}

function run([name, ...words]) {
  const [command, ...rest] = asAccount([binary(name), ...words]);
  return execute(command, rest);
}
