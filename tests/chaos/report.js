import { vital } from './bounds.js';

const operations = ['sign-in', 'authorize', 'redeem', 'refresh', 'revoke', 'logout', 'userinfo', 'introspect', 'verify', 'client_credentials', 'told'];

/** How often each operation succeeded during each kind of fault, was refused, or had no answer; and while nothing was broken. */
export function tableOf({ events, faults }) {
  const rows = new Map();
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  for (const kind of [...kinds, 'nothing']) rows.set(kind, Object.fromEntries(operations.map((op) => [op, 0])));
  const others = new Map([...rows.keys()].map((kind) => [kind, { refused: 0, unanswered: 0 }]));
  for (const event of events.filter(({ op }) => operations.includes(op))) {
    const during = faults.filter(({ began, ended }) => event.asked < ended && event.answered > began).map(({ kind }) => kind);
    for (const kind of during.length > 0 ? new Set(during) : ['nothing']) {
      if (event.outcome === 'ok') rows.get(kind)[event.op]++;
      else others.get(kind)[event.outcome === 'refused' ? 'refused' : 'unanswered'] += event.isLost ? 0 : 1;
    }
  }
  const width = Math.max(...[...rows.keys()].map(({ length }) => length));
  const heads = [...operations, 'refused', 'unanswered'];
  const line = (name, cells) => `${name.padEnd(width)}  ${cells.map((cell, i) => String(cell).padStart(Math.max(heads[i].length, 5))).join('  ')}`;
  return [line('succeeded during', heads), ...[...rows].map(([kind, row]) => line(kind, [...operations.map((op) => row[op]), others.get(kind).refused, others.get(kind).unanswered]))].join('\n');
}

/** What was counted, in one line each. */
export function summaryOf({ events, faults, violations, end }) {
  const asked = events.filter(({ op }) => operations.includes(op));
  const count = (outcome) => asked.filter((event) => event.outcome === outcome && !event.isLost).length;
  const lags = lagsOf(events);
  const back = recoveriesOf(events, faults);
  return [
    `${asked.length} operations in ${Math.round(end / 1000)} s: ${count('ok')} succeeded, ${count('refused')} were refused, ${count('unknown')} had no answer, ${asked.filter(({ isLost }) => isLost).length} answers were thrown away`,
    `${faults.length} faults of ${new Set(faults.map(({ kind }) => kind)).size} kinds`,
    `revoked until the verifier refused: median ${middle(lags)} ms, longest ${Math.round(Math.max(0, ...lags))} ms, of ${lags.length}`,
    `mended until every operation had succeeded: median ${middle(back)} ms, longest ${Math.round(Math.max(0, ...back))} ms`,
    `${violations.length} violations`,
  ].join('\n');
}

const middle = (numbers) => Math.round([...numbers].sort((one, other) => one - other)[numbers.length >> 1] ?? 0);

/** From each revocation's answer until the verifier first refused. */
function lagsOf(events) {
  return events.filter(({ op, outcome, access }) => op === 'revoke' && outcome === 'ok' && access).flatMap(({ access, answered }) => {
    const refused = events.find((event) => event.op === 'verify' && event.access === access && event.outcome === 'refused' && event.asked > answered);
    return refused ? [refused.answered - answered] : [];
  });
}

function recoveriesOf(events, faults) {
  return faults.map(({ ended }) => Math.max(...vital.map((op) => (events.find((event) => event.op === op && event.outcome === 'ok' && event.asked > ended)?.answered ?? ended) - ended)));
}
