// How the flows get on while the tables fill, on a server whose rows lie where chance put them; and what a row costs on the disk.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorizeUrl, basic, codeForm, register, signIn, sql, startIdp } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { atMost, count, milliseconds } from "./lib/report.js";
import { bytes, rows, scatter, seed, vacuum } from "./lib/seed.js";

/** Requests per second: a pace at which nothing waits for anything else. */
const pace = 200;
const connections = 16;
const paced = String(Math.round((connections * 1000) / pace));
const flowNames = ["authorize", "code exchange", "refresh", "introspection", "client_credentials"];

/**
 * Two servers, one that stays small and one that grows tenfold at each step. At each the grown one is measured; at the last both in turns, so that the ratio
 * compares like with like. What is asked for is real and spread over the table by chance; the copies beside are real rows' copies.
 */
export async function measureGrowth({ rounds, seconds, families, people, clients, sessions }) {
  const time = Math.max(2, Math.round(seconds / 2));
  const steps = [];
  for (let step = 1000; step <= families; step *= 10) steps.push(step);
  const each = pace * time;
  const small = await grownServer((rounds + 1) * each);
  const grown = await grownServer((rounds + 1) * steps.length * each);
  grow(small, { families: steps[0], people, clients, sessions });

  const table = [];
  let before = 0;
  for (const step of steps) {
    grow(grown, { before, families: step, people, clients, sessions });
    before = step;
    const last = step === steps.at(-1);
    await measureRound(grown, time); // warm
    if (last) await measureRound(small, time);
    const taken = { grown: [], small: [] };
    for (let round = 0; round < rounds; round++) {
      if (last) taken.small.push(await measureRound(small, time));
      taken.grown.push(await measureRound(grown, time));
    }
    const figures = (all, name) => ({ p50: median(all.map((round) => round[name].p50)), p99: median(all.map((round) => round[name].p99)) });
    const text = (all, name) => { const { p50, p99 } = figures(all, name); return `${name} ${milliseconds(p50)} / ${milliseconds(p99)}`; };
    table.push([`${count(step)} token families: p50 / p99 at ${pace} a second`, flowNames.map((name) => text(taken.grown, name)).join("; "), `${count(rows(grown.folder, "Sessions"))} sessions, ${count(rows(grown.folder, "Users"))} people, ${count(rows(grown.folder, "Clients"))} clients`, ""]);
    if (!last) continue;
    for (const name of flowNames) {
      const [large, little] = [figures(taken.grown, name), figures(taken.small, name)];
      table.push([`${name} at ${count(step)}, beside a server with ${count(steps[0])}, in turns`, `p50 ${milliseconds(large.p50)}, p99 ${milliseconds(large.p99)}`, `p50 ${milliseconds(little.p50)}, p99 ${milliseconds(little.p99)}`, `p99 ${atMost(large.p99 / little.p99, 1.3)}`]);
    }
  }
  for (const [name, noun] of [["TokenFamilies", "family"], ["Sessions", "session"]]) {
    const [size, number] = [bytes(grown.folder, name), rows(grown.folder, name)];
    table.push([`size on disk of a ${noun}, with its places in all indexes`, `${count(size / number)} bytes`, `${(size / 2 ** 30).toFixed(2)} GiB for ${count(number)}`, ""]);
  }
  return table;
}

/** A server with a person who is signed in here and there, and so many families that each round refreshes others. */
async function grownServer(needed) {
  const server = await startIdp({ settings: { Idp__Throttling__Enabled: "false" } });
  const { machine, web } = register(server);
  const cookies = [];
  for (let i = 0; i < 8; i++) cookies.push(await signIn(server.issuer, web));
  const { url, verifier } = authorizeUrl(server.issuer, web);
  const grown = { ...server, machine, web, cookies, authorize: new URL(url), suffix: `&code_verifier=${verifier}`, families: [], clients: [basic(machine)] };
  while (grown.families.length < needed) {
    await codes(grown, 3);
    await exchange(grown, 10);
    const made = lines(grown, "families");
    if (made.length === 0) throw new Error("No families");
    grown.families.push(...made);
  }
  return grown;
}

function grow(server, { before = 0, families, people, clients, sessions }) {
  const { folder, web, machine } = server;
  const to = (most, share = 1) => Math.min(most, Math.ceil(families * share));
  const from = (most, share = 1) => Math.min(most, Math.ceil(before * share)) + 1;
  const [userId, sessionId] = ["md5('user' || %)::uuid", "md5('session' || %)::uuid"];
  const of = (id, most) => id.replace("%", `(1 + i % ${Math.max(1, most)})`);
  const quickly = families >= 100_000;
  seed(folder, "Users", {
    where: `"UserName" = 'bench'`, from: from(people), to: to(people), quickly,
    columns: { Id: userId.replace("%", "i"), UserName: "'person-' || i", NormalizedUserName: "'PERSON-' || i", Email: "NULL", NormalizedEmail: "NULL" },
  });
  seed(folder, "Clients", { where: `"ClientId" = '${machine.client_id}'`, from: from(clients, 0.1), to: to(clients, 0.1), columns: { ClientId: "'client-' || i" } });
  sql(folder, `INSERT INTO "ClientSecrets" ("ClientId", "Hash", "CreatedAt") SELECT 'client-' || i, sha256(('secret-of-the-benchmarks-' || i)::bytea), now() FROM generate_series(${from(clients, 0.1)}, ${to(clients, 0.1)}) i`);
  seed(folder, "Sessions", {
    where: `"EndedAt" IS NULL`, from: from(sessions), to: to(sessions), quickly,
    columns: { SessionId: sessionId.replace("%", "i"), SecretHash: "sha256(('session' || i)::bytea)", UserId: of(userId, to(people)), ExpiresAt: "now() + interval '1 day' + i * interval '0.1 second'" },
  });
  seed(folder, "TokenFamilies", {
    where: `"ClientId" = '${web.client_id}'`, from: before + 1, to: families, quickly,
    columns: {
      FamilyId: "md5('family' || i)::uuid", ClientId: `'client-' || (1 + i % ${to(clients, 0.1)})`, UserId: of(userId, to(people)), SessionId: of(sessionId, to(sessions)),
      ExpiresAt: "now() + interval '1 day' + i * interval '0.1 second'",
    },
  });
  scatter(folder, "TokenFamilies", "FamilyId", `"ClientId" = '${web.client_id}'`, `"ClientId" <> '${web.client_id}'`);
  vacuum(folder, "Users", "Clients", "ClientSecrets", "Sessions", "TokenFamilies");
  sql(folder, "CHECKPOINT");
  const some = to(clients, 0.1);
  server.clients = Array.from({ length: Math.min(some, 1000) }, () => 1 + Math.floor(Math.random() * some)).map((i) => basic({ client_id: `client-${i}`, client_secret: `secret-of-the-benchmarks-${i}` }));
}

/** All flows once, in the order in which they need each other. */
async function measureRound(server, seconds) {
  const { issuer, web, folder, families } = server;
  const results = {};
  results.authorize = await codes(server, seconds, paced);
  results["code exchange"] = await exchange(server, seconds * 2, paced);
  const tokens = join(folder, "some-families");
  const its = families.splice(0, pace * seconds);
  writeFileSync(tokens, its.join("\n"));
  const introspect = { READ_PATH: "/introspect", TOKENS: tokens, FORM_PREFIX: "token=", AUTHORIZATION: basic(web), EVERY: paced };
  results.introspection = await load(issuer, { script: "read.lua", env: introspect, seconds, connections });
  const refresh = { TOKENS: tokens, FORM_PREFIX: "grant_type=refresh_token&refresh_token=", AUTHORIZATION: basic(web), EVERY: paced };
  results.refresh = await load(issuer, { script: "tokens.lua", env: refresh, seconds: seconds * 2, connections });
  const authorizations = join(folder, "clients");
  writeFileSync(authorizations, server.clients.join("\n"));
  const credentials = { FORM: "grant_type=client_credentials&scope=orders.read", AUTHORIZATIONS: authorizations, EVERY: paced, JITTER: "1" };
  results.client_credentials = await load(`${issuer}/token`, { script: "form.lua", env: credentials, seconds, connections });
  for (const [name, result] of Object.entries(results)) if (result.failures > 0 || result.requests === 0) throw new Error(`${name}: ${result.failures} of ${result.requests} failed`);
  return results;
}

const lines = (server, name) => readFileSync(join(server.folder, name), "utf8").split("\n").filter(Boolean);

const codes = (server, seconds, every) => load(server.issuer, {
  script: "authorize.lua", seconds, connections,
  env: { AUTHORIZE_PATH: server.authorize.pathname + server.authorize.search, COOKIE: server.cookies.join("\n"), SUFFIX: server.suffix, OUT: join(server.folder, "codes"), ...(every && { EVERY: every }) },
});

const exchange = (server, seconds, every) => load(server.issuer, {
  script: "tokens.lua", seconds, connections,
  env: { TOKENS: join(server.folder, "codes"), FORM_PREFIX: codeForm, AUTHORIZATION: basic(server.web), OUT: join(server.folder, "families"), ...(every && { EVERY: every }) },
});
