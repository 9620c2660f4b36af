import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../interop/support/program.js';
import { hasClocks } from './cluster/node.js';

/**
 * What goes wrong, each by its name: how long it takes at most, whether it can be here, and what is done. A fault is over when its work is, and it leaves
 * everything as it was. `dice` chooses whom it meets; `note` writes into the history what operators did.
 */
export const faults = {
  'kill a node': async ({ cluster, dice, target }) => {
    const node = target(dice.pick(cluster.nodes));
    await node.kill();
    await pause(1500 + dice.below(1500));
    await node.start();
  },

  // Long enough that whoever waits for it goes elsewhere: what it then still finds in its sockets is old.
  'stop a node and let it go on': async ({ cluster, dice, target }) => {
    const node = target(dice.pick(cluster.nodes));
    node.signal('SIGSTOP');
    await pause(9000 + dice.below(3000));
    node.signal('SIGCONT');
    await node.ready();
  },

  'rolling restart': async ({ cluster }) => {
    for (const node of cluster.nodes) {
      await node.stop();
      await node.start();
    }
  },

  'kill the database': async ({ cluster }) => {
    await cluster.primary.kill({ again: true });
    await isBack(cluster);
  },

  'kill a backend': async ({ cluster, dice }) => {
    const backends = await cluster.primary.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'idp'");
    process.kill(Number(dice.pick(backends)[0]), 'SIGKILL');
    await isBack(cluster);
  },

  'fail over to the standby': async ({ cluster, afterwards }) => {
    const old = await cluster.failOver();
    afterwards(() => cluster.follow(old.folder));
  },

  'cut a node from the database': async ({ cluster, dice, target }) => {
    const node = target(dice.pick(cluster.nodes));
    node.wire.cut();
    await pause(4000 + dice.below(3000));
    node.wire.mend();
    await node.ready();
  },

  'lose what a node and the database say': async ({ cluster, dice, target }) => {
    const node = target(dice.pick(cluster.nodes));
    node.wire.deafen();
    await pause(5000 + dice.below(3000));
    node.wire.mend();
    await node.ready();
  },

  'no connection left': async ({ cluster, dice }) => {
    const taken = [];
    for (let i = 0; i < 100; i++) {
      const connection = await cluster.primary.connect().catch(() => undefined);
      if (!connection) break;
      taken.push(connection);
      // Those of the nodes end, so that they need new ones.
      if (i === 40) await connection.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'idp'");
    }
    await pause(3000 + dice.below(2000));
    taken.forEach((connection) => connection.close());
    await isBack(cluster);
  },

  'slow database': async ({ cluster, dice }) => {
    cluster.nodes.forEach((node) => node.wire.slow(40 + dice.below(80)));
    await pause(5000);
    cluster.nodes.forEach((node) => node.wire.mend());
  },

  'full disk': async ({ cluster }) => {
    const { disk } = cluster;
    await disk.fill();
    // What is written to the log from now on needs room: each switch uses one of the files that were kept for later.
    for (let i = 0; i < 6; i++) {
      await cluster.primary.ask('SELECT txid_current(), pg_switch_wal()').catch(() => {});
      await pause(500);
    }
    await pause(3000);
    await disk.free();
    await isBack(cluster);
  },

  // Each step is as far as two clocks may be apart.
  'clocks apart, and stepping': async ({ cluster, dice, apart, target }) => {
    const node = target(dice.pick(cluster.nodes));
    for (const seconds of dice.shuffled([apart, -apart]).flatMap((one) => [one, 0])) {
      await node.setClock(seconds);
      await pause(seconds === 0 ? 2500 : 5000);
    }
  },

  'rotate the keys': ({ cluster, note }) => note('keys rotate', () => cluster.command(['keys', 'rotate'])),

  'rotate the keys at once': ({ cluster, note }) => note('keys rotate --now', () => cluster.command(['keys', 'rotate', '--now']), (made) => made.map(({ kid }) => kid)),

  'revoke the key that signs': async ({ cluster, note }) => {
    const keys = await cluster.command(['keys', 'list']);
    const { kid } = keys.find(({ state }) => state === 'active');
    await note('keys revoke', () => cluster.command(['keys', 'revoke', kid]), () => [kid], [kid]);
  },

  // There is no procedure that changes the master key; a node that has another must not start, and must make no key.
  'a node with another master key': async ({ cluster, note }) => {
    const file = join(cluster.folder, 'another.key');
    await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
    const node = await cluster.spareNode('stranger', { Idp__Keys__MasterKeyFile: file });
    const code = await node.ended();
    if (code === 0) throw new Error('a node with another master key ran');
    await note('strange master key', async () => code);
  },
};

/** Why a fault can't be on this machine; undefined where it can. */
export function impossible(kind, cluster) {
  if (kind === 'clocks apart, and stepping' && !hasClocks) return 'libfaketime is not installed';
  if (kind === 'full disk' && !cluster.disk) return 'no disk can be mounted here';
  if (kind === 'fail over to the standby' && !cluster.standby) return 'there is no standby at the moment';
  return undefined;
}

/** The database takes writes again, and every node says that it is ready. */
async function isBack(cluster) {
  await until('the database takes writes', () => cluster.primary.ask('SELECT txid_current()').then(() => true, () => false));
  await Promise.all(cluster.nodes.map((node) => node.ready()));
}
