import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mailOf } from './mail.js';
import { Program, freePort, root, until } from './program.js';
import { Seen, noticingFetch } from './seen.js';

export const executable = process.env.IDP_EXE ?? join(root, 'idp');

/** The log at its most talkative, the framework's part too: what stands in none of these lines stands in none that an operator can ask for. */
const everyLine = { Serilog__MinimumLevel__Default: 'Verbose', Serilog__MinimumLevel__Override__Microsoft: 'Verbose' };

/** The real server, on a port and an empty database of its own, spoken to only as its users do: HTTP and commands. */
export class Idp {
  #folder;
  #environment;
  #program;

  /**
   * Over TLS where there is a `certificate`; `trust` is then the file of the authorities that it trusts itself, and `isReady` asks it. The issuer is
   * the server's origin and, where there is one, a `path` below it.
   */
  static async start(settings = {}, { name = 'idp', path = '', certificate, trust, isReady, host = 'localhost', port } = {}) {
    const idp = new Idp();
    port ??= await freePort();
    idp.origin = `${certificate ? 'https' : 'http'}://${host}:${port}`;
    idp.issuer = idp.origin + path;
    idp.seen = new Seen();
    idp.fetch = noticingFetch((found) => idp.seen.addAll(found));
    idp.#folder = await mkdtemp(join(tmpdir(), 'idp-interop-'));
    // As root, the embedded database drops to an account that has to reach its directory.
    await chmod(idp.#folder, 0o755);
    idp.#environment = {
      DOTNET_ENVIRONMENT: 'Development',
      ASPNETCORE_ENVIRONMENT: 'Development',
      Idp__Issuer: idp.issuer,
      Idp__Database__Directory: join(idp.#folder, 'database'),
      Idp__Keys__MasterKeyFile: join(idp.#folder, 'master.key'),
      Idp__Mail__Folder: join(idp.#folder, 'mail'),
      ...(certificate && {
        Kestrel__Certificates__Default__Path: certificate.certificateFile,
        Kestrel__Certificates__Default__KeyPath: certificate.keyFile,
        SSL_CERT_FILE: trust,
      }),
      ...settings,
    };
    idp.#program = new Program(name, executable, ['serve'], { environment: { ...idp.#environment, ...(certificate ? {} : everyLine) } });
    await idp.#program.ready(`${idp.issuer}/health/ready`, isReady);
    return idp;
  }

  /** All that the server has written, on both streams. */
  get log() {
    return this.#program.output;
  }

  get pid() {
    return this.#program.pid;
  }

  /** What its commands are told, and it was. */
  get environment() {
    return this.#environment;
  }

  /** One command, given as its words: its JSON document. `input` goes to standard input as JSON. */
  async command(words, input) {
    const { status, stdout, stderr } = await this.run([...words, '--json'], input);
    if (status !== 0) throw new Error(`idp ${words.slice(0, 2).join(' ')} ended with ${status}: ${stderr}`);
    const answer = stdout.trim() ? JSON.parse(stdout) : undefined;
    if (answer?.client_secret) this.seen.add('client_secret', answer.client_secret);
    return answer;
  }

  run(words, input) {
    return new Promise((resolve) => {
      const child = execFile(executable, words, { env: { ...process.env, ...this.#environment } }, (error, stdout, stderr) =>
        resolve({ status: error ? (error.code ?? 1) : 0, stdout, stderr }));
      child.stdin.on('error', () => {});
      child.stdin.end(input === undefined ? '' : JSON.stringify(input));
    });
  }

  /** A client by RFC 7591's metadata; the answer carries its id and, if it is confidential, its secret. */
  createClient(metadata) {
    return this.command(['clients', 'create', '--file', '-'], metadata);
  }

  createResource(resource) {
    return this.command(['resources', 'create', '--file', '-'], resource);
  }

  /** A user with a password made here: { username, password, claims }. */
  async createUser(username, claims = {}) {
    const password = randomBytes(15).toString('hex');
    this.seen.add('password', password);
    const answer = await this.command(['users', 'create', '--username', username, '--password', password, '--claims', '-'], claims);
    return { ...answer, username, password, claims };
  }

  /** The mails to an address, oldest first, as `{ subject, text, html, link }`; their links' secrets are noted. */
  async mailsTo(address) {
    const folder = join(this.#folder, 'mail');
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
    const mails = (await Promise.all(names.map(async (name) => mailOf(await readFile(join(folder, name), 'utf8'))))).filter(({ to }) => to === address);
    for (const { link } of mails) if (link) this.seen.add('link', link.searchParams.get('link'));
    return mails;
  }

  /** The next mail to an address, after `count` that were there before. */
  async nextMailTo(address, count = 0) {
    let mails = [];
    await until(`mail ${count + 1} to ${address} is there`, async () => (mails = await this.mailsTo(address)).length > count, 20);
    return mails[count];
  }

  /** One to an address by its subject, where several are sent at once and none is surely the first. */
  async mailAbout(address, subject) {
    return until(`a mail to ${address} about ${subject} is there`, async () => (await this.mailsTo(address)).find((one) => subject.test(one.subject)), 20);
  }

  async stop() {
    const status = await this.#program.stop();
    await rm(this.#folder, { recursive: true, force: true });
    return status;
  }
}
