// Load by wrk, with its figures as numbers.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { processorSeconds } from "./processes.js";

const run = promisify(execFile);
const folder = new URL("../load/", import.meta.url).pathname;

/** One run of wrk. @returns rate per second, failures, latency in ms, and processor milliseconds of `pid` per request. */
export async function load(url, { script, env = {}, headers = {}, seconds = 6, connections = 32, threads = 1, pid } = {}) {
  const before = pid ? processorSeconds(pid) : 0;
  const args = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, "--latency"];
  if (script) args.push("-s", folder + script);
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}: ${value}`);
  const { stdout } = await run("wrk", [...args, url], { env: { ...process.env, ...env }, maxBuffer: 1 << 24 });
  const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
  const failures = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const issued = /ISSUED (\d+)/.exec(stdout);
  const elapsed = seconds_(/requests in ([\d.]+)(ms|s|m)/.exec(stdout));
  const counted = issued ? Number(issued[1]) : requests;
  return {
    rate: counted / elapsed,
    requests: counted,
    failures,
    p50: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    p99: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    processor: pid ? ((processorSeconds(pid) - before) * 1000) / counted : undefined,
  };
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const seconds_ = (match) => Number(match[1]) * { ms: 0.001, s: 1, m: 60 }[match[2]];
const milliseconds = (match) => Number(match[1]) * { us: 0.001, ms: 1, s: 1000 }[match[2]];
