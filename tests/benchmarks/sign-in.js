// Signing in as a stranger sees it: whether the clock tells which names are somebody's, and what a flood of sign-ins does to /token.
import { randomBytes } from "node:crypto";
import { basic } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { bareSubject } from "./lib/subjects.js";

/** Who is tried, and beside whom: what was tried too often waits, whether it is somebody's or not. */
const subjects = [
  { name: "unknown name" },
  { name: "known name, wrong password", beside: "unknown name" },
  { name: "disabled account", beside: "unknown name" },
  { name: "unknown name, tried too often" },
  { name: "known name, tried too often", beside: "unknown name, tried too often" },
];

/**
 * Wrong passwords for names of each kind, one at a time and in turns whose order moves on, each time by another browser. Of a name that is to stay open
 * no more than four. Reported: the ratio of a median to that of who is nobody, and how surely ranks tell the two apart (Mann and Whitney's U, as a z;
 * beyond 3 it is no chance).
 */
export async function measureEnumeration({ issuer, idp }, { samples = 80 }) {
  const password = "a lighthouse, a marmot, a tune";
  const each = Math.ceil(samples / 4);
  const known = makePeople(idp, "known", each, password);
  const disabled = makePeople(idp, "disabled", each, password);
  for (const name of disabled) idp(["users", "disable", name]);
  const [tried, nobody] = [makePeople(idp, "tried", 1, password)[0], "nobody"];
  for (let i = 0; i < 6; i++) {
    await attempt(issuer, tried);
    await attempt(issuer, nobody);
  }

  const names = [() => `nobody-${randomBytes(6).toString("hex")}`, (i) => known[i % each], (i) => disabled[i % each], () => nobody, () => tried];
  const times = Object.fromEntries(subjects.map(({ name }) => [name, []]));
  for (let i = 0; i < samples; i++) {
    for (let turn = 0; turn < names.length; turn++) {
      const kind = (i + turn) % names.length;
      times[subjects[kind].name].push(await attempt(issuer, names[kind](i)));
    }
  }
  return subjects.map(({ name, beside }) => {
    const [its, base] = [times[name], times[beside]];
    return base
      ? [`sign-in refused: ${name}`, `${(median(its) / median(base)).toFixed(3)} of ${beside}`, `ranks: z = ${rankTest(base, its).toFixed(1)} (beyond ±3 the clock tells them apart)`]
      : [`sign-in refused: ${name}`, `${median(its).toFixed(1)} ms`, `median of ${samples}, one at a time; a third of them between ${quantile(its, 1 / 3).toFixed(1)} and ${quantile(its, 2 / 3).toFixed(1)} ms`];
  });
}

/**
 * The token endpoint alone, and while a flood of sign-ins arrives that is many times what can be hashed: at two fifths of what the machine can do, where
 * there is time for both, and at all of it, where there is none. What the flood costs the machine wherever it goes, its sender and its connections, is seen
 * by the same flood at a bare web server that answers each with a constant.
 */
export async function measureFlood({ issuer, pid }, { machine }, { rounds = 3, seconds = 6 }) {
  const form = { FORM: "grant_type=client_credentials&scope=orders.read", AUTHORIZATION: basic(machine) };
  const { token, cookie } = await openForm(issuer);
  const tokens = (every) => load(`${issuer}/token`, { script: "form.lua", env: { ...form, ...(every && { EVERY: String(every) }) }, seconds, pid });
  const bare = await bareSubject();
  const flood = (url) => load(url, { script: "flood.lua", env: { FORM_TOKEN: token, COOKIE: cookie, EVERY: "320" }, seconds, connections: 64 });
  const [here, elsewhere] = [`${issuer}/login`, `${bare.origin}/constant/1000`];
  await tokens();
  await flood(here);
  await flood(elsewhere);
  const capacity = (await tokens()).rate;
  const paces = { "two fifths": Math.round((32 * 1000) / (capacity * 0.4)), all: undefined };
  const rows = [];
  for (const [share, every] of Object.entries(paces)) {
    const ratios = [], slower = [], slowest = [], floods = [], besides = [];
    for (let round = 0; round < rounds; round++) {
      const alone = await tokens(every);
      const [beside] = await Promise.all([tokens(every), flood(elsewhere)]);
      const [during, sent] = await Promise.all([tokens(every), flood(here)]);
      if (alone.failures + beside.failures + during.failures > 0) throw new Error("The token endpoint failed");
      ratios.push(during.rate / alone.rate);
      slower.push(during.p50 / alone.p50);
      slowest.push(during.p99 / alone.p99);
      floods.push(sent.rate);
      besides.push(during.rate / beside.rate);
    }
    rows.push([
      `tokens at ${share} of the machine, while ${median(floods).toFixed(0)} wrong sign-ins arrive each second`, `${median(ratios).toFixed(2)} of the rate without, ${median(besides).toFixed(2)} of that while they arrive at a bare web server`,
      `p50 ${median(slower).toFixed(2)} and p99 ${median(slowest).toFixed(2)} times as long; what the queue doesn't take is answered 503 with Retry-After`,
    ]);
  }
  return rows;
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

const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * share)];

/** The normal approximation of U for two samples: how many deviations the second's ranks lie beside what chance gives. */
function rankTest(first, second) {
  const all = [...first.map((value) => ({ value, isSecond: false })), ...second.map((value) => ({ value, isSecond: true }))].sort((a, b) => a.value - b.value);
  const ranks = all.reduce((sum, { isSecond }, i) => (isSecond ? sum + i + 1 : sum), 0);
  const [n, m] = [first.length, second.length];
  const u = ranks - (m * (m + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}
