// What is measured side by side: idp, the bare web server, and peers. Each tells how it is asked for the same work, by the same words.
import { join } from "node:path";
import { authorizeUrl, codeForm, redirectUri, register, resource, signIn, startIdp, token } from "./idp.js";
import { isThere, startGlewlwyd } from "../peers/glewlwyd.js";
import { freePort, start } from "./processes.js";

const root = new URL("../../../", import.meta.url).pathname;
const secret = "a-secret-of-the-benchmarks-that-is-long-enough";
const scope = "openid offline_access orders.read";

/** A server of ours with a browser's session. */
export async function idpSubject(settings) {
  const server = await startIdp({ settings });
  const { machine, web } = register(server);
  const cookie = await signIn(server.issuer, web);
  const { url, verifier } = authorizeUrl(server.issuer, web);
  const family = await exchange({ origin: server.issuer, tokenPath: "/token", web, codeForm }, url, cookie, verifier);
  return {
    ...server, name: "idp", origin: server.issuer, machine, web, cookie, codeForm, tokenPath: "/token", family,
    authorize: new URL(url), suffix: `&code_verifier=${verifier}`,
    userinfo: "/userinfo", introspect: "/introspect", jwks: "/.well-known/jwks.json", discovery: "/.well-known/openid-configuration",
    opaque: (await token(server.issuer, machine, "grant_type=client_credentials&scope=opaque.read")).access_token,
  };
}

/** Kestrel alone, which signs or answers a constant. */
export async function bareSubject() {
  const url = `http://localhost:${await freePort()}`;
  const server = await start("dotnet", [join(root, "artifacts/bench/baseline/baseline.dll"), "--urls", url], { url: `${url}/constant/1` });
  return { ...server, name: "bare", origin: url };
}

/** npm oidc-provider: one process with a browser's session, or so many workers for what needs none. */
export async function oidcProviderSubject({ workers = 0 } = {}) {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const env = { PORT: String(port), CLIENT_SECRET: secret, REDIRECT_URI: redirectUri, RESOURCE: resource, WORKERS: String(workers), NODE_ENV: "production" };
  const server = await start("node", [new URL("../peers/oidc-provider.js", import.meta.url).pathname], { env, url: `${origin}/jwks` });
  const [machine, web] = ["machine", "web"].map((client_id) => ({ client_id, client_secret: secret }));
  const subject = { ...server, name: "oidc-provider", origin, machine, web, tokenPath: "/token", codeForm: `resource=${encodeURIComponent(resource)}&${codeForm}`, refreshForm: `resource=${encodeURIComponent(resource)}&` };
  if (workers > 0) return subject;

  const { url, verifier } = authorizeUrl(origin, web, scope);
  const authorize = new URL(url.replace("/authorize?", "/auth?"));
  const { cookie } = await follow(authorize, "");
  const family = await exchange({ ...subject, codeForm }, authorize, cookie, verifier);
  authorize.searchParams.set("resource", resource);
  return { ...subject, cookie, family, authorize, suffix: `&code_verifier=${verifier}`, userinfo: "/me", introspect: "/token/introspection", jwks: "/jwks", opaque: family.access_token };
}

/** One code with a session, and the tokens for it. */
async function exchange({ origin, tokenPath, web, codeForm }, url, cookie, verifier) {
  const { code } = await follow(new URL(url), cookie);
  return token(`${origin}${tokenPath.slice(0, -"/token".length)}`, web, `${codeForm}${code}&code_verifier=${verifier}`);
}

/** Follows an authorization request to its code, as a browser that keeps every cookie. */
async function follow(url, cookie) {
  const jar = new Map(cookie.split("; ").filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf("=")), pair]));
  for (let next = url, steps = 0; steps < 8; steps++) {
    const answer = await fetch(next, { redirect: "manual", headers: { cookie: [...jar.values()].join("; ") } });
    for (const line of answer.headers.getSetCookie()) {
      const pair = line.split(";")[0];
      if (pair.endsWith("=")) jar.delete(pair.slice(0, -1));
      else jar.set(pair.slice(0, pair.indexOf("=")), pair);
    }
    if (answer.status < 300 || answer.status > 399) throw new Error(`${next} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    next = new URL(answer.headers.get("location"), next);
    if (next.href.startsWith(redirectUri)) return { code: next.searchParams.get("code"), cookie: [...jar.values()].join("; ") };
  }
  throw new Error(`${url} led nowhere`);
}


/** Debian's glewlwyd on PostgreSQL; null where it isn't installed. */
export async function glewlwydSubject() {
  if (!isThere()) return null;
  const server = await startGlewlwyd({ secret, redirectUri, scope: "openid orders.read" });
  const [machine, web] = ["machine", "web"].map((client_id) => ({ client_id, client_secret: secret }));
  const { url, verifier } = authorizeUrl(server.origin, web, "openid orders.read");
  const authorize = new URL(`${url.replace("/authorize?", "/api/oidc/auth?")}&g_continue`);
  return { ...server, name: "glewlwyd", machine, web, codeForm, tokenPath: "/api/oidc/token", jwks: "/api/oidc/jwks", authorize, suffix: `&code_verifier=${verifier}` };
}
