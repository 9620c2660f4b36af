// Signing in as a stranger sees it: whether the clock tells which names are somebody's, and what a flood of sign-ins does to /token.
import { randomBytes } from "node:crypto";
import { basic } from "./lib/idp.js";
import { load, median } from "./lib/load.js";

const subjects = ["unknown name", "known name, wrong password", "locked", "disabled"];

/**
 * Wrong passwords for names of four kinds, in turns and one at a time, each time by another browser. Of an account no more than four, so that none of
 * the second and the fourth kind locks. Reported: the ratio of each median to the unknown names', and how surely ranks tell the two apart (Mann and
 * Whitney's U, as a z; beyond 3 it is no chance).
 */
export async function measureEnumeration({ issuer, idp }, { samples = 80 }) {
  const password = "a lighthouse, a marmot, a tune";
  const each = Math.ceil(samples / 4);
  const known = makePeople(idp, "known", each, password);
  const locked = makePeople(idp, "locked", 1, password);
  const disabled = makePeople(idp, "disabled", each, password);
  for (const name of disabled) idp(["users", "disable", name]);
  for (let i = 0; i < 6; i++) await attempt(issuer, locked[0]);
  for (let i = 0; i < 10; i++) await attempt(issuer, `warm-${i}`);

  const names = [(i) => `nobody-${randomBytes(6).toString("hex")}-${i}`, (i) => known[i % each], () => locked[0], (i) => disabled[i % each]];
  const times = subjects.map(() => []);
  for (let i = 0; i < samples; i++) {
    for (const [kind, name] of names.entries()) times[kind].push(await attempt(issuer, name(i)));
  }
  const base = times[0];
  return subjects.map((subject, kind) => kind === 0
    ? [`sign-in refused: ${subject}`, `${median(base).toFixed(1)} ms`, `median of ${samples}, one at a time; a third of them between ${quantile(base, 1 / 3).toFixed(1)} and ${quantile(base, 2 / 3).toFixed(1)} ms`]
    : [`the same: ${subject}`, `${(median(times[kind]) / median(base)).toFixed(3)} of it`, `ranks: z = ${rankTest(base, times[kind]).toFixed(1)} (beyond ±3 the clock tells them apart)`]);
}

/** The token endpoint alone, and while sign-ins are sent as fast as they are answered. */
export async function measureFlood({ issuer, pid }, { machine }, { rounds = 3, seconds = 6 }) {
  const form = { FORM: "grant_type=client_credentials&scope=orders.read", AUTHORIZATION: basic(machine) };
  const tokens = () => load(`${issuer}/token`, { script: "form.lua", env: form, seconds, pid });
  await tokens();
  const ratios = [], shed = [], rates = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await tokens();
    const flood = startFlood(issuer, 64);
    const during = await tokens();
    const { answered, busy } = await flood.stop();
    if (alone.failures + during.failures > 0) throw new Error("The token endpoint failed");
    ratios.push(during.rate / alone.rate);
    rates.push(answered / seconds);
    shed.push(busy / answered);
  }
  return [["tokens while 64 browsers sign in at once and wrongly", `${median(ratios).toFixed(2)} of without`, `${median(rates).toFixed(0)} sign-ins/s answered, ${(median(shed) * 100).toFixed(0)} % of them by 503 and Retry-After; hashing has half of the processors at most`]];
}

function makePeople(idp, prefix, count, password) {
  return Array.from({ length: count }, (_, i) => {
    const name = `${prefix}-${i}`;
    idp(["users", "create", "--username", name, "--password", "-"], `${password}\n`);
    return name;
  });
}

/** One attempt of a browser that was never here: the time from the form's sending to its answer, in ms. */
async function attempt(issuer, username) {
  const form = await openForm(issuer);
  const began = performance.now();
  const answer = await send(issuer, form, username);
  const took = performance.now() - began;
  if (answer !== 400) throw new Error(`The sign-in of ${username} answered ${answer}`);
  return took;
}

async function openForm(issuer) {
  const answer = await fetch(`${issuer}/login`);
  const html = await answer.text();
  const token = /name="__RequestVerificationToken" value="([^"]+)"/.exec(html)[1];
  return { token, cookie: answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ") };
}

async function send(issuer, { token, cookie }, username) {
  const answer = await fetch(`${issuer}/login`, {
    method: "POST", redirect: "manual", headers: { cookie },
    body: new URLSearchParams({ __RequestVerificationToken: token, username, password: "not the one at all" }),
  });
  await answer.text();
  return answer.status;
}

function startFlood(issuer, browsers) {
  let goesOn = true, answered = 0, busy = 0;
  const running = Array.from({ length: browsers }, async (_, i) => {
    const form = await openForm(issuer);
    while (goesOn) {
      const status = await send(issuer, form, `flood-${i}-${answered}`);
      answered++;
      if (status === 503) busy++;
    }
  });
  return { async stop() { goesOn = false; await Promise.all(running); return { answered, busy }; } };
}

const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * share)];

/** The normal approximation of U for two samples: how many deviations the second's ranks lie beside what chance gives. */
function rankTest(first, second) {
  const all = [...first.map((value) => ({ value, isSecond: false })), ...second.map((value) => ({ value, isSecond: true }))].sort((a, b) => a.value - b.value);
  const ranks = all.reduce((sum, { isSecond }, i) => (isSecond ? sum + i + 1 : sum), 0);
  const [n, m] = [first.length, second.length];
  const u = ranks - (m * (m + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}
