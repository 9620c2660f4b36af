// Issuing tokens: each work beside the same web server that only signs, and beside peers in the same rounds.
import { join } from "node:path";
import { basic, token } from "./lib/idp.js";
import { interleave, load, medians } from "./lib/load.js";
import { atLeast, atMost, both, milliseconds, rate, times } from "./lib/report.js";
import { newFolder } from "./lib/processes.js";
import { constantOf, jwtsOf, signedBytes } from "./lib/sizes.js";

const scoped = "grant_type=client_credentials&scope=orders.read";
const elliptic = "grant_type=client_credentials&scope=es256.read";

/** A token for a client itself: no query, one signature. */
export async function measureCredentials({ idp, bare, peers }, { rounds, seconds }) {
  const answer = await token(idp.origin, idp.machine, scoped);
  const post = (subject, path, form) => () => load(`${subject.origin}${path}`, { script: "form.lua", env: { FORM: form, AUTHORIZATION: basic(subject.machine ?? idp.machine) }, seconds, pid: subject.pid });
  const constant = constantOf(JSON.stringify(await token(idp.origin, idp.machine, elliptic)));
  const results = await interleave({
    idp: post(idp, idp.tokenPath, scoped),
    bare: post(bare, `/sign/${signedBytes(answer)}`, scoped),
    ...Object.fromEntries(peers.map((peer) => [peer.label, post(peer, peer.tokenPath, peer.credentialsForm ?? scoped)])),
    elliptic: post(idp, idp.tokenPath, elliptic),
    constant: post(bare, constant, elliptic),
  }, rounds);
  const ratio = results.idp.rate / results.bare.rate;
  const paced = await measurePaced(idp, results.idp.rate, { rounds, seconds });
  return [
    ["client_credentials, RS256", both(results.idp), `the same web server only signing as much: ${both(results.bare)}`, `rate ${atLeast(ratio, 0.95)}; CPU ${atMost(results.idp.processor / results.bare.processor, 1.08)}`],
    ["the same at 70 % of that", `p50 ${milliseconds(paced.p50)}, p99 ${milliseconds(paced.p99)}`, `${rate(paced)} came`, `p99 / p50 ${atMost(paced.p99 / paced.p50, 3)}`],
    ...peers.map((peer) => [`the same, ${peer.title}`, both(results[peer.label]), `idp is ${times(results.idp.rate / results[peer.label].rate)} as fast`, atLeast(results.idp.rate / results[peer.label].rate, 1)]),
    keycloak("client_credentials", 120),
    ["client_credentials, ES256", both(results.elliptic), `RS256 beside it: ${rate(results.idp)}`, `of RS256 ${atLeast(results.elliptic.rate / results.idp.rate, 5)}`],
    ["the same form answered by a constant", both(results.constant), "the same web server, an answer of the same size", `ES256 of it ${atLeast(results.elliptic.rate / results.constant.rate, 0.5)}`],
  ];
}

/** Connections that come by chance, so many in all that seven tenths of what can be done is asked for. */
async function measurePaced(idp, capacity, { rounds, seconds }) {
  const connections = 64;
  const every = Math.round((connections * 1000) / (capacity * 0.7) - 1);
  const env = { FORM: scoped, AUTHORIZATION: basic(idp.machine), EVERY: String(every), JITTER: "1" };
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await load(`${idp.origin}/token`, { script: "form.lua", env, seconds, connections, pid: idp.pid }));
  return medians(all);
}

/**
 * A browser with a session asks for codes, the codes are exchanged, and the families that came of them refreshed: in each round by each subject, what the
 * one made being what the next takes. The limit is the same web server making as many signatures over as much.
 */
export async function measureFlows({ idp, bare, peers }, { rounds, seconds }) {
  const folder = newFolder();
  const all = [idp, ...peers.filter((peer) => peer.authorize)];
  const signatures = { code: jwtsOf(idp.family), refresh: jwtsOf(await token(idp.origin, idp.web, `grant_type=refresh_token&refresh_token=${idp.family.refresh_token}`)) };
  const sign = (jwts) => () => load(`${bare.origin}/sign/${jwts.map(signedBytes).join(",")}`, { script: "form.lua", env: { FORM: "" }, seconds, pid: bare.pid });
  const work = Object.fromEntries(all.flatMap((subject) => Object.entries(flows(subject, folder, seconds)).map(([name, run]) => [`${subject.label ?? "idp"} ${name}`, run])));
  const results = await interleave({ "limit code": sign(signatures.code), "limit refresh": sign(signatures.refresh), ...work }, rounds);
  const rows = [];
  for (const [name, title, bar] of [["authorize", "/authorize with a session, durable code"], ["code", "code exchange, durable", 0.75], ["refresh", "refresh, durable", 0.8]]) {
    const own = results[`idp ${name}`];
    const limit = results[`limit ${name}`];
    const made = signatures[name]?.length;
    rows.push(limit
      ? [`${title}, ${made} signature${made === 1 ? "" : "s"}`, both(own), `the same web server signing as much: ${both(limit)}`, atLeast(own.rate / limit.rate, bar)]
      : [title, both(own), `p50 ${milliseconds(own.p50)}, p99 ${milliseconds(own.p99)}`, ""]);
    for (const peer of all.slice(1)) {
      const its = results[`${peer.label} ${name}`];
      rows.push([`the same, ${peer.title}`, both(its), `idp is ${times(own.rate / its.rate)} as fast`, atLeast(own.rate / its.rate, 1)]);
    }
  }
  rows.push(keycloak("refresh", 120));
  return rows;
}

/** Its own claim, for planning; nothing of it runs here. */
const keycloak = (work, each) => [`the same, Keycloak’s published sizing: ${work}`, `${each}/s for a vCPU`, "its own claim, not measured here", ""];

/** The three, for one subject. */
function flows(subject, folder, seconds) {
  const name = subject.label ?? "idp";
  const [codes, families] = [join(folder, `${name}-codes`), join(folder, `${name}-families`)];
  const idle = { IDLE_PATH: subject.jwks, TOKEN_PATH: subject.tokenPath, AUTHORIZATION: basic(subject.web) };
  const options = { seconds, pid: subject.pid };
  return {
    authorize: () => load(subject.origin, {
      ...options, script: "authorize.lua", env: { AUTHORIZE_PATH: subject.authorize.pathname + subject.authorize.search, COOKIE: subject.cookie, SUFFIX: subject.suffix, OUT: codes },
    }),
    code: () => load(subject.origin, { ...options, script: "tokens.lua", env: { ...idle, TOKENS: codes, FORM_PREFIX: subject.codeForm, OUT: families } }),
    refresh: () => load(subject.origin, { ...options, script: "tokens.lua", env: { ...idle, TOKENS: families, CHAIN: "1", FORM_PREFIX: `${subject.refreshForm ?? ""}grant_type=refresh_token&refresh_token=` } }),
  };
}

/** What is asked about a token, and what everybody reads. */
export async function measureReads({ idp, bare, peers }, { rounds, seconds }) {
  const time = Math.max(1, Math.round(seconds / 2));
  const bearer = (subject) => () => load(subject.origin + subject.userinfo, { headers: { Authorization: `Bearer ${subject.family.access_token}` }, seconds: time, pid: subject.pid });
  const ask = (subject, its) => () => load(subject.origin + subject.introspect, { script: "form.lua", env: { FORM: `token=${its}`, AUTHORIZATION: basic(subject.introspecting ?? subject.machine) }, seconds: time, pid: subject.pid });
  const read = (subject, path) => () => load(subject.origin + path, { seconds: time, pid: subject.pid });
  const jwt = (await token(idp.origin, idp.machine, scoped)).access_token;
  const able = (member) => peers.filter((peer) => peer[member]);
  const named = (member, run) => Object.fromEntries(able(member).map((peer) => [`${peer.label} ${member}`, run(peer)]));
  const sizeOf = async (path) => constantOf(await (await fetch(idp.origin + path)).text());
  const results = await interleave({
    userinfo: bearer(idp), ...named("userinfo", bearer),
    "introspection of a JWT": ask(idp, jwt), "introspection of an opaque token": ask(idp, idp.opaque), ...named("introspect", (peer) => ask(peer, peer.opaque)),
    jwks: read(idp, idp.jwks), "constant jwks": read(bare, await sizeOf(idp.jwks)), ...named("jwks", (peer) => read(peer, peer.jwks)),
    discovery: read(idp, idp.discovery), "constant discovery": read(bare, await sizeOf(idp.discovery)),
  }, rounds);

  const beside = (title, own, member, bar) => able(member).map((peer) => {
    const its = results[`${peer.label} ${member}`];
    return [title, both(results[own]), `${peer.title}: ${both(its)}`, bar ? atLeast(results[own].rate / its.rate, bar, `${bar} times`) : `${times(results[own].rate / its.rate)}`];
  });
  const constant = (title, name) => [title, both(results[name]), `a constant answer of the same size: ${both(results[`constant ${name}`])}`, atLeast(results[name].rate / results[`constant ${name}`].rate, 0.8)];
  return [
    ...beside("UserInfo", "userinfo", "userinfo", 2),
    ...beside("introspection of a JWT", "introspection of a JWT", "introspect", 2),
    ...beside("introspection of an opaque token", "introspection of an opaque token", "introspect", 2),
    constant("JWKS", "jwks"), ...beside("the same", "jwks", "jwks"),
    constant("discovery", "discovery"),
  ];
}
