// Three times as many requests as can be served: what is served, what the rest is told and how soon, and what else goes on meanwhile.
import { setTimeout as pause } from "node:timers/promises";
import { basic } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { atLeast, atMost, count, isTrue, milliseconds, rate } from "./lib/report.js";

const form = "grant_type=client_credentials&scope=orders.read";
const connections = 1024;

/** @returns rows: the rate of 200s, the 503s, health and JWKS meanwhile, and when the rate is back. */
export async function measureOverload({ issuer, pid }, { machine }, { rounds, seconds }) {
  const env = { FORM: form, AUTHORIZATION: basic(machine) };
  const usual = (time) => load(`${issuer}/token`, { script: "form.lua", env, seconds: time, pid });
  await usual(seconds);
  const taken = [];
  for (let round = 0; round < rounds; round++) {
    const capacity = (await usual(seconds)).rate;
    // So many connections, each coming when chance says, bring so many requests however long an answer takes: a crowd doesn't wait for its turn.
    const every = Math.max(1, Math.round((connections * 1000) / (capacity * 3)));
    const flood = load(`${issuer}/token`, { script: "form.lua", env: { ...env, EVERY: String(every), JITTER: "1" }, seconds: seconds + 2, connections });
    await pause(1000);
    const [probes, health, jwks] = await Promise.all([
      probe(`${issuer}/token`, { METHOD: "POST", ...env }, seconds), probe(`${issuer}/health/live`, {}, seconds), probe(`${issuer}/.well-known/jwks.json`, {}, seconds),
    ]);
    const during = await flood;
    const served = (during.requests - during.failures) / (seconds + 2);
    taken.push({ capacity, served, refused: during.failures / (seconds + 2), broken: during.broken, probes, health, jwks, recovery: await recovery(usual, capacity) });
  }
  const of = (figure) => median(taken.map(figure));
  const refusals = taken.flatMap((t) => t.probes.times[503] ?? []);
  const others = taken.flatMap((t) => Object.keys(t.probes.times)).filter((status) => status !== "200" && status !== "503");
  const refused = quantile(refusals, 0.99);
  return [
    ["served while three times as many ask", rate({ rate: of((t) => t.served) }), `${rate({ rate: of((t) => t.capacity) })} when 32 connections ask in turn; ${rate({ rate: of((t) => t.refused) })} refused`, `of capacity ${atLeast(of((t) => t.served / t.capacity), 0.9)}`],
    ["the rest is told 503", refusals.length > 0 ? `p50 ${milliseconds(quantile(refusals, 0.5))}, p99 ${milliseconds(refused)}` : "none was", `${count(refusals.length)} of ${count(taken.reduce((n, t) => n + t.probes.count, 0))} looks from beside; ${taken.reduce((n, t) => n + t.probes.retries, 0)} with Retry-After`,
      `${isTrue(refusals.length > 0 && others.length === 0 && refusals.length === taken.reduce((n, t) => n + t.probes.retries, 0), "503 with Retry-After and nothing else")}; ms ${atMost(refused, 50)}`],
    ["what is served waits", `p50 ${milliseconds(quantile(taken.flatMap((t) => t.probes.times[200] ?? []), 0.5))}, p99 ${milliseconds(quantile(taken.flatMap((t) => t.probes.times[200] ?? []), 0.99))}`, "", ""],
    ...["health", "jwks"].map((name) => {
      const all = taken.flatMap((t) => t[name].times[200] ?? []);
      return [`${name === "jwks" ? "JWKS" : "/health"} meanwhile`, `p50 ${milliseconds(quantile(all, 0.5))}, p99 ${milliseconds(quantile(all, 0.99))}`, `${count(all.length)} looks`, `ms ${atMost(quantile(all, 0.99), 50)}`];
    }),
    ["back at nine tenths of capacity, without a refusal", `within ${of((t) => t.recovery)} s`, "looked at each second", `seconds ${atMost(of((t) => t.recovery), 2)}`],
  ];
}

/** Looks at one URL from four connections, each with a clock of its own. */
async function probe(url, env, seconds) {
  const { stdout } = await load(url, { script: "probe.lua", env, seconds, connections: 4, threads: 4 });
  const times = {};
  for (const [, status, time] of stdout.matchAll(/^TIME (\d+) ([\d.]+)$/gm)) (times[status] ??= []).push(Number(time));
  return { times, count: Object.values(times).flat().length, retries: Number(/RETRY-AFTER (\d+)/.exec(stdout)[1]) };
}

async function recovery(usual, capacity) {
  for (let second = 1; second < 20; second++) {
    const { rate, failures } = await usual(1);
    if (failures === 0 && rate >= 0.9 * capacity) return second;
  }
  return 20;
}

const quantile = (numbers, share) => (numbers.length === 0 ? NaN : [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * share)]);
