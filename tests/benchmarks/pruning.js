// What removing a million expired rows costs those who work meanwhile, and whether the tables stay as large as they are.
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { authorizeUrl, basic, codeForm, register, signIn, startIdp } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { atLeast, atMost, both, count, isTrue } from "./lib/report.js";
import { bytes, rows, seed, vacuum } from "./lib/seed.js";

const kinds = { AuthorizationCodes: 0.4, TokenFamilies: 0.4, Sessions: 0.2 };
/** Milliseconds: whoever prunes at the pace of the work beside it may take long, and the benchmarks not for ever. */
const patience = 480_000;

const expired = `"ExpiresAt" < now() - interval '1 hour'`;

/**
 * A server that prunes by itself each minute, and refreshes as fast as it can in short windows: those in which rows went, beside those in which none did.
 * Then so many rounds of a tenth as many rows, and the tables' sizes after each; between them what autovacuum does by itself within a minute.
 */
export async function measurePruning({ seconds, expired: most, times }) {
  const server = await startIdp({ settings: { Idp__Throttling__Enabled: "false" } });
  const { web } = register(server);
  const cookie = await signIn(server.issuer, web);
  const work = await refreshing(server, web, cookie, seconds);
  await work();
  addExpired(server.folder, web, most);
  const [quiet, busy] = [[], []];
  let [left, begun] = [waiting(server.folder), false];
  const began = performance.now();
  while (left > 0 || quiet.length < 3) {
    if (performance.now() - began > patience) break;
    const result = await work();
    const now = waiting(server.folder);
    // A window in which pruning began or ended is neither.
    if (now === left) quiet.push(result);
    else if (now > 0 && begun) busy.push(result);
    [left, begun] = [now, now < left];
  }
  const took = (performance.now() - began) / 1000;
  const table = [[`${count(most)} expired rows, while refreshes go on`, left === 0 ? `gone after ${took.toFixed(0)} s` : `${count(left)} left after ${took.toFixed(0)} s`, "the server looks each minute", isTrue(left === 0, "gone")]];
  if (busy.length > 0) {
    const [during, without] = [busy, quiet].map((all) => ({ rate: median(all.map((r) => r.rate)), processor: median(all.map((r) => r.processor)) }));
    table.push([`refresh while ${count(most)} expired rows are removed`, both(during), `${both(without)} while none is; ${busy.length} and ${quiet.length} windows`, `of the rate without ${atLeast(during.rate / without.rate, 0.9)}`]);
  } else {
    table.push([`refresh while ${count(most)} expired rows are removed`, "gone within a window", "", ""]);
  }

  const sizes = [];
  for (let round = 0; round < times; round++) {
    addExpired(server.folder, web, Math.ceil(most / 10));
    server.idp(["database", "prune"]);
    if (waiting(server.folder) > 0) throw new Error("`idp database prune` left rows");
    vacuum(server.folder, ...Object.keys(kinds));
    sizes.push(Object.keys(kinds).reduce((sum, table) => sum + bytes(server.folder, table), 0));
  }
  table.push([`codes, families and sessions after ${times} rounds of ${count(most / 10)} expired rows each`, `${(sizes.at(-1) / 2 ** 20).toFixed(0)} MiB`, `${(sizes[0] / 2 ** 20).toFixed(0)} MiB after the first`, `growth ${atMost(sizes.at(-1) / sizes[0], 1.1)}`]);
  return table;
}

const waiting = (folder) => Object.keys(kinds).reduce((sum, table) => sum + rows(folder, table, expired), 0);

let number = 0;
function addExpired(folder, web, most) {
  const ends = "now() - interval '2 hours' - i * interval '0.01 second'";
  const of = (share) => ({ from: number + 1, to: number + Math.ceil(most * share) });
  seed(folder, "AuthorizationCodes", { where: "true", ...of(kinds.AuthorizationCodes), columns: { CodeHash: "sha256(('code' || i)::bytea)", ExpiresAt: ends } });
  seed(folder, "TokenFamilies", { where: `"ClientId" = '${web.client_id}'`, ...of(kinds.TokenFamilies), columns: { FamilyId: "md5('family' || i)::uuid", ExpiresAt: ends } });
  seed(folder, "Sessions", { where: "true", ...of(kinds.Sessions), columns: { SessionId: "md5('session' || i)::uuid", SecretHash: "sha256(('session' || i)::bytea)", ExpiresAt: ends } });
  number += most;
}

/** Some thousand families that are refreshed in turns, each window with what the last one left. */
async function refreshing({ issuer, folder, pid }, web, cookie, seconds) {
  const { url, verifier } = authorizeUrl(issuer, web);
  const { pathname, search } = new URL(url);
  const [codes, families, next] = ["codes", "families", "next"].map((name) => join(folder, name));
  await load(issuer, { script: "authorize.lua", seconds: 2, env: { AUTHORIZE_PATH: pathname + search, COOKIE: cookie, SUFFIX: `&code_verifier=${verifier}`, OUT: codes } });
  await load(issuer, { script: "tokens.lua", seconds: 10, env: { TOKENS: codes, FORM_PREFIX: codeForm, AUTHORIZATION: basic(web), OUT: families } });
  let queue = readFileSync(families, "utf8").split("\n").filter(Boolean);
  return async () => {
    writeFileSync(families, queue.join("\n"));
    const env = { TOKENS: families, CHAIN: "1", OUT: next, FORM_PREFIX: "grant_type=refresh_token&refresh_token=", AUTHORIZATION: basic(web) };
    const result = await load(issuer, { script: "tokens.lua", env, seconds: Math.max(1, Math.round(seconds / 2)), pid });
    if (result.failures > 0) throw new Error(`${result.failures} refreshes failed`);
    // The queue is worked off in order: what was asked for stood at its beginning, and what came of it at its end.
    queue = [...queue, ...readFileSync(next, "utf8").split("\n").filter(Boolean)].slice(result.requests);
    return result;
  };
}
