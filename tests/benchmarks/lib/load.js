// Load by wrk, with its figures as numbers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { processorSeconds } from "./processes.js";

const folder = new URL("../load/", import.meta.url).pathname;

/**
 * One run of wrk. A script that has nothing left to send says so, and the run is then over; one that says how much it was given in how many seconds
 * is believed. `pid` is what works, one process or several, each with all that it started.
 * @returns rate per second, failures, latency in ms, processor milliseconds of `pid` per request, and what the script printed
 */
export async function load(url, { script, env = {}, headers = {}, seconds = 6, connections = 32, threads = 1, pid } = {}) {
  const args = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "--latency"];
  if (script) args.push("-s", folder + script);
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}: ${value}`);
  const before = pid ? processorSeconds(pid) : 0;
  let used;
  const stdout = await run([...args, url], env, () => { used ??= pid ? processorSeconds(pid) - before : undefined; });
  const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
  const issued = /ISSUED (\d+) IN ([\d.]+) FAILED (\d+)/.exec(stdout);
  const elapsed = issued ? Number(issued[2]) : seconds_(/requests in ([\d.]+)(ms|s|m)/.exec(stdout));
  const counted = issued ? Number(issued[1]) : requests;
  const failures = issued ? Number(issued[3]) : Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout);
  return {
    rate: counted / elapsed,
    requests: counted,
    failures,
    broken: broken ? broken.slice(1).reduce((sum, n) => sum + Number(n), 0) : 0,
    p50: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    p99: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    processor: (used * 1000) / counted,
    stdout,
  };
}

/** Measures in turns, so that a drift of the machine hits all alike; the first turn warms up. The median of each figure; a failure is an error. */
export async function interleave(subjects, rounds) {
  const taken = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, measure] of Object.entries(subjects)) {
      const result = await measure();
      if (result.failures > 0 || (result.requests === 0 && round >= 0)) throw new Error(`${name}: ${result.failures} of ${result.requests} requests failed\n${result.stdout}`);
      if (round >= 0) taken[name].push(result);
    }
  }
  return Object.fromEntries(Object.entries(taken).map(([name, all]) => [name, medians(all)]));
}

/** The median of each figure of several runs. */
export const medians = (all) => Object.fromEntries(["rate", "p50", "p99", "processor"].map((figure) => [figure, median(all.map((r) => r[figure]))]));

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** wrk waits for the end of its time whatever happens; what it is told by a signal it takes for that end. */
async function run(args, env, ended) {
  const wrk = spawn("wrk", args, { env: { ...process.env, CLOCK: folder + "clock.lua", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  wrk.stderr.on("data", (data) => (errors += data));
  wrk.stdout.on("data", (data) => {
    const isOver = output.includes("OVER\n");
    output += data;
    if (isOver || !output.includes("OVER\n")) return;
    ended();
    wrk.kill("SIGINT");
  });
  const [code] = await once(wrk, "close");
  ended();
  if (code !== 0 || !output.includes("requests in")) throw new Error(`wrk ${args.join(" ")} ended with ${code}: ${errors}${output}`);
  return output;
}

const seconds_ = (match) => Number(match[1]) * { ms: 0.001, s: 1, m: 60 }[match[2]];
const milliseconds = (match) => (match ? Number(match[1]) * { us: 0.001, ms: 1, s: 1000 }[match[2]] : NaN);
