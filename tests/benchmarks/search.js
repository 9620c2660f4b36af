// What operators look for, among as many as there may be: lists, pages and searches by the Admin API, with what they cost in the database.
import { basic, sql } from "./lib/idp.js";
import { median } from "./lib/load.js";

/** Milliseconds of database time that a list, a page or a search may take. */
const bar = 100;

/**
 * Fills the tables, and then asks each question `samples` times, one at a time and each time for something else. Reported, for each: what PostgreSQL
 * itself counts of all statements in this database meanwhile (`active_time`), and the whole answer by HTTP, of which that is a part.
 */
export async function measureSearch({ issuer, idp, folder }, { clients = 100_000, users = 1_000_000, samples = 200 }) {
  const api = `${issuer}/api/admin/v1`;
  const database = (text) => sql(folder, text);
  fill(database, idp, clients, users);
  const robot = idp(["clients", "create", "--file", "-"], JSON.stringify({ client_name: "robot", grant_types: ["client_credentials"], resources: [api], scope: "idp.read" }));
  const form = new URLSearchParams({ grant_type: "client_credentials", resource: api, scope: "idp.read" });
  const { access_token: token } = await (await fetch(`${issuer}/token`, { method: "POST", body: form, headers: { authorization: basic(robot) } })).json();

  const [someClient, someUser] = [() => 1 + Math.floor(Math.random() * clients), () => 1 + Math.floor(Math.random() * users)];
  const questions = {
    "clients: the first page of 100": () => "/clients",
    "clients: 100 that begin with …": () => `/clients?q=client-${String(someClient()).slice(0, 2)}`,
    "people: the first page of 100": () => "/users",
    "people: 100 that begin with …": () => `/users?q=user-${String(someUser()).slice(0, 3)}`,
    "people: one, by address": () => `/users?email=user-${someUser()}@example.com`,
    "search: how a client's name begins": () => `/search?q=Shop%20number%20${someClient()}`,
    "search: a family name": () => `/search?q=Family${someUser()}`,
    "search: one letter": () => "/search?q=u&limit=50",
    "search: nothing there": () => `/search?q=none-${someUser()}`,
  };
  const pages = { "clients: a page in the middle": ["/clients", "listClients&", "client-5"], "people: a page in the middle": ["/users", "listUsers&&", "USER-5"] };
  const rows = [];
  for (const [name, question] of Object.entries(questions)) rows.push(await measure(name, samples, database, () => get(api + question(), token)));
  for (const [name, [path, list, last]] of Object.entries(pages)) {
    let cursor = cursorAt(list, last);
    rows.push(await measure(name, samples, database, async () => ({ next_cursor: cursor } = await get(`${api}${path}?cursor=${cursor}`, token))));
  }
  return rows;
}

/** As the API writes it: opaque to others, and here the way to the middle of a long list. */
const cursorAt = (list, last) => Buffer.from(`1${list}\n${last}`).toString("base64url");

async function measure(name, samples, database, ask) {
  await ask();
  const before = await activeTime(database);
  const times = [];
  for (let i = 0; i < samples; i++) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  const inDatabase = ((await activeTime(database)) - before) / samples;
  if (inDatabase > bar) throw new Error(`${name}: ${inDatabase.toFixed(1)} ms of database time`);
  return [name, `${inDatabase.toFixed(2)} ms of database time, under ${bar}`, `${median(times).toFixed(1)} ms by HTTP, the slowest of ${samples} ${Math.max(...times).toFixed(1)} ms`];
}

async function get(url, token) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** What all statements in this database took so far, in ms. A backend tells what it counted when it has been idle for ten seconds. */
async function activeTime(database) {
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  return Number(database("SELECT active_time FROM pg_stat_database WHERE datname = current_database()"));
}

/** As many rows as there may be, by SQL: a million people by a command each would take a day. The client is a real one's document. */
function fill(database, idp, clients, users) {
  const { client_id: template } = idp(["clients", "create", "--file", "-"], JSON.stringify({ client_name: "template", redirect_uris: ["https://app.example/callback"], scope: "openid" }));
  database(`
    INSERT INTO "Clients" ("ClientId", "Document", "NormalizedName", "IsUsed")
      SELECT 'client-' || i, jsonb_set(t."Document", '{client_name}', to_jsonb('Shop number ' || i)), 'SHOP NUMBER ' || i, false FROM generate_series(1, ${clients}) i, "Clients" t WHERE t."ClientId" = '${template}';
    INSERT INTO "ClientSecrets" ("ClientId", "Hash", "CreatedAt") SELECT 'client-' || i, sha256(i::text::bytea), now() FROM generate_series(1, ${clients}) i;
    INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount", "Claims", "NormalizedName", "NormalizedFamilyName", "CreatedAt")
      SELECT gen_random_uuid(), 'user-' || i, 'USER-' || i, 'user-' || i || '@example.com', 'USER-' || i || '@EXAMPLE.COM', true, false, false, true, 0,
        jsonb_build_object('given_name', 'Given' || i % 1000, 'family_name', 'Family' || i, 'email', 'user-' || i || '@example.com', 'email_verified', true, 'locale', 'en'), 'GIVEN' || i % 1000 || ' FAMILY' || i, 'FAMILY' || i, now()
      FROM generate_series(1, ${users}) i`);
  database(`VACUUM ANALYZE "Clients", "ClientSecrets", "Users"`);
}
