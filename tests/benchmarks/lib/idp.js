// A server of ours with what the benchmarks need: a client for each grant, a person, and a browser's session.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, newFolder, start, tree } from "./processes.js";

const root = new URL("../../../", import.meta.url).pathname;
const executable = process.env.IDP_EXE ?? join(root, "artifacts/bench/idp");
export const resource = "https://api.example.com";

/** The API whose tokens are in a status list, and the one whose tokens are asked about; the others' just expire. */
export const listed = "https://listed.example.com";
const opaque = "https://opaque.example.com";
const elliptic = "https://es256.example.com";
export const redirectUri = "https://app.example.com/callback";

/** Starts a server on a database of its own, in `folder` where that has one already (or on `connectionString`), with more `settings` than every one has. */
export async function startIdp({ connectionString, settings = {}, folder = newFolder() } = {}) {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const env = {
    DOTNET_ENVIRONMENT: "Development", Idp__Issuer: issuer, Idp__Keys__MasterKeyFile: join(folder, "master.key"), Idp__Database__Directory: join(folder, "data"),
    Serilog__MinimumLevel__Default: "Warning", ...(connectionString ? { Idp__Database__ConnectionString: connectionString } : {}), ...settings,
  };
  const server = await start(executable, ["serve"], { env, url: `${issuer}/.well-known/openid-configuration` });
  const idp = (args, input) => JSON.parse(execFileSync(executable, [...args, "--json"], { env: { ...process.env, ...env }, input, stdio: ["pipe", "pipe", "inherit"] }));
  if (!connectionString && !tree(server.pid).includes(postmaster(folder))) throw new Error("The server's PostgreSQL is not among its processes: its processor time would be missing");
  return { ...server, issuer, env, idp, folder };
}

const postmaster = (folder) => Number(readFileSync(join(folder, "data/data/postmaster.pid"), "utf8").split("\n")[0]);

/** Registers an API of each kind of revocation, a client for client_credentials and one for the code flow. */
export function register({ idp }, signingAlg = "RS256") {
  const make = (noun, document) => idp([noun, "create", "--file", "-"], JSON.stringify(document));
  make("resources", { identifier: resource, name: "Orders", scopes: ["orders.read", "orders.write"], revocation: "expiry", signing_alg: signingAlg });
  make("resources", { identifier: listed, name: "Listed", scopes: ["listed.read"], revocation: "status_list", signing_alg: signingAlg });
  make("resources", { identifier: opaque, name: "Opaque", scopes: ["opaque.read"], revocation: "introspection" });
  make("resources", { identifier: elliptic, name: "Elliptic", scopes: ["es256.read"], revocation: "expiry", signing_alg: "ES256" });
  const machine = make("clients", { client_name: "machine", grant_types: ["client_credentials"], scope: "orders.read orders.write listed.read opaque.read es256.read", resources: [resource, listed, opaque, elliptic] });
  const web = make("clients", {
    client_name: "web", redirect_uris: [redirectUri], grant_types: ["authorization_code", "refresh_token"],
    scope: "openid offline_access orders.read listed.read", resources: [resource, listed], require_consent: false,
  });
  idp(["users", "create", "--username", "bench", "--password", "-"], "correct horse battery staple 42\n");
  return { machine, web };
}

export const basic = (client) => "Basic " + Buffer.from(`${client.client_id}:${client.client_secret}`).toString("base64");

/** How a second node reaches the first one's embedded PostgreSQL: its socket's folder is the fifth line of the file that PostgreSQL keeps. */
export function embeddedDatabase(folder) {
  const [, , , , socketFolder] = readFileSync(join(folder, "data/data/postmaster.pid"), "utf8").split("\n");
  return `Host=${socketFolder};Username=idp;Database=idp`;
}

/** Runs SQL in the embedded database as its superuser; what it prints. */
export function sql(folder, text) {
  const host = /Host=([^;]+)/.exec(embeddedDatabase(folder))[1];
  const args = ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-f", "-"];
  return execFileSync("psql", args, { input: text, env: { ...process.env, PGHOST: host, PGUSER: "postgres", PGDATABASE: "idp" }, maxBuffer: 1 << 26 }).toString().trim();
}

/** Signs in by the real pages and returns the browser's cookies. */
export async function signIn(issuer, client) {
  const jar = new Map();
  const go = async (url, options = {}) => {
    const answer = await fetch(new URL(url, issuer), { redirect: "manual", ...options, headers: { ...options.headers, cookie: cookieHeader(jar) } });
    for (const line of answer.headers.getSetCookie()) jar.set(...splitCookie(line));
    return answer;
  };
  let answer = await go(authorizeUrl(issuer, client).url);
  const page = new URL(answer.headers.get("location"), issuer);
  const [html] = (await (await go(page)).text()).split("</form>"); // the password's form comes first
  const form = new URLSearchParams([...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [attribute(tag, "name"), attribute(tag, "value")]));
  form.set("username", "bench");
  form.set("password", "correct horse battery staple 42");
  const action = /<form[^>]*action="([^"]*)"/.exec(html)?.[1].replaceAll("&amp;", "&");
  answer = await go(action ? new URL(action, page) : page, { method: "POST", body: form });
  if (answer.status >= 400) throw new Error(`Sign-in answered ${answer.status}`);
  return cookieHeader(jar);
}

/** Makes codes with a live session, `parallel` at once; each comes with its verifier, as the rest of the token request's form. */
export async function makeCodes(issuer, client, cookie, count, { parallel = 16, scope } = {}) {
  const forms = [];
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (forms.length < count) {
      const { url, verifier } = authorizeUrl(issuer, client, scope);
      const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
      const code = new URL(answer.headers.get("location")).searchParams.get("code");
      if (!code) throw new Error(`No code: ${answer.status} ${answer.headers.get("location")}`);
      forms.push(`${code}&code_verifier=${verifier}`);
    }
  }));
  return forms;
}

/** The tokens of so many new families. */
export async function makeFamilies(issuer, client, cookie, count, scope) {
  const forms = await makeCodes(issuer, client, cookie, count, { scope });
  return inTurns(forms.slice(0, count), (form) => token(issuer, client, codeForm + form));
}

/** What the token endpoint answers. */
export async function token(issuer, client, form) {
  const answer = await fetch(`${issuer}/token`, {
    method: "POST", body: form, headers: { authorization: basic(client), "content-type": "application/x-www-form-urlencoded" },
  });
  if (answer.status !== 200) throw new Error(`/token answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Maps with some at once. */
export async function inTurns(items, work, parallel = 16) {
  const results = [];
  let next = 0;
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]);
  }));
  return results;
}

/** An authorization request of the code flow with PKCE. */
export function authorizeUrl(issuer, client, scope = "openid offline_access orders.read") {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: client.client_id, redirect_uri: redirectUri, response_type: "code", scope, state: "s", nonce: "n",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
  });
  return { url: `${issuer}/authorize?${query}`, verifier };
}

export const codeForm = `grant_type=authorization_code&redirect_uri=${encodeURIComponent(redirectUri)}&code=`;

const attribute = (tag, name) => (new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? "").replaceAll("&amp;", "&").replaceAll("&#x2B;", "+");
const cookieHeader = (jar) => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
const splitCookie = (line) => { const [pair] = line.split(";"); const i = pair.indexOf("="); return [pair.slice(0, i), pair.slice(i + 1)]; };
