// Starting what is measured, and reading what it costs: processor time and memory from /proc.
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const running = new Set();
const folders = new Set();
const ticks = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

/** Starts a program and waits until `url` answers 200, or `ready` says so. Its output is kept for when it fails. */
export async function start(command, args, { env = {}, cwd, url, ready } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (d) => (output = (output + d).slice(-4000)));
  const started = performance.now();
  const ended = once(child, "exit").then(() => { throw new Error(`${command} ended:\n${output}`); });
  ended.catch(() => running.delete(child));
  const firstAnswer = await Promise.race([ready ? until(ready) : until200(url), ended]);
  return { child, pid: child.pid, milliseconds: firstAnswer - started, stop: () => stop(child) };
}

/** Stops a process and waits for its end. */
export async function stop(child) {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Stops what still runs, and removes what it left on the disk. */
export async function stopAll() {
  await Promise.allSettled([...running].map(stop));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** A folder that others may enter, until everything is stopped. */
export function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), "idp-bench-"));
  chmodSync(folder, 0o755);
  folders.add(folder);
  return folder;
}

async function until(ready) {
  for (let tries = 0; tries < 600; tries++) {
    if (ready()) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("A program that was started was never ready");
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

/** Processor seconds that a process, or several, used so far, with all that they started: living children, and those that ended and were waited for. */
export function processorSeconds(pids) {
  return [...new Set([pids].flat().flatMap(tree))].reduce((sum, p) => {
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

/** A process and all that come from it, by what each says of its parent now. */
export function tree(pid) {
  const children = new Map();
  for (const p of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(readFileSync(`/proc/${p}/stat`, "utf8").split(") ")[1].split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(p)]);
    } catch { /* ended meanwhile */ }
  }
  const all = [pid];
  for (let i = 0; i < all.length; i++) all.push(...(children.get(all[i]) ?? []));
  return all;
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
