// `make bench`: every figure is a ratio within this run, or a median of interleaved rounds on the machine that the report names.
// The report goes to standard output and, between its marks, into README.md and docs/choosing.md. BENCH_ONLY=push,list runs those parts alone
// and writes no file; BENCH_ROUNDS, BENCH_SECONDS, BENCH_REVOCATIONS and BENCH_STREAMS make a run shorter.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { basic, codeForm, embeddedDatabase, makeCodes, makeFamilies, register, signIn, startIdp } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { freePort, residentMegabytes, start, stopAll } from "./lib/processes.js";
import { measureSearch } from "./search.js";
import { measureEnumeration, measureFlood } from "./sign-in.js";
import { measureIssuance, measureList, measurePush, measureStreams, measureVerification } from "./revocation.js";

const root = new URL("../../", import.meta.url).pathname;
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 6);
const only = process.env.BENCH_ONLY?.split(",");
const rows = [];
const revocationRows = [];
const signInRows = [];
const searchRows = [];

try {
  if (wanted("throughput")) await measureThroughput();
  await measureRevocation();
  await measureSignIn();
  await measureOperators();
  report();
} finally {
  await stopAll();
}

function wanted(part) { return !only || only.includes(part); }

async function measureThroughput() {
  const server = await startIdp();
  const { machine, web } = register(server);
  const baseline = await startBaseline();
  const peer = await startPeer(machine.client_secret);

  await measureClientCredentials(server, machine, baseline, peer);
  const memory = await measureMemory(server, machine);
  await measureFlows(server, web, baseline);
  rows.push(["resident memory after 10,000 more tokens", `${memory.toFixed(0)} MB`, "under 200 MB"]);
  rows.push(["access token with two scopes", `${await tokenBytes(server, machine)} bytes`, "under 900"]);
  rows.push(["cold start to the first 200, without the embedded database", `${((await measureStart(server)) / 1000).toFixed(2)} s`, "under 2 s"]);
  await Promise.all([server, baseline, peer].map((process) => process.stop()));
}

/** In the order of the report. Each has a server of its own, so that none measures what another left. */
async function measureRevocation() {
  const { BENCH_REVOCATIONS: revocations, BENCH_STREAMS: streams } = process.env;
  const parts = {
    push: (server, clients) => measurePush(server, clients, { revocations: Number(revocations ?? 1000) }),
    verification: (server, clients) => measureVerification(server, clients, { rounds: 400 * rounds }),
    list: (server, clients) => measureList(server, clients, { seconds: Math.max(1, Math.round(seconds / 2)) }),
    streams: (server, clients) => measureStreams(server, clients, { streams: Number(streams ?? 10_000), revocations: 3 * rounds }),
    issuance: (server, clients) => measureIssuance(server, clients, { rounds, seconds }),
  };
  for (const [name, measure] of Object.entries(parts)) {
    if (!wanted(name)) continue;
    const server = await startIdp();
    revocationRows.push(...(await measure(server, register(server))));
    await server.stop();
  }
}

async function measureSignIn() {
  const parts = {
    enumeration: (server) => measureEnumeration(server, { samples: Number(process.env.BENCH_SIGN_INS ?? 80) }),
    flood: (server, clients) => measureFlood(server, clients, { rounds, seconds }),
  };
  for (const [name, measure] of Object.entries(parts)) {
    if (!wanted(name)) continue;
    const server = await startIdp();
    signInRows.push(...(await measure(server, register(server))));
    await server.stop();
  }
}

/** As many clients and people as there may be: `BENCH_CLIENTS` and `BENCH_USERS` make them fewer. */
async function measureOperators() {
  if (!wanted("search")) return;
  const { BENCH_CLIENTS: clients = 100_000, BENCH_USERS: users = 1_000_000 } = process.env;
  const server = await startIdp({ settings: { Idp__Throttling__Enabled: "false" } });
  searchRows.push(...(await measureSearch(server, { clients: Number(clients), users: Number(users) })));
  await server.stop();
}

async function startBaseline() {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  return { url, ...(await start("dotnet", [join(root, "artifacts/bench/baseline/baseline.dll"), "--urls", url], { url: `${url}/constant` })) };
}

async function startPeer(secret) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env = { PORT: String(port), CLIENT_SECRET: secret, NODE_ENV: "production" };
  return { url, ...(await start("node", [new URL("peers/oidc-provider.js", import.meta.url).pathname], { env, url: `${url}/jwks` })) };
}

async function measureClientCredentials(server, machine, baseline, peer) {
  const form = { FORM: "grant_type=client_credentials&scope=orders.read" };
  const subjects = {
    idp: () => load(`${server.issuer}/token`, { script: "form.lua", env: { ...form, AUTHORIZATION: basic(machine) }, seconds, pid: server.pid }),
    baseline: () => load(`${baseline.url}/sign`, { script: "form.lua", env: form, seconds, pid: baseline.pid }),
    peer: () => load(`${peer.url}/token`, { script: "form.lua", env: { ...form, AUTHORIZATION: basic({ ...machine, client_id: "bench" }) }, seconds, pid: peer.pid }),
  };
  const results = await interleave(subjects);
  const ratio = results.idp.rate / results.baseline.rate;
  rows.push(["client_credentials, RS256", `${rate(results.idp)}, ${processor(results.idp)}`, `${ratio.toFixed(2)} of raw signing (${rate(results.baseline)}, ${processor(results.baseline)})`]);
  rows.push(["the same, npm oidc-provider 9.13 in memory", `${rate(results.peer)}, ${processor(results.peer)}`, `idp is ${(results.idp.rate / results.peer.rate).toFixed(2)} times as fast`]);
}

/** Warms each subject up, then measures them in turns, so that a drift of the machine hits all alike. */
async function interleave(subjects) {
  const taken = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (const run of Object.values(subjects)) await run();
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(subjects)) taken[name].push(await run());
  }
  return Object.fromEntries(Object.entries(taken).map(([name, all]) => {
    if (all.some((r) => r.failures > 0)) throw new Error(`${name}: ${all.map((r) => r.failures)} requests failed`);
    return [name, { rate: median(all.map((r) => r.rate)), processor: median(all.map((r) => r.processor)) }];
  }));
}

/** Code exchange and refresh, both durable, both with two signatures. */
async function measureFlows(server, web, baseline) {
  const cookie = await signIn(server.issuer, web);
  const file = join(server.folder, "tokens");
  const exchange = async (count, time) => {
    writeFileSync(file, (await makeCodes(server.issuer, web, cookie, count)).join("\n"));
    return load(server.issuer, { script: "tokens.lua", env: { TOKENS: file, FORM_PREFIX: codeForm, AUTHORIZATION: basic(web) }, seconds: time, pid: server.pid });
  };
  await exchange(1000, 3);
  const limits = [], exchanges = [], refreshes = [];
  const families = await firstRefreshTokens(server, web, cookie, 256);
  writeFileSync(join(server.folder, "families"), families.join("\n"));
  let chain = join(server.folder, "families");
  for (let round = 0; round < rounds; round++) {
    limits.push(await load(`${baseline.url}/sign-two`, { script: "form.lua", seconds, pid: baseline.pid }));
    exchanges.push(await exchange(6000, 3));
    writeFileSync(chain, (await firstRefreshTokens(server, web, cookie, 256)).join("\n"));
    refreshes.push(await load(server.issuer, { script: "tokens.lua", env: { TOKENS: chain, CHAIN: "1", FORM_PREFIX: "grant_type=refresh_token&refresh_token=", AUTHORIZATION: basic(web) }, seconds, pid: server.pid }));
  }
  const limit = median(limits.map((r) => r.rate));
  for (const [name, results] of [["code exchange, two signatures, durable", exchanges], ["refresh, two signatures, durable", refreshes]]) {
    const result = { rate: median(results.map((r) => r.rate)), processor: median(results.map((r) => r.processor)) };
    rows.push([name, `${rate(result)}, ${processor(result)}`, `${(result.rate / limit).toFixed(2)} of signing twice (${rate({ rate: limit })})`]);
  }
}

async function firstRefreshTokens(server, web, cookie, count) {
  return (await makeFamilies(server.issuer, web, cookie, count)).map((family) => family.refresh_token);
}

async function measureMemory(server, machine) {
  const done = await load(`${server.issuer}/token`, { script: "form.lua", env: { FORM: "grant_type=client_credentials&scope=orders.read", AUTHORIZATION: basic(machine) }, seconds: 8, pid: server.pid });
  if (done.requests < 10_000) throw new Error(`Only ${done.requests} tokens in 8 s`);
  return residentMegabytes(server.pid);
}

async function tokenBytes(server, machine) {
  const answer = await fetch(`${server.issuer}/token`, {
    method: "POST", body: new URLSearchParams({ grant_type: "client_credentials", scope: "orders.read orders.write" }), headers: { authorization: basic(machine) },
  });
  return (await answer.json()).access_token.length;
}

/** A second node on the first one's database, from its spawn to the first 200 of the discovery document. */
async function measureStart(server) {
  const connectionString = embeddedDatabase(server.folder);
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const env = { ...server.env, Idp__Issuer: issuer, Idp__Database__ConnectionString: connectionString };
    const node = await start(join(root, "artifacts/bench/idp"), ["serve"], { env, url: `${issuer}/.well-known/openid-configuration` });
    times.push(node.milliseconds);
    await node.stop();
  }
  return median(times);
}

function report() {
  const printed = `Printed by \`make bench\` at ${commitOf(root)}: ${cpus().length} cores (${cpus()[0].model}), ${(totalmem() / 2 ** 30).toFixed(0)} GB, server, database and load generator on it together.`;
  const revocation = table("revocation", revocationRows);
  const lines = [
    `${printed} 32 connections, medians of ${rounds} interleaved rounds. The machine is shared and noisy: compare within the table.`,
    "", ...table("work", rows), "", ...revocation, "", ...table("sign-in", signInRows), "", ...table("100,000 clients and 1,000,000 people", searchRows),
  ].join("\n");
  console.log(lines);
  if (only) return;
  write("README.md", lines);
  write("docs/choosing.md", [printed, "", ...revocation].join("\n"));
}

function table(title, its) {
  return [`| ${title} | measured | beside |`, "|---|---|---|", ...its.map((r) => `| ${r.join(" | ")} |`)];
}

/** Into a document, between its marks. */
function write(name, lines) {
  const file = join(root, name);
  const text = readFileSync(file, "utf8");
  const [begin, end] = ["<!-- bench -->", "<!-- /bench -->"];
  if (!text.includes(begin)) throw new Error(`${name} has no place for the report`);
  writeFileSync(file, text.slice(0, text.indexOf(begin) + begin.length) + "\n" + lines + "\n" + text.slice(text.indexOf(end)));
}

/** The commit that was measured; a copy without its history is measured all the same. */
function commitOf(folder) {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
  } catch {
    return "an unknown commit";
  }
}

function rate(result) { return `${Math.round(result.rate).toLocaleString("en")}/s`; }
function processor(result) { return `${result.processor.toFixed(2)} CPU-ms`; }
