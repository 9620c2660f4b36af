import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainService } from './service.js';
import { verifierService } from './verifier.js';

// All of it on one machine: the verifier and two services on ports of their own, nginx before them on PORT.
const port = process.env.PORT ?? '8085';
const issuer = process.env.ISSUER ?? 'http://localhost:8080';
const audience = process.env.AUDIENCE ?? `http://localhost:${port}`;
const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
// As root, nginx works under another account, which has to get there.
chmodSync(folder, 0o755);

const values = {
  PORT: port,
  VERIFIER_PORT: await listen(verifierService({ issuer, audience })),
  ORDERS_PORT: await listen(plainService('orders')),
  STOCK_PORT: await listen(plainService('stock')),
};
const template = readFileSync(new URL('./nginx.conf.template', import.meta.url), 'utf8');
writeFileSync(join(folder, 'nginx.conf'), template.replace(/\$\{([A-Z_]+)\}/g, (whole, name) => values[name] ?? whole));

// Debian keeps it where only root looks.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
const nginx = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], { stdio: 'inherit', env });
nginx.on('error', (error) => end(`nginx: ${error.message}`));
nginx.on('exit', (code) => end(`nginx ended with ${code}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => nginx.kill('SIGTERM'));
console.log(`The gateway is at http://127.0.0.1:${port} for ${audience}`);

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

function end(why) {
  console.log(why);
  rmSync(folder, { recursive: true, force: true });
  process.exit(nginx.exitCode === 0 ? 0 : 1);
}
