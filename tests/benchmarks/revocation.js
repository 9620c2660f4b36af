// What revocation costs and how fast it is: each part measures one claim and returns its rows of the report.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { basic, embeddedDatabase, inTurns, listed, makeFamilies, signIn, token } from "./lib/idp.js";
import { load, median } from "./lib/load.js";
import { until } from "../interop/support/program.js";

const root = new URL("../../", import.meta.url).pathname;
const listedForm = "grant_type=client_credentials&scope=listed.read";
const listedScope = "openid offline_access listed.read";

/** From the answer of a revocation to the refusal by verifiers that listen; access tokens and refresh tokens in turns. */
export async function measurePush({ issuer }, { machine, web }, { revocations = 1000, verifiers = 100 }) {
  const cookie = await signIn(issuer, web);
  const half = Math.ceil(revocations / 2);
  const families = await makeFamilies(issuer, web, cookie, half, listedScope);
  const singles = await inTurns(Array(half).fill(listedForm), (form) => token(issuer, machine, form));
  const all = singles.flatMap((single, i) => [
    { revoke: single.access_token, accessToken: single.access_token, authorization: basic(machine) },
    { revoke: families[i].refresh_token, accessToken: families[i].access_token, authorization: basic(web) },
  ]);
  const found = await dotnet("pushed", { issuer, audience: listed, verifiers, revocations: all });
  const which = `${count(all.length)} revocations, access and refresh tokens in turns; ${verifiers} verifiers in one .NET process made ${found.requests} requests`;
  return [
    ["revocation answered → a pushed verifier refuses", `p50 ${milliseconds(found.p50)}, p99 ${milliseconds(found.p99)}`, which],
    [`the same, until the last of the ${verifiers} refuses`, `p50 ${milliseconds(found.lastP50)}, p99 ${milliseconds(found.lastP99)}`, `under 1 s at p99; the longest ${milliseconds(found.longest)}`],
    ["the same by plain ttl, without push", "60 s at most", "stated by each list, not waited for here"],
  ];
}

/** A whole verification, warm, beside the signature alone. */
export async function measureVerification({ issuer }, { machine }, { rounds = 1200 }) {
  const good = (await token(issuer, machine, listedForm)).access_token;
  const input = { issuer, audience: listed, token: good, rounds };
  const [net, js] = [await dotnet("cost", input), await node("cost", input)];
  const asked = ({ requests }) => `at most 1.15; ${requests} requests to the issuer`;
  return [
    ["verification with status check, .NET", `${net.whole.toFixed(1)} µs`, `${net.ratio.toFixed(2)} of the signature check by the same library, \`Jws.Verify\` (${net.bare.toFixed(1)} µs); ${asked(net)}`],
    [
      `verification with status check, Node ${process.versions.node}`, `${js.whole.toFixed(1)} µs`,
      `${js.ratioToOwn.toFixed(2)} of the signature check by the same library (${js.own.toFixed(1)} µs), ${js.ratio.toFixed(2)} of WebCrypto's \`verify\` alone (${js.bare.toFixed(1)} µs); ${asked(js)}`,
    ],
  ];
}

/** The list of a million tokens of which one in a thousand was taken back: on a server that has no list yet. */
export async function measureList({ issuer, folder, pid }, { machine }, { tokens = 1_000_000, seconds = 3 }) {
  const filled = await dotnet("fill", { connectionString: embeddedDatabase(folder), tokens, revoked: tokens / 1000 });
  const uri = `${issuer}/status/${filled.list}`;
  await until(`${filled.revoked} bits are set`, async () => bitsSet(await read(uri)) === filled.revoked, 30);
  const [plain, compressed] = [await read(uri), await read(uri, { "accept-encoding": "gzip" })];
  const signing = await dotnet("sign", { tokens, revoked: tokens / 1000, rounds: 20 });
  const served = await load(uri, { seconds, pid });
  const servedCompressed = await load(uri, { seconds, pid, headers: { "Accept-Encoding": "gzip" } });
  const good = (await token(issuer, machine, listedForm)).access_token;
  const input = { issuer, audience: listed, token: good, rounds: 10 };
  const memory = { dotnet: await dotnet("memory", input), node: await node("memory", input) };
  const name = `status list of ${count(filled.tokens)} tokens, ${count(filled.revoked)} revoked`;
  return [
    [`${name}: on the wire`, `${kilobytes(compressed.length)} with gzip`, `${kilobytes(plain.length)} plain, 262 kB of bits`],
    ["the same: time to sign", `${(signing.compress + signing.sign).toFixed(1)} ms`, `compress ${signing.compress.toFixed(1)} ms, sign ${signing.sign.toFixed(1)} ms, at most once for a change that somebody asks for; all bits from the changes ${signing.build.toFixed(1)} ms, at the start`],
    ["the same: to serve", `${rate(servedCompressed)} with gzip, ${servedCompressed.processor.toFixed(2)} CPU-ms`, `${rate(served)} plain, ${served.processor.toFixed(2)} CPU-ms`],
    ["the same: memory in a verifier", `${kilobytes(memory.dotnet.bytes)} (.NET)`, `${kilobytes(memory.node.bytes)} (Node)`],
  ];
}

/** Very many listeners of one node: on a server that did nothing yet. */
export async function measureStreams({ issuer, pid }, { machine }, { streams = 10_000, revocations = 9 }) {
  const tokens = await inTurns(Array(revocations).fill(listedForm), (form) => token(issuer, machine, form));
  const all = tokens.map((t) => ({ revoke: t.access_token, accessToken: t.access_token, authorization: basic(machine) }));
  const found = await dotnet("streams", { issuer, serverPid: pid, count: streams, revocations: all });
  const each = ((Math.max(found.open, found.after) - found.before) * 1024) / found.opened;
  return [
    [`memory with ${count(found.opened)} event streams on one node`, `${found.after.toFixed(0)} MB`, `${found.before.toFixed(0)} MB before, ${found.open.toFixed(0)} MB when all had opened: ${each.toFixed(1)} kB each`],
    [`one revocation answered → all ${count(found.opened)} have it`, milliseconds(found.all), `half of them ${milliseconds(found.half)}; median of ${revocations}, the slowest ${milliseconds(found.slowest)}`],
  ];
}

/** The token endpoint for an API with status lists beside one without; and what a question about an opaque token costs. */
export async function measureIssuance({ issuer, folder, pid }, { machine, web }, { rounds = 3, seconds = 6 }) {
  const cookie = await signIn(issuer, web);
  const form = (FORM) => (time) => load(`${issuer}/token`, { script: "form.lua", env: { FORM, AUTHORIZATION: basic(machine) }, seconds: time, pid });
  // So many families that each is refreshed about twice: nobody's app does it a hundred times in a second.
  const refresh = (scope) => async (time) => {
    const file = join(folder, "families");
    writeFileSync(file, (await makeFamilies(issuer, web, cookie, 1000, scope)).map((family) => family.refresh_token).join("\n"));
    return load(issuer, { script: "tokens.lua", env: { TOKENS: file, CHAIN: "1", FORM_PREFIX: "grant_type=refresh_token&refresh_token=", AUTHORIZATION: basic(web) }, seconds: time, pid });
  };
  const credentials = await pairs(form(listedForm), form("grant_type=client_credentials&scope=orders.read"), rounds * 3, Math.max(1, Math.round(seconds / 3)));
  const refreshes = await pairs(refresh(listedScope), refresh("openid offline_access orders.read"), rounds + 1, Math.max(1, Math.round(seconds / 3)));
  const opaque = (await token(issuer, machine, "grant_type=client_credentials&scope=opaque.read")).access_token;
  const introspect = (time) => load(`${issuer}/introspect`, { script: "form.lua", env: { FORM: `token=${opaque}`, AUTHORIZATION: basic(machine) }, seconds: time, pid });
  await introspect(1);
  const introspection = await introspect(Math.max(1, Math.round(seconds / 2)));
  if (introspection.failures > 0) throw new Error(`${introspection.failures} introspections failed`);
  const row = (name, { ratio, on, off }) => [
    `${name}, status lists on`, `${rate(on)}, ${on.processor.toFixed(2)} CPU-ms`, `${ratio.toFixed(2)} of off (${rate(off)}, ${off.processor.toFixed(2)} CPU-ms); at least 0.95`,
  ];
  return [
    row("client_credentials", credentials),
    row("refresh", refreshes),
    ["introspection of an opaque token", `${rate(introspection)}, ${introspection.processor.toFixed(2)} CPU-ms`, "what each call to an `introspection` API costs the issuer"],
  ];
}

/** Two subjects in turns, now the one first, now the other; the ratio is the median of the pairs' ratios. */
async function pairs(on, off, rounds, seconds) {
  const taken = [];
  await on(seconds);
  await off(seconds);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [on, off] : [off, on];
    const results = [await order[0](seconds), await order[1](seconds)];
    taken.push(round % 2 === 0 ? results : results.reverse());
  }
  if (taken.flat().some((result) => result.failures > 0)) throw new Error("requests failed");
  const middle = (side) => ({ rate: median(taken.map((pair) => pair[side].rate)), processor: median(taken.map((pair) => pair[side].processor)) });
  return { ratio: median(taken.map(([a, b]) => a.rate / b.rate)), on: middle(0), off: middle(1) };
}

const dotnet = (name, input) => measured("dotnet", [join(root, "artifacts/bench/revocation/revocation.dll"), name], input);
const node = (name, input) => measured(process.execPath, ["--expose-gc", new URL("verification.js", import.meta.url).pathname, name], input);

/** Runs a program of ours: a document in, a document out. */
async function measured(command, args, input) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(input));
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.at(-1)} ended with ${code}`);
  return JSON.parse(output);
}

/** The body as it is on the wire: fetch would ask for gzip and undo it. */
function read(uri, headers = {}) {
  return new Promise((resolve, reject) => {
    get(uri, { headers }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => (answer.statusCode === 200 ? resolve(Buffer.concat(pieces)) : reject(new Error(`${uri} answered ${answer.statusCode}`))));
    }).on("error", reject);
  });
}

function bitsSet(jwt) {
  const claims = JSON.parse(Buffer.from(jwt.toString().split(".")[1], "base64url"));
  let set = 0;
  for (const byte of inflateSync(Buffer.from(claims.status_list.lst, "base64url"))) for (let rest = byte; rest > 0; rest >>= 2) if (rest & 3) set++;
  return set;
}

const count = (number) => number.toLocaleString("en");
const milliseconds = (number) => `${number < 10 ? number.toFixed(1) : number.toFixed(0)} ms`;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const rate = (result) => `${count(Math.round(result.rate))}/s`;
