import { bounds, vital } from './bounds.js';
import { Subjects } from './subjects.js';

/**
 * Reads a history and says what must not have been: a list of `{ rule, at, what }`. Pure. `keys` is what `idp keys list` says at the end;
 * `slowness` is how long, in milliseconds, the machine at most kept a process waiting, which is added to what is promised in milliseconds.
 */
export function check({ events, faults, keys = [], slowness = 0, end }) {
  const subjects = new Subjects(events);
  return [
    ...wonTwice(events),
    ...refusedThoughGood(events, subjects),
    ...acceptedThoughRevoked(events, faults, subjects, slowness),
    ...periodsOfKeys(events, faults, slowness),
    ...generationsOfKeys(keys),
    ...untold(events, subjects),
    ...notRecovered(events, faults, end),
  ].sort((one, other) => one.at - other.at);
}

/** A code is redeemed once, and one refresh token has one successor, however often it is shown. */
function wonTwice(events) {
  const winners = new Map();
  const found = [];
  for (const event of events) {
    const key = event.outcome === 'ok' && { redeem: `code ${event.code}`, refresh: `refresh token ${event.used}` }[event.op];
    if (!key) continue;
    const won = event.op === 'redeem' ? event : event.gave;
    if (winners.has(key) && winners.get(key) !== won) found.push({ rule: 'won twice', at: event.answered, what: `${key} was won a second time` });
    winners.set(key, winners.get(key) ?? won);
  }
  return found;
}

/** What was answered is not lost, and what is good is not refused: tokens, sessions, codes, families. */
function refusedThoughGood(events, subjects) {
  return events.filter((event) => event.outcome === 'refused' && !subjects.mayBeDead(event)).map((event) => {
    const isRetried = event.op === 'refresh' && subjects.wasRetried(event);
    const rule = isRetried ? 'family killed by a retry' : { refresh: 'answered commit lost', authorize: 'answered commit lost', redeem: 'answered commit lost' }[event.op] ?? 'valid token refused';
    return { rule, at: event.answered, what: `${event.op} of ${subjects.nameOf(event)}: ${event.error ?? event.status}${event.detail ? ` (${event.detail})` : ''}` };
  });
}

/** What is taken back stays so: at once where the server is asked, within the bound where a verifier hears of it. */
function acceptedThoughRevoked(events, faults, subjects, slowness) {
  const pushes = events.filter(({ op }) => op === 'push');
  const found = [];
  for (const event of events) {
    const dead = event.outcome === 'ok' ? subjects.deadSince(event) : undefined;
    if (!dead) continue;
    const allowed = event.op === 'verify' ? verifierBound(event, dead, pushes, faults) : dead.byKey ? bounds.keys : 0;
    const late = event.asked - dead.at - allowed - (allowed > 0 ? slowness : 0);
    if (late > 0) found.push({ rule: 'revoked but accepted', at: event.asked, what: `${event.op} of ${subjects.nameOf(event)}, ${Math.round(event.asked - dead.at)} ms after ${dead.why}` });
  }
  return found;
}

function verifierBound(event, dead, pushes, faults) {
  if (dead.byKey) return bounds.jwks;
  const calm = [...faults.map(({ ended }) => ended + bounds.settle).filter((end) => end < event.asked && end > dead.at), dead.at];
  const since = Math.max(...calm);
  const isBroken = faults.some(({ began, ended }) => began <= event.asked && ended + bounds.settle > since);
  return isBroken || !wasOpen(pushes, since, event.asked) ? bounds.list : since - dead.at + bounds.push;
}

function wasOpen(pushes, from, to) {
  const before = pushes.filter(({ asked }) => asked <= from).at(-1);
  return before?.state === 'open' && pushes.every(({ asked, state }) => asked <= from || asked > to || state === 'open');
}

/**
 * At one time one key signs, by the tokens' own `iat`: the next key's first token is no earlier than the last one's last. A second is the clock's
 * grain. Where an operator switched at once, other nodes follow within a bound, or when they can reach the database again.
 */
function periodsOfKeys(events, faults, slowness) {
  const keys = new Map();
  for (const { kid, iat, outcome } of events.filter(({ kid, iat }) => kid && iat)) {
    if (outcome !== 'ok') continue;
    const known = keys.get(kid) ?? { kid, first: iat, last: iat };
    keys.set(kid, { kid, first: Math.min(known.first, iat), last: Math.max(known.last, iat) });
  }
  const inTurn = [...keys.values()].sort((one, other) => one.first - other.first);
  const switches = events.filter(({ op }) => op === 'keys rotate --now' || op === 'keys revoke');
  const late = switches.length > 0 ? (bounds.keys + slowness + longest(faults)) / 1000 : 0;
  return inTurn.slice(1).flatMap((key, i) => {
    const overlap = inTurn[i].last - key.first;
    const isForced = switches.some(({ kids }) => kids?.includes(key.kid) || kids?.includes(inTurn[i].kid));
    return overlap > 1 + (isForced ? late : 0) ? [{ rule: 'two keys in one period', at: 0, what: `${inTurn[i].kid} and ${key.kid} signed for ${overlap} s both` }] : [];
  });
}

const longest = (faults) => Math.max(0, ...faults.map(({ began, ended }) => ended - began));

/** Nodes that find the next key due at once make one. */
function generationsOfKeys(keys) {
  const seen = new Set();
  return keys.flatMap(({ alg, generation, kid }) => {
    const name = `${alg} ${generation}`;
    if (!seen.has(name)) return seen.add(name) && [];
    return [{ rule: 'two keys in one period', at: 0, what: `${name} was made twice: ${kid}` }];
  });
}

/** Whoever a sign-in ended for was told, if perhaps twice. */
function untold(events, subjects) {
  const told = new Set(events.filter(({ op }) => op === 'told').map(({ sid }) => sid));
  return events.filter(({ op, outcome, sid, session }) => op === 'logout' && outcome === 'ok' && subjects.isListenedTo(session) && !told.has(sid))
    .map(({ answered, session }) => ({ rule: 'logout not delivered', at: answered, what: `the end of ${session}` }));
}

/** After each fault everything comes back within a bound; what comes before the next fault's end doesn't count against it. */
function notRecovered(events, faults, end) {
  return faults.flatMap((fault) => {
    const others = faults.filter((other) => other !== fault && other.began <= fault.ended + bounds.recovery && other.ended > fault.ended);
    const deadline = Math.max(fault.ended, ...others.map(({ ended }) => ended)) + bounds.recovery;
    if (end === undefined || end < deadline) return [];
    return vital.filter((op) => !events.some((event) => event.op === op && event.outcome === 'ok' && event.asked > fault.ended && event.answered <= deadline))
      .map((op) => ({ rule: 'not recovered', at: deadline, what: `${op}, ${bounds.recovery / 1000} s after ${fault.kind}` }));
  });
}
