import { mkdir, rm, writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { root, until } from '../interop/support/program.js';
import { vital } from './bounds.js';
import { check } from './checker.js';
import { Cluster } from './cluster/cluster.js';
import { History } from './history.js';
import { Population } from './clients/population.js';
import { carryOut } from './plan.js';
import { Dice } from './random.js';
import { register } from './registrations.js';
import { summaryOf, tableOf } from './report.js';
import { timelineOf } from './timeline.js';

const folder = `${root}/artifacts/chaos`;

/**
 * One run: a cluster, its clients, and faults for so many seconds; then the checker. `only` is a list of steps instead of chance, each of which is taken if there
 * is no time set; `keys` is the life of a signing key, and `apart` how many seconds a clock then may be set off.
 */
export async function run({ seed, seconds, only, keys, apart, name, say = console.log }) {
  await mkdir(folder, { recursive: true });
  const dice = new Dice(seed);
  const history = new History();
  const cluster = await Cluster.start({ keys });
  let registered;
  try {
    registered = await register(cluster, history, {});
    say(`three nodes and ${registered.users.length} people after ${Math.round(history.now / 1000)} s; seed ${seed}`);
    history.begin();
    const result = await live({ cluster, history, registered, dice, lasting: seconds && seconds * 1000, only, apart, say });
    await keep(name, result);
    return result;
  } finally {
    registered?.api.close();
    await registered?.receiver.stop();
    await cluster.stop();
  }
}

async function live({ cluster, history, registered, dice, lasting, only, apart, say }) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const population = new Population({ history, ...registered, dice: dice.fork() });
  const living = population.live();
  const succeeded = (op) => history.events.some((event) => event.op === op && event.outcome === 'ok');
  await until('each operation has succeeded once', () => vital.every(succeeded), 120);
  const skipped = await carryOut({ cluster, history, dice: dice.fork(), lasting, only, apart, say });
  await pause(4000);
  population.over();
  await living;
  const end = history.now;
  const keys = await cluster.command(['keys', 'list']);
  await drained(history);
  const slowness = delay.max / 1e6;
  const violations = check({ ...history, keys, slowness, end });
  return { events: history.events, faults: history.faults, keys, end, slowness, skipped, violations };
}

/** Until every receiver heard of every sign-out, or a minute: what was claimed by a node that died is due again after half of one. */
async function drained(history) {
  const isTold = () => check({ events: history.events, faults: [] }).every(({ rule }) => rule !== 'logout not delivered');
  for (let waited = 0; waited < 120 && !isTold(); waited++) await pause(500);
}

async function keep(name, { events, faults, keys, end, violations, skipped, slowness }) {
  await rm(`${folder}/${name}.history.jsonl`, { force: true });
  await writeFile(`${folder}/${name}.history.jsonl`, [...events, ...faults, { keys, end, slowness, skipped }].map((line) => JSON.stringify(line)).join('\n'));
  await writeFile(`${folder}/${name}.svg`, timelineOf({ events, faults, violations, end }));
}

export function print(result, say = console.log) {
  say(`\n${tableOf(result)}\n\n${summaryOf(result)}`);
  for (const line of result.skipped) say(`not possible here: ${line}`);
  for (const { rule, at, what } of result.violations.slice(0, 40)) say(`VIOLATION ${rule}, at ${(at / 1000).toFixed(1)} s: ${what}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  // Who ends the run ends the cluster: what is to be done at the exit is done.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(performance.timeOrigin) % 1_000_000);
  // A key's announcement takes as long as two clocks may be apart, and more.
  const result = await run({ name: 'chaos', seed, seconds: Number(process.env.CHAOS_SECONDS ?? 300), keys: { interval: '00:02:40', lead: '00:02:10' }, apart: 30,
    only: process.env.CHAOS_ONLY?.split(';').map((step) => step.split('+')) });
  print(result);
  console.log(`the timeline: artifacts/chaos/chaos.svg; CHAOS_SEED=${seed} does the same again`);
  process.exit(result.violations.length > 0 ? 1 : 0);
}
