// `make bench`: every figure is a ratio within this run, or a median of interleaved rounds on the machine that the report names. The report goes to standard
// output and, between their marks, into docs/performance.md, README.md (the few that most ask for) and docs/choosing.md (revocation). BENCH_ONLY=credentials,list
// runs those parts alone and writes no file; BENCH_ROUNDS and BENCH_SECONDS make a run shorter, and so do the sizes below.
import { measureAllocations } from "./allocations.js";
import { measureGrowth } from "./growth.js";
import { measureCredentials, measureFlows, measureReads } from "./issuance.js";
import { measureMemory, measureStart } from "./memory.js";
import { measureOverload } from "./overload.js";
import { measurePruning } from "./pruning.js";
import { bareSubject, glewlwydSubject, idpSubject, oidcProviderSubject } from "./lib/subjects.js";
import { printed, table, write } from "./lib/report.js";
import { register, startIdp } from "./lib/idp.js";
import { stopAll } from "./lib/processes.js";
import { measureIssuance, measureList, measurePush, measureStreams, measureVerification } from "./revocation.js";
import { measureSearch } from "./search.js";
import { measureEnumeration, measureFlood } from "./sign-in.js";
import { measureWire } from "./wire.js";

const size = (name, usual) => Number(process.env[`BENCH_${name}`] ?? usual);
const [rounds, seconds] = [size("ROUNDS", 3), size("SECONDS", 5)];
const only = process.env.BENCH_ONLY?.split(",");
const unthrottled = { settings: { Idp__Throttling__Enabled: "false" } };

/** The tables in the order of the report, and of each the parts by name. A part has servers of its own, so that none measures what another left. */
const tables = {
  "issuing tokens": {
    credentials: () => besidePeers(measureCredentials, { workers: true }),
    flows: () => besidePeers(measureFlows),
    reads: () => besidePeers(measureReads),
  },
  growth: {
    growth: () => measureGrowth({ rounds, seconds, families: size("FAMILIES", 10_000_000), people: size("USERS", 1_000_000), clients: size("CLIENTS", 100_000), sessions: size("SESSIONS", 1_000_000) }),
    pruning: () => measurePruning({ seconds, expired: size("EXPIRED", 1_000_000), times: 10 }),
  },
  "start and memory": {
    start: () => measureStart({ rounds }),
    memory: () => measureMemory({ tokens: size("TOKENS", 1_000_000), minutes: size("SOAK", 10) }),
    allocations: () => measureAllocations(),
  },
  "more than it can do": {
    overload: () => alone((server, clients) => measureOverload(server, clients, { rounds, seconds })),
    enumeration: () => alone((server) => measureEnumeration(server, { samples: size("SIGN_INS", 80) })),
    flood: () => alone((server, clients) => measureFlood(server, clients, { rounds, seconds })),
  },
  wire: { wire: () => alone(measureWire) },
  revocation: {
    push: () => alone((server, clients) => measurePush(server, clients, { revocations: size("REVOCATIONS", 1000) })),
    verification: () => alone((server, clients) => measureVerification(server, clients, { rounds: 400 * rounds })),
    list: () => alone((server, clients) => measureList(server, clients, { seconds: Math.max(1, Math.round(seconds / 2)) })),
    streams: () => alone((server, clients) => measureStreams(server, clients, { streams: size("STREAMS", 10_000), revocations: 3 * rounds })),
    issuance: () => alone((server, clients) => measureIssuance(server, clients, { rounds, seconds })),
  },
  "100,000 clients and 1,000,000 people": {
    search: () => alone((server) => measureSearch(server, { clients: size("CLIENTS", 100_000), users: size("USERS", 1_000_000) }), unthrottled),
  },
};

try {
  report(await measureAll());
} finally {
  await stopAll();
}

async function measureAll() {
  const results = {};
  for (const [title, parts] of Object.entries(tables)) {
    for (const [name, measure] of Object.entries(parts)) {
      if (only && !only.includes(name)) continue;
      const began = performance.now();
      const rows = await measure().catch((error) => failed(name, error));
      results[title] = [...(results[title] ?? []), ...rows];
      console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
      if (only) console.error(table(name, rows).join("\n"));
      await stopAll();
    }
  }
  return results;
}

/** The others are measured all the same, and the report says so. */
function failed(name, error) {
  console.error(error);
  return [[name, "not measured", error.message.split("\n")[0], "**missed**"]];
}

/** A part that needs one server and its clients. */
async function alone(measure, options) {
  const server = await startIdp(options);
  return measure(server, register(server));
}

/** A part that is the same work for idp, the bare web server and the peers that are there. Workers share nothing, so they stand for what needs nothing shared. */
async function besidePeers(measure, { workers = false } = {}) {
  const [idp, bare, provider] = [await idpSubject(), await bareSubject(), await oidcProviderSubject()];
  const peers = [{ ...provider, label: "provider", title: "npm oidc-provider 9.13, in memory" }];
  if (workers) peers.push({ ...(await oidcProviderSubject({ workers: 2 })), label: "workers", title: "npm oidc-provider 9.13, two workers" });
  const glewlwyd = await glewlwydSubject();
  if (glewlwyd) peers.push({ ...glewlwyd, label: "glewlwyd", title: "Debian's glewlwyd 2.7.5 on PostgreSQL" });
  return measure({ idp, bare, peers }, { rounds, seconds });
}

function report(results) {
  const tablesOf = (titles) => titles.filter((title) => results[title]).flatMap((title) => ["", ...table(title, results[title])]);
  const intro = `${printed()} 32 connections, medians of ${rounds} interleaved rounds. The machine is shared and noisy: compare within the table.`;
  const missed = Object.values(results).flat().filter((row) => row[3]?.includes("**missed**"));
  const summary = missed.length === 0 ? "Every bar was met." : `${missed.length} rows missed a bar.`;
  const lines = [intro, "", summary, ...tablesOf(Object.keys(tables))];
  console.log(lines.join("\n"));
  if (only) return;
  write("docs/performance.md", lines);
  write("README.md", [printed(), "", ...table("work", results["issuing tokens"].filter(([work]) => !work.startsWith("the same")))]);
  write("docs/choosing.md", [printed(), ...tablesOf(["revocation"])]);
}
