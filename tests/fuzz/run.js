// Seeded requests that are nearly right, at every endpoint, for FUZZ_SECONDS: nothing may answer 500, hang, redirect astray, show markup, or keep memory.
import { readFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { Idp } from '../interop/support/idp.js';
import { Dice } from './random.js';
import { mutate, written } from './requests.js';
import { plant, register } from './seeds.js';

const seconds = Number(process.env.FUZZ_SECONDS ?? 60);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(performance.timeOrigin) % 1_000_000);
const parts = 4;
const lanes = 8;
const longest = 5_000;
const longestPoll = 25_000; // which waits for an event (RFC 8936 §2.4)
const mostMemoryMb = 96;
const agent = new Agent({ keepAlive: true, maxSockets: lanes });

const idp = await Idp.start({ Idp__Throttling__Enabled: 'false', Idp__Accounts__Registration: 'Open' });
const found = [];
const counts = new Map();
try {
  const registered = await register(idp);
  const dice = new Dice(seed);
  console.log(`seed ${seed}, ${seconds} s`);

  // Each part with a sign-in of its own, since the requests end sessions and tokens. The first one warms the server up: what it holds then, it may hold.
  let warm;
  for (let part = 0; part < parts; part++) {
    const planted = await plant(idp, registered);
    await fuzz(planted, dice, performance.now() + (seconds * 1000) / parts);
    warm ??= residentMb(idp.pid);
  }
  const grown = residentMb(idp.pid) - warm;
  if (grown > mostMemoryMb) found.push(`memory grew by ${grown} MB after the first part`);
  if (!(await fetch(`${idp.issuer}/health/ready`)).ok) found.push('the server is not ready any more');
  const faults = idp.log.split('\n').filter((line) => / (ERR|FTL) /.test(line));
  found.push(...new Set(faults.map((line) => `in the log: ${line}`)));
  print(grown);
} finally {
  agent.destroy();
  await idp.stop();
}
if (found.length > 0) {
  console.error(`\n${found.join('\n\n')}\n\nFUZZ_SEED=${seed} begins with the same requests.`);
  process.exitCode = 1;
}

async function fuzz({ seeds, pool, redirectUris }, dice, until) {
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (performance.now() < until && found.length < 20) await judge(written(mutate(dice.pick(seeds), dice, pool)), redirectUris);
  }));
}

async function judge(wire, redirectUris) {
  let answer;
  try {
    answer = await exchange(wire);
  } catch (error) {
    // What Node won't send is none of the server's business; a connection that the server cut after its answer is.
    if (error.code?.startsWith('ERR_') || error.code === 'EPIPE' || error.code === 'ECONNRESET') return count(wire, error.code);
    return found.push(`${error.message}: ${shown(wire)}`);
  }
  const { status, headers, body } = answer;
  count(wire, status);
  const location = headers.location && new URL(headers.location, idp.issuer);
  const wrongs = [
    status >= 500 && !(status === 503 && headers['retry-after']) && `answered ${status}`,
    location && location.origin !== idp.issuer && !redirectUris.some((uri) => location.href.startsWith(uri)) && `redirects to ${location.href}`,
    body.includes('<script>fuzzed') && 'shows markup that came with the request',
    headers['x-fuzzed'] !== undefined && 'has a header that came with the request',
    headers['content-type']?.includes('json') && !headers['content-type'].includes('jsonl') && wire.method !== 'HEAD' && body.length > 0 && !isJson(body) && 'says JSON and is none',
  ];
  for (const wrong of wrongs) if (wrong) found.push(`${wrong}: ${shown(wire)}\n${body.slice(0, 300)}`);
}

function exchange({ method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = send(new URL(idp.issuer).origin, { method, path, headers: { ...headers, 'content-length': body.length }, agent, timeout: path.startsWith('/ssf/poll') ? longestPoll : longest }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
      // A stream of events never ends; its head is enough.
      if (response.headers['content-type'] === 'text/event-stream') response.destroy();
      response.on('close', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${longest} ms`))).on('error', reject);
    outgoing.end(body);
  });
}

function count({ path }, outcome) {
  const [, first] = path.split(/[/?;%.]/);
  const row = counts.get(first) ?? counts.set(first, new Map()).get(first);
  row.set(outcome, (row.get(outcome) ?? 0) + 1);
}

function print(grown) {
  let all = 0;
  for (const [path, row] of [...counts].sort()) {
    const outcomes = [...row].sort(([a], [b]) => String(a).localeCompare(String(b)));
    all += outcomes.reduce((sum, [, times]) => sum + times, 0);
    console.log(`/${path}`.padEnd(22), outcomes.map(([outcome, times]) => `${outcome}×${times}`).join('  '));
  }
  console.log(`${all} requests, ${found.length} findings, memory ${grown >= 0 ? '+' : ''}${grown} MB after the first part`);
}

const shown = ({ method, path, headers, body }) => `${method} ${path.slice(0, 600)} ${JSON.stringify(headers).slice(0, 600)} ${body.toString('latin1').slice(0, 800)}`;

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function residentMb(pid) {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
}
