// What goes over the wire: tokens by kind, and pages with all that they name.
import { gunzipSync } from "node:zlib";
import { get } from "node:http";
import { authorizeUrl, codeForm, redirectUri, signIn, token } from "./lib/idp.js";
import { atMost } from "./lib/report.js";

/** Bytes of an access token of each kind, and of each page as its first visitor gets it. */
export async function measureWire({ issuer, idp }, { machine, web }) {
  const scoped = (scope) => token(issuer, machine, `grant_type=client_credentials&scope=${encodeURIComponent(scope)}`);
  const cookie = await signIn(issuer, web);
  const { url, verifier } = authorizeUrl(issuer, web);
  const code = new URL((await fetch(url, { redirect: "manual", headers: { cookie } })).headers.get("location")).searchParams.get("code");
  const family = await token(issuer, web, `${codeForm}${code}&code_verifier=${verifier}`);
  const tokens = {
    "access token, RS256, one scope": (await scoped("orders.read")).access_token,
    "the same, ES256": (await scoped("es256.read")).access_token,
    "the same, RS256 with a status": (await scoped("listed.read")).access_token,
    "the same, of a person, with openid and a session": family.access_token,
    "the same, opaque": (await scoped("opaque.read")).access_token,
    "refresh token": family.refresh_token,
    "ID token": family.id_token,
  };
  const asking = idp(["clients", "create", "--file", "-"], JSON.stringify({
    client_name: "asking", redirect_uris: [redirectUri], grant_types: ["authorization_code"], scope: "openid profile email orders.read", resources: ["https://api.example.com"],
  }));
  const consent = authorizeUrl(issuer, asking, "openid profile email orders.read").url;
  const pages = [
    ["sign-in", authorizeUrl(issuer, web).url, ""], ["consent", consent, cookie], ["the home page", `${issuer}/`, cookie], ["account", `${issuer}/account`, cookie],
    ["account: profile", `${issuer}/account/profile`, cookie], ["account: security", `${issuer}/account/security`, cookie], ["device", `${issuer}/device`, cookie],
    ["sign-out", `${issuer}/logout`, cookie], ["an error", `${issuer}/authorize?client_id=nobody`, ""],
  ];
  const rows = Object.entries(tokens).map(([name, text]) => [name, `${text.length} bytes`, "", ""]);
  for (const [name, address, its] of pages) {
    const page = await visit(address, its);
    if (!page) continue;
    const total = page.parts.reduce((sum, part) => sum + part.bytes, 0);
    rows.push([`page: ${name}`, `${(total / 1000).toFixed(1)} kB in ${page.parts.length} requests`, `${page.parts.map((part) => `${part.path} ${(part.bytes / 1000).toFixed(1)}`).join(", ")}; ${(page.plain / 1000).toFixed(1)} kB before compression`, `kB ${atMost(page.plain / 1000, 40)}; requests ${atMost(page.parts.length, 3)}`]);
  }
  return rows;
}

/** A page after its redirects, with what its HTML names: styles, scripts, pictures. Null where this server has none. */
async function visit(address, cookie) {
  let answer = await read(address, cookie);
  const jar = cookie;
  for (let steps = 0; steps < 5 && answer.status >= 300 && answer.status < 400; steps++) {
    address = new URL(answer.location, address).href;
    answer = await read(address, jar);
  }
  if (answer.status === 404 || !answer.type.startsWith("text/html")) return null;
  const html = answer.body.toString();
  const named = [...html.matchAll(/<(?:link[^>]*rel="(?:stylesheet|icon|preload)"[^>]*href|script[^>]*src|img[^>]*src)="([^"]+)"/g)].map((match) => new URL(match[1].replaceAll("&amp;", "&"), address).href);
  const parts = [{ path: new URL(address).pathname, bytes: answer.wire, plain: answer.body.length }];
  for (const url of new Set(named.filter((name) => name.startsWith("http")))) {
    const part = await read(url, jar);
    parts.push({ path: new URL(url).pathname, bytes: part.wire, plain: part.body.length });
  }
  return { parts, plain: parts.reduce((sum, part) => sum + part.plain, 0) };
}

/** The body as a browser gets it: as it is on the wire, and unpacked. */
function read(url, cookie) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { accept: "text/html,*/*", "accept-encoding": "gzip", ...(cookie && { cookie }) } }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => {
        const wire = Buffer.concat(pieces);
        const body = answer.headers["content-encoding"] === "gzip" ? gunzipSync(wire) : wire;
        resolve({ status: answer.statusCode, location: answer.headers.location, type: answer.headers["content-type"] ?? "", wire: wire.length, body });
      });
    }).on("error", reject);
  });
}

