import { mkdtemp, readdir, rm, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import workerd from 'workerd';
import { Program, freePort } from '../../interop/support/program.js';

const packageFolder = fileURLToPath(new URL('../../../src/verifier-js/', import.meta.url));

/**
 * The real workerd with one worker, whose module `main` may import the verifier as `./verifier/index.js`: { url, stop }. The package goes in as
 * it is published, module by module, with no bundler between.
 */
export async function startWorkerd(main, { bindings = {}, name = 'workerd' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'verifier-workerd-'));
  const port = await freePort();
  await cp(main, join(folder, 'worker.js'));
  await cp(packageFolder, join(folder, 'verifier'), { recursive: true });
  const files = (await readdir(join(folder, 'verifier'), { recursive: true })).filter((file) => file.endsWith('.js')).map((file) => `verifier/${file}`);
  const modules = ['worker.js', ...files].map((file) => `(name = "${file}", esModule = embed "${file}")`);
  const variables = Object.entries(bindings).map(([variable, value]) => `(name = "${variable}", text = ${JSON.stringify(value)})`);
  await writeFile(join(folder, 'config.capnp'), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  bindings = [${variables.join(', ')}],
  compatibilityDate = "2026-10-01",
);
`);
  const program = new Program(name, workerd.default ?? workerd, ['serve', join(folder, 'config.capnp')], { environment: {} });
  const url = `http://127.0.0.1:${port}`;
  await program.ready(`${url}/`);
  return {
    url,
    program,
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
