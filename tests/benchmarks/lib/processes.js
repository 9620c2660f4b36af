// Starting what is measured, and reading what it costs: processor time and memory from /proc.
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import net from "node:net";

const running = new Set();

/** Starts a program and waits until `url` answers 200. Its output is kept for when it fails. */
export async function start(command, args, { env = {}, cwd, url } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (d) => (output = (output + d).slice(-4000)));
  const started = performance.now();
  const ended = once(child, "exit").then(() => { throw new Error(`${command} ended:\n${output}`); });
  ended.catch(() => running.delete(child));
  const firstAnswer = await Promise.race([until200(url), ended]);
  return { child, pid: child.pid, milliseconds: firstAnswer - started, stop: () => stop(child) };
}

/** Stops a process and waits for its end. */
export async function stop(child) {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

export async function stopAll() {
  await Promise.allSettled([...running].map(stop));
}

/** Tries the URL until it answers 200; returns that moment. */
async function until200(url) {
  for (let tries = 0; tries < 60_000; tries++) {
    try {
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (answer.status === 200) return performance.now();
    } catch { /* not listening yet */ }
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${url} never answered 200`);
}

/** Processor seconds that a process and its children used so far. */
export function processorSeconds(pid) {
  const ticks = Number(execFileSync("getconf", ["CLK_TCK"]).toString());
  return tree(pid).reduce((sum, p) => {
    try {
      const fields = readFileSync(`/proc/${p}/stat`, "utf8").split(") ")[1].split(" ");
      return sum + (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / ticks;
    } catch { return sum; }
  }, 0);
}

/** Resident memory of one process, in MB. */
export function residentMegabytes(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

function tree(pid) {
  const children = readdirSync("/proc").filter((p) => /^\d+$/.test(p)).filter((p) => {
    try { return Number(readFileSync(`/proc/${p}/stat`, "utf8").split(") ")[1].split(" ")[1]) === pid; } catch { return false; }
  });
  return [pid, ...children.flatMap((c) => tree(Number(c)))];
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
