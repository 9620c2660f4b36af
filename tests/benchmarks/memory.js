// How soon a server answers, and how much memory it has: at rest, after very many tokens, and over ten minutes of work.
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { authorizeUrl, basic, codeForm, embeddedDatabase, register, signIn, startIdp } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { residentMegabytes } from "./lib/processes.js";
import { atMost, count, isTrue, rate } from "./lib/report.js";

const form = "grant_type=client_credentials&scope=orders.read";

/** From the spawn of the process to the first 200, of the discovery document. */
export async function measureStart({ rounds }) {
  const first = await startIdp();
  const again = [], nodes = [];
  for (let round = 0; round < rounds; round++) {
    const node = await startIdp({ connectionString: embeddedDatabase(first.folder), settings: { Idp__Keys__MasterKeyFile: join(first.folder, "master.key") } });
    nodes.push(node.milliseconds / 1000);
    await node.stop();
  }
  await first.stop();
  for (let round = 0; round < rounds; round++) {
    const server = await startIdp({ folder: first.folder });
    again.push(server.milliseconds / 1000);
    await server.stop();
  }
  return [
    ["start to the first 200, on a database that is there", `${median(nodes).toFixed(2)} s`, "a second node", `seconds ${atMost(median(nodes), 1.2)}`],
    ["the same, with the embedded PostgreSQL and its existing cluster", `${median(again).toFixed(2)} s`, `the very first time, with initdb: ${(first.milliseconds / 1000).toFixed(2)} s`, `seconds ${atMost(median(again), 4)}`],
  ];
}

/** Resident memory of the server's process; its PostgreSQL's is shared and bounded by its own settings. */
export async function measureMemory({ tokens, minutes }) {
  const server = await startIdp();
  const { machine, web } = register(server);
  await pause(10_000);
  const idle = residentMegabytes(server.pid);
  const credentials = (seconds, every) => load(`${server.issuer}/token`, { script: "form.lua", seconds, env: { FORM: form, AUTHORIZATION: basic(machine), ...(every && { EVERY: every, JITTER: "1" }) } });
  let issued = 0, last;
  while (issued < tokens) {
    last = await credentials(Math.min(20, Math.max(1, Math.ceil((tokens - issued) / (last?.rate ?? 10_000)))));
    issued += last.requests;
  }
  const after = residentMegabytes(server.pid);
  return [
    ["resident memory at rest, ten seconds after the start", `${idle.toFixed(0)} MB`, "the server's process", `MB ${atMost(idle, 120)}`],
    [`after ${count(issued)} tokens`, `${after.toFixed(0)} MB`, `the last of them at ${rate(last)}`, `MB ${atMost(after, 250)}`],
    ...(minutes > 0 ? await soak(server, web, credentials, minutes) : []),
  ];
}

/** Half of what it can do, of each: tokens for clients, and refreshes of two thousand families. Looked at each two seconds; the second quarter beside the last. */
async function soak(server, web, credentials, minutes) {
  const seconds = Math.round(minutes * 60);
  const { url, verifier } = authorizeUrl(server.issuer, web);
  const { pathname, search } = new URL(url);
  const [codes, families] = ["codes", "families"].map((name) => join(server.folder, name));
  const cookie = await signIn(server.issuer, web);
  await load(server.issuer, { script: "authorize.lua", seconds: 2, env: { AUTHORIZE_PATH: pathname + search, COOKIE: cookie, SUFFIX: `&code_verifier=${verifier}`, OUT: codes } });
  await load(server.issuer, { script: "tokens.lua", seconds: 20, env: { TOKENS: codes, FORM_PREFIX: codeForm, AUTHORIZATION: basic(web), OUT: families } });
  writeFileSync(families, readFileSync(families, "utf8").split("\n").slice(0, 2000).join("\n"));
  const chain = { TOKENS: families, CHAIN: "1", FORM_PREFIX: "grant_type=refresh_token&refresh_token=", AUTHORIZATION: basic(web), EVERY: "80" };
  let isOver = false;
  const samples = [];
  const looking = (async () => {
    while (!isOver) {
      samples.push(residentMegabytes(server.pid));
      await pause(2000);
    }
  })();
  const [issued, refreshed] = await Promise.all([credentials(seconds, "30"), load(server.issuer, { script: "tokens.lua", env: chain, seconds })]);
  isOver = true;
  await looking;
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [early, late] = [median(samples.slice(quarter, 2 * quarter)), median(samples.slice(-quarter))];
  return [
    [`over ${minutes} minutes of work, the last quarter`, `${late.toFixed(0)} MB`, `${early.toFixed(0)} MB in the second; at most ${Math.max(...samples).toFixed(0)} MB; ${rate(issued)} tokens for clients and ${rate(refreshed)} refreshes`, `last / second ${atMost(late / early, 1.1)}`],
    ["failures in that time", count(issued.failures + refreshed.failures), "", isTrue(issued.failures + refreshed.failures === 0, "none")],
  ];
}
