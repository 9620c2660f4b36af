import { createServer } from 'node:net';
import { once } from 'node:events';

let next = 20_000 + ((process.pid * 41) % 10_000);

/**
 * A port of loopback that is free, and below those that the system gives to outgoing connections: while a node or a database is dead, nobody else
 * may get its port.
 */
export async function lastingPort() {
  for (let tries = 0; tries < 1000; tries++) {
    next = next >= 32_000 ? 20_000 : next + 1;
    const server = createServer().listen(next, '127.0.0.1');
    const isFree = await once(server, 'listening').then(() => true, () => false);
    server.close();
    if (isFree) return next;
  }
  throw new Error('no port is free');
}
