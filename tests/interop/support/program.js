import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setInterval as ticks } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** A port of the loopback interface that is free now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks again and again until the answer is neither false nor undefined; says what it waited for when a minute passed in vain. */
export async function until(what, condition, seconds = 60) {
  const deadline = performance.now() + seconds * 1000;
  for await (const _ of ticks(50)) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
  }
}

/** A program that runs beside the tests: its whole output is kept, and it never outlives them. */
export class Program {
  #child;
  #output = [];
  #file;

  constructor(name, command, words, { environment, seen, folder = 'interop' }) {
    mkdirSync(`${root}/artifacts/${folder}`, { recursive: true });
    this.name = name;
    this.#file = createWriteStream(`${root}/artifacts/${folder}/${name}.log`);
    const stdio = ['ignore', 'pipe', 'pipe', ...(seen ? ['ipc'] : [])];
    this.#child = spawn(command, words, { env: { ...process.env, ...environment }, stdio });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output.push(text);
        this.#file.write(text);
      });
    }
    this.#child.on('message', (values) => seen.addAll(values));
    this.#child.on('error', (error) => this.#output.push(String(error)));
    this.ended = once(this.#child, 'close').catch(() => {});
    // SIGTERM also when the tests end badly: the server then stops its database, which SIGKILL would leave running.
    this.kill = () => this.#child.kill('SIGTERM');
    process.once('exit', this.kill);
  }

  get output() {
    return this.#output.join('');
  }

  get pid() {
    return this.#child.pid;
  }

  /** Until the address answers 200; a program that ends before that is an error which shows what it said. */
  async ready(url, isReady = (address) => fetch(address).then((response) => response.ok, () => false)) {
    await until(`${this.name} answers at ${url}`, async () => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(`${this.name} ended with ${this.#child.exitCode}:\n${this.output}`);
      return isReady(url);
    });
    return this;
  }

  async stop() {
    this.#child.kill('SIGTERM');
    await this.ended;
    process.off('exit', this.kill);
    this.#file.end();
    return this.#child.exitCode;
  }
}
