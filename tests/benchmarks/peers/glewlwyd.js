// Debian's glewlwyd on a PostgreSQL of its own, set up by its own API: a client for each grant, a person, and a browser's session.
import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { freePort, newFolder, start } from "../lib/processes.js";

/** Where scripts/bootstrap unpacked Debian's package. */
const unpacked = new URL("../../../artifacts/peers/usr/", import.meta.url).pathname;
const program = join(unpacked, "bin/glewlwyd");
const schema = join(unpacked, "share/doc/glewlwyd/database/init.postgre.sql.gz");

/** Whether it is there. */
export const isThere = () => existsSync(program) && existsSync(schema);

/** Starts both. @returns its process identifiers, where it is, and the cookie of a person who is signed in. */
export async function startGlewlwyd({ secret, redirectUri, scope }) {
  const folder = newFolder();
  const database = await startPostgres(folder);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const settings = {
    port, external_url: `${origin}/`, login_url: "login.html", api_prefix: "api", log_mode: "file", log_level: "ERROR", log_file: join(folder, "glewlwyd.log"),
    cookie_secure: 0, session_key: "SESSION", session_expiration: 86_400, hash_algorithm: "SHA256", admin_scope: "g_admin", profile_scope: "g_profile",
    ...Object.fromEntries(["user", "client", "user_auth_scheme", "plugin"].map((kind) => [`${kind}_module_path`, join(unpacked, "lib/glewlwyd", kind.replace("user_auth_", ""))])),
    login_api_enabled: true,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  writeFileSync(join(folder, "glewlwyd.conf"), [...lines, `database = { type = "postgre"; conninfo = "host=localhost port=${database.port} user=postgres dbname=glewlwyd" }`].join("\n"));
  const server = await start(program, ["--config-file", join(folder, "glewlwyd.conf")], { url: `${origin}/config` });
  const pids = [server.pid, database.pid];
  const cookie = await setUp(origin, { secret, redirectUri, scope });
  index(database);
  return { pid: pids, origin, cookie, stop: async () => { await server.stop(); await database.stop(); } };
}

async function startPostgres(folder) {
  const bin = readdirSync("/usr/lib/postgresql").map((version) => `/usr/lib/postgresql/${version}/bin`).at(-1);
  const [data, sockets] = [join(folder, "data"), join(folder, "sockets")];
  const isRoot = process.getuid() === 0;
  const as = isRoot ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] : ["env"];
  for (const made of [data, sockets]) {
    mkdirSync(made, { mode: 0o700 });
    if (isRoot) chownSync(made, ...["-u", "-g"].map((which) => Number(execFileSync("id", [which, "postgres"]).toString())));
  }
  execFileSync(as[0], [...as.slice(1), `${bin}/initdb`, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums"], { stdio: "ignore" });
  const port = await freePort();
  // The same settings as those of the embedded PostgreSQL beside which it is measured.
  const settings = { listen_addresses: "localhost", port, unix_socket_directories: sockets, shared_buffers: "64MB", maintenance_work_mem: "32MB", max_wal_size: "512MB", jit: "off" };
  const env = { PGHOST: "localhost", PGPORT: String(port), PGUSER: "postgres", PGOPTIONS: "-c client_min_messages=warning" };
  const sql = (text, name = "glewlwyd") => execFileSync("psql", ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", name, "-f", "-"], { input: text, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "inherit"] }).toString();
  const isReady = () => spawnSync(`${bin}/pg_isready`, ["-q"], { env: { ...process.env, ...env } }).status === 0;
  const server = await start(as[0], [...as.slice(1), `${bin}/postgres`, "-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])], { ready: isReady });
  sql("CREATE DATABASE glewlwyd", "postgres");
  sql("CREATE EXTENSION pgcrypto");
  sql(gunzipSync(readFileSync(schema)).toString());
  return { ...server, sql, port };
}

async function setUp(origin, { secret, redirectUri, scope }) {
  let cookie = "";
  const call = async (method, path, body) => {
    const answer = await fetch(`${origin}/api${path}`, { method, headers: { cookie, "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`glewlwyd: ${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    for (const line of answer.headers.getSetCookie()) cookie = line.split(";")[0];
  };
  await call("POST", "/auth/", { username: "admin", password: "password" });
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
  await call("POST", "/mod/plugin/", {
    module: "oidc", name: "oidc", display_name: "oidc",
    parameters: {
      iss: `${origin}/api/oidc`, "jwt-type": "rsa", "jwt-key-size": "256", key: privateKey, cert: publicKey, "access-token-duration": 900, "refresh-token-duration": 1_209_600, "code-duration": 600,
      "refresh-token-rolling": true, "refresh-token-one-use": "always", "allow-non-oidc": true, "auth-type-code-enabled": true, "auth-type-client-enabled": true, "auth-type-refresh-enabled": true,
      "auth-type-token-enabled": false, "auth-type-id-token-enabled": true, "auth-type-none-enabled": false, "auth-type-password-enabled": false, "auth-type-device-enabled": false,
      "pkce-allowed": true, "pkce-method-plain-allowed": false, "subject-type": "public", "oauth-fapi-allow-restrict-alg": false,
      "introspection-revocation-allowed": true, "introspection-revocation-allow-target-client": true, "address-claim": { type: "no" }, claims: [], "scope": [],
    },
  });
  const names = scope.split(" ").filter((name) => name !== "openid");
  for (const name of names) await call("POST", "/scope/", { name, display_name: name, description: name, password_required: false, scheme: {} });
  const client = { password: secret, confidential: true, enabled: true, token_endpoint_auth_method: ["client_secret_basic"] };
  await call("POST", "/client/", { ...client, client_id: "machine", name: "machine", scope: names, authorization_type: ["client_credentials"] });
  await call("POST", "/client/", { ...client, client_id: "web", name: "web", scope: [], redirect_uri: [redirectUri], authorization_type: ["code", "refresh_token"] });
  await call("POST", "/user/", { username: "bench", name: "bench", password: "correct horse battery staple 42", enabled: true, scope: ["g_profile", ...scope.split(" ")] });
  cookie = "";
  await call("POST", "/auth/", { username: "bench", password: "correct horse battery staple 42" });
  await call("PUT", "/auth/grant/web", { scope });
  return cookie;
}

/** Its schema has no index on what it looks for by foreign key: with them it is several times as fast, and nobody would run it without. */
function index({ sql }) {
  const missing = sql(`
    SELECT format('CREATE INDEX ON %s (%I);', c.conrelid::regclass, a.attname) FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum)`);
  sql(missing);
  sql("VACUUM ANALYZE");
}
