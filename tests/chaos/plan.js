import { setTimeout as pause } from 'node:timers/promises';
import { faults, impossible } from './faults.js';

/** Two at once that a place has to stand. */
const mixed = [
  ['kill a node', 'slow database'],
  ['cut a node from the database', 'rotate the keys at once'],
  ['stop a node and let it go on', 'revoke the key that signs'],
  ['kill the database', 'kill a node'],
  ['clocks apart, and stepping', 'rolling restart'],
  ['lose what a node and the database say', 'clocks apart, and stepping'],
];

/** The faults of a run, from its dice: each one by one in any order, then two by two, again and again. */
export function* planned(dice, only) {
  if (only) return yield* only;
  for (;;) yield* [...dice.shuffled(Object.keys(faults)).map((kind) => [kind]), ...dice.shuffled(mixed)];
}

/** Does what was planned, one step after another, until the time is over; every step is in the history. */
export async function carryOut({ cluster, history, dice, lasting = Infinity, only, apart, say }) {
  const skipped = new Set();
  for (const kinds of planned(dice.fork(), only)) {
    if (history.now > lasting) break;
    const possible = kinds.filter((kind) => {
      const why = impossible(kind, cluster);
      if (why) skipped.add(`${kind}: ${why}`);
      return !why;
    });
    const left = [];
    await Promise.all(possible.map((kind) => history.fault(kind, undefined, async (fault) => {
      say(`${seconds(fault.began)} ${kind}`);
      const target = (node) => {
        fault.target = node.name;
        return node;
      };
      await faults[kind]({ cluster, dice: dice.fork(), apart, target, afterwards: (work) => left.push(work), note: noter(history) });
    })));
    for (const work of left) await work();
    await pause(2000);
  }
  return [...skipped];
}

/** Writes what an operator did into the history, also when nobody knows whether it went through. */
const noter = (history) => (op, work, kidsOf = () => [], about = []) => history.ask(op, { kids: about }, async () => {
  try {
    const done = await work();
    return { outcome: 'ok', kids: kidsOf(done) };
  } catch (error) {
    return { outcome: 'unknown', error: error.message.slice(0, 200) };
  }
});

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
