// The npm verifier's side of the benchmarks: `cost` of a verification, or `memory` of a list. A document on standard input, one on standard output.
import { text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { createVerifier } from "../../src/verifier-js/index.js";
import { readHeader, splitJws } from "../../src/verifier-js/rules/jws.js";
import { importKeySet, verifySignature } from "../../src/verifier-js/rules/keys.js";
import { median } from "./lib/load.js";
import { until } from "../interop/support/program.js";

// Short, so that few blocks are interrupted on a machine that does other things too.
const block = 20;
const { issuer, audience, token, rounds } = JSON.parse(await text(process.stdin));
let requests = 0;
const counted = (url, init) => (requests++, fetch(url, init));
const found = process.argv[2] === "cost" ? await cost() : await memory();
console.log(JSON.stringify(found));

/**
 * Microseconds of a whole verification, of the package's own check of a JWS and of WebCrypto's alone on bytes that are there; blocks in turns. The
 * check of a JWS is what `Jws.Verify` does in .NET: the token taken apart, its header read, the key found by it, the signature.
 */
async function cost() {
  const verifier = createVerifier({ issuer, audience, requireStatus: true, fetch: counted });
  await verifier.verify(token);
  await until("the stream is open", () => verifier.health().push === "open");

  const [head, payload, signature] = token.split(".");
  const { kid } = JSON.parse(Buffer.from(head, "base64url"));
  const jwks = new Uint8Array(await (await fetch(`${issuer}/.well-known/jwks.json`)).arrayBuffer());
  const { keys } = JSON.parse(Buffer.from(jwks));
  const keySet = await importKeySet(jwks, ["RS256"]);
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", keys.find((k) => k.kid === kid), rsa, false, ["verify"]);
  const [signed, signatureBytes] = [Buffer.from(`${head}.${payload}`), Buffer.from(signature, "base64url")];

  const isGood = (verified) => {
    if (!verified) throw new Error("A signature that is good was refused");
  };
  const works = [
    () => verifier.verify(token),
    async () => {
      const parts = splitJws(token, token.length);
      const { alg, kid } = readHeader(parts.head, "at+jwt", ["RS256"]);
      isGood(await verifySignature(alg, keySet.select(kid, alg).key, parts.signature, parts.signed));
    },
    async () => isGood(await crypto.subtle.verify(rsa, key, signatureBytes, signed)),
  ];
  for (let i = 0; i < 150; i++) for (const work of works) await time(work);
  const before = requests;
  const taken = [];
  for (let round = 0; round < rounds; round++) {
    const times = [];
    for (let i = 0; i < works.length; i++) times[(i + round) % works.length] = await time(works[(i + round) % works.length]);
    taken.push(times);
  }
  verifier.close();
  const [whole, own, bare] = works.map((_, i) => median(taken.map((times) => times[i])));
  const ratioTo = (i) => median(taken.map((times) => times[0] / times[i]));
  return { whole, own, bare, ratioToOwn: ratioTo(1), ratio: ratioTo(2), requests: requests - before };
}

async function time(work) {
  const started = performance.now();
  for (let i = 0; i < block; i++) await work();
  return ((performance.now() - started) * 1000) / block;
}

/** Bytes that a verifier keeps: all that it holds, the keys included, as there is no way to get these alone. */
async function memory() {
  const options = { issuer, audience, requireStatus: true, push: false };
  const verifiers = [createVerifier(options)];
  await verifiers[0].verify(token);
  const before = await used();
  for (let i = 0; i < rounds; i++) {
    verifiers.push(createVerifier(options));
    await verifiers.at(-1).verify(token);
  }
  const bytes = ((await used()) - before) / rounds;
  if (verifiers.some((verifier) => verifier.health().lists.length !== 1)) throw new Error("Each verifier holds a list");
  return { bytes };
}

async function used() {
  for (let i = 0; i < 3; i++) {
    await turn();
    globalThis.gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
