import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Program, root, until } from '../../interop/support/program.js';

const program = `${root}/src/IdentityProvider.Server/bin/Release/net10.0/idp.dll`;
const faketime = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`).find(existsSync);

/** Whether a node can be given a clock of its own (Debian's libfaketime). */
export const hasClocks = faketime !== undefined;

/** One node: the Release build, behind nginx, on a wire to the database. */
export class Node {
  #program;
  #starts = 0;

  constructor({ name, port, wire, environment, folder }) {
    Object.assign(this, { name, port, wire });
    this.clockFile = `${folder}/${name}.clock`;
    this.environment = {
      ...environment,
      ASPNETCORE_URLS: `http://127.0.0.1:${port}`,
      ...(faketime && {
        LD_PRELOAD: faketime,
        FAKETIME_TIMESTAMP_FILE: this.clockFile,
        // A step is read within a second. What measures how long something took is the machine's, and .NET's waits are left alone: mended, they spin.
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_FORCE_MONOTONIC_FIX: '0',
      }),
    };
  }

  get pid() {
    return this.#program?.pid;
  }

  /** Its clock goes so many seconds before the machine's. */
  setClock(seconds) {
    return writeFile(this.clockFile, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
  }

  launch(environment = {}) {
    this.#program = new Program(`${this.name}.${++this.#starts}`, 'dotnet', [program, 'serve'], { environment: { ...this.environment, ...environment }, folder: 'chaos' });
    return this.#program;
  }

  async start() {
    await this.launch().ready(`http://127.0.0.1:${this.port}/health/ready`);
    return this;
  }

  /** Until it has ended by itself; its exit code. */
  async ended() {
    await this.#program.ended;
    return this.#program.exitCode;
  }

  signal(name) {
    process.kill(this.pid, name);
  }

  async kill() {
    const { ended, kill } = this.#program;
    this.signal('SIGKILL');
    await ended;
    process.off('exit', kill);
  }

  /** By SIGTERM, as a rolling restart does. */
  async stop() {
    await this.#program.stop();
  }

  /** Whatever state it is in. */
  async end() {
    if (this.#program === undefined) return;
    try {
      this.signal('SIGCONT');
    } catch {
      // It has ended.
    }
    await this.#program.stop();
  }

  isReady() {
    return fetch(`http://127.0.0.1:${this.port}/health/ready`, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false);
  }

  ready(seconds = 60) {
    return until(`${this.name} is ready`, () => this.isReady(), seconds);
  }
}
