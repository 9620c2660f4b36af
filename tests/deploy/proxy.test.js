import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Idp } from '../interop/support/idp.js';
import { formsOf } from '../interop/support/person.js';
import { freePort, until } from '../interop/support/program.js';
import { read, run } from './support.js';

/*
 * deploy/nginx/idp.conf as it stands, but for addresses, ports and the certificate, in front of the real server. The server trusts one address to say where requests
 * come from, and nginx has it; a person sits at another, and somebody who reaches the server itself at a third.
 */
const name = 'login.example.com';
const [proxyAddress, personAddress, strangerAddress] = ['127.0.0.2', '127.0.0.9', '127.0.0.5'];
const place = mkdtempSync(join(tmpdir(), 'idp-nginx-'));
const nginxProgram = [['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync) ?? 'nginx', '-p', place, '-e', join(place, 'error.log'), '-c', join(place, 'nginx.conf')];
let idp, nginx, port, plainPort, direct;

before(async () => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', join(place, 'key'), '-out', join(place, 'pem')], { stdio: 'ignore' });
  direct = await freePort();
  idp = await Idp.start({
    Idp__Issuer: `https://${name}`,
    ASPNETCORE_URLS: `http://127.0.0.1:${direct}`,
    Idp__Forwarding__TrustedProxies__0: proxyAddress,
    Idp__ClientCertificates__Header: 'Client-Cert',
    Idp__ClientCertificates__TrustedProxies__0: proxyAddress,
  }, { name: 'idp-behind-nginx', isReady: () => fetch(`http://127.0.0.1:${direct}/health/ready`).then(({ ok }) => ok, () => false) });
  await configure(`127.0.0.1:${direct}`);
  nginx = spawn(nginxProgram[0], [...nginxProgram.slice(1), '-g', 'daemon off;'], { stdio: 'ignore' });
  await until('nginx answers', () => ask('/.well-known/jwks.json').then(({ status }) => status === 200, () => false), 20);
});

after(async () => {
  nginx?.kill('SIGTERM');
  if (nginx) await once(nginx, 'exit');
  await idp?.stop();
  rmSync(place, { recursive: true, force: true });
});

/** The file of deploy/, with what is ours here. Each replacement must find its place: else the test would be of something else. */
async function configure(upstream) {
  [port, plainPort] = [await freePort(), await freePort()];
  let text = read('deploy/nginx/idp.conf');
  for (const [from, to] of [
    ['server 127.0.0.1:8080 ', `server ${upstream} `],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['listen 443 ssl default_server;', `listen 127.0.0.1:${port} ssl default_server;`],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
    ['/etc/nginx/tls/login.example.com.pem', join(place, 'pem')],
    ['/etc/nginx/tls/login.example.com.key', join(place, 'key')],
    ['/var/log/nginx/idp.log', join(place, 'access.log')],
    ['proxy_http_version 1.1;', `proxy_bind ${proxyAddress};\n    proxy_http_version 1.1;`],
  ]) {
    assert.equal(text.split(from).length, 2, `${from} stands in the file once`);
    text = text.replace(from, to);
  }
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${join(place, what)};`).join('\n');
  writeFileSync(join(place, 'nginx.conf'), `user root;\nworker_processes 1;\npid ${join(place, 'pid')};\nevents { worker_connections 256; }\nhttp {\naccess_log off;\n${own}\n${text}\n}\n`);
}

/** A request by a person to the proxy; `to` a port, in clear and from a stranger's address, for who reaches the server itself. */
function ask(path, { method = 'GET', headers = {}, body, to, servername = name, isOpen } = {}) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', path, method, agent: false, headers: { host: name, ...headers } };
    const request = to
      ? http.request({ ...options, port: to, localAddress: strangerAddress })
      : https.request({ ...options, port, localAddress: personAddress, servername, ca: readFileSync(join(place, 'pem')) });
    request.on('error', reject).on('response', (response) => {
      let text = '';
      const answer = () => ({ status: response.statusCode, headers: response.headers, text });
      response.setEncoding('utf8').on('error', reject).on('end', () => resolve(answer())).on('data', (part) => {
        text += part;
        if (isOpen?.(text)) {
          resolve(answer());
          request.destroy();
        }
      });
    });
    request.end(body);
  });
}

/** A sign-in, with headers in which a caller says who they are; the address that the audit has of it. */
async function addressOfSignIn(username, headers, to) {
  const user = await idp.createUser(username);
  const page = await ask('/login', { headers, to });
  const form = formsOf(page.text, `https://${name}/login`).find(({ names }) => names.includes('password'));
  const fields = new URLSearchParams([...form.fields.filter(([field]) => !['username', 'password'].includes(field)), ['username', user.username], ['password', user.password]]);
  const cookie = page.headers['set-cookie'].map((set) => set.split(';')[0]).join('; ');
  const answer = await ask(new URL(form.action).pathname + new URL(form.action).search, {
    method: 'POST', to, body: fields.toString(), headers: { ...headers, cookie, origin: `https://${name}`, 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.ok([302, 303].includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
  const began = await idp.command(['audit', 'list', '--action', 'session.began']);
  const lines = Array.isArray(began) ? began : began.events;
  return lines.toSorted((one, other) => one.sequence - other.sequence).at(-1).address;
}

const lies = { 'x-forwarded-for': '198.51.100.7', 'x-real-ip': '198.51.100.7', forwarded: 'for=198.51.100.7;host=evil.example;proto=http', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };

test('nginx finds no fault with the file', async () => {
  const { status, text } = await run(nginxProgram[0], [...nginxProgram.slice(1), '-t']);
  assert.equal(status, 0, text);
  assert.doesNotMatch(text, /\[(warn|error|emerg)\]/);
});

test('A person who says that they come from elsewhere comes from where they come', async () => {
  assert.equal(await addressOfSignIn('through', lies), personAddress);
});

test('Who reaches the server without the proxy is not believed either', async () => {
  assert.equal(await addressOfSignIn('around', lies, direct), strangerAddress);
});

test('No header of a caller changes what the server says of itself', async () => {
  for (const to of [undefined, direct]) {
    const { text, headers } = await ask('/.well-known/openid-configuration', { headers: { ...lies, ...(to ? { host: 'evil.example' } : {}) }, to });
    assert.equal(JSON.parse(text).issuer, `https://${name}`);
    assert.doesNotMatch(text, /evil|http:/);
    assert.match(headers['strict-transport-security'], /max-age=31536000/);
    const page = await ask('/account', { headers: { ...lies, ...(to ? { host: 'evil.example' } : {}) }, to });
    assert.doesNotMatch(page.headers.location, /evil|^http:/);
  }
});

test('What a caller says in the proxy\'s headers arrives nowhere', async (t) => {
  const seen = [];
  const upstream = createServer((request, response) => {
    seen.push({ headers: request.headers, peer: request.socket.remoteAddress });
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const before = [port, plainPort];
  await configure(`127.0.0.1:${upstream.address().port}`);
  const second = spawn(nginxProgram[0], [...nginxProgram.slice(1), '-g', 'daemon off;'], { stdio: 'ignore' });
  t.after(async () => {
    second.kill('SIGTERM');
    await once(second, 'exit');
    upstream.close();
    [port, plainPort] = before;
  });
  await until('nginx answers', () => ask('/').then(({ status }) => status === 200, () => false), 20);
  seen.length = 0;
  await ask('/token', { method: 'POST', headers: { ...lies, 'client-cert': ':MIIC:', 'content-length': '0' } });
  const [{ headers, peer }] = seen;
  assert.deepEqual([headers['x-forwarded-for'], peer, headers.host], [personAddress, proxyAddress, name]);
  assert.deepEqual(['x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'client-cert'].filter((header) => header in headers), []);
});

test('A certificate that a caller only writes of is none', async () => {
  for (const to of [undefined, direct]) {
    const body = 'grant_type=client_credentials&client_id=nobody';
    const { status, text } = await ask('/token', { method: 'POST', to, body, headers: { 'client-cert': ':MIIC:', 'content-type': 'application/x-www-form-urlencoded' } });
    assert.deepEqual([status, JSON.parse(text).error], [401, 'invalid_client']);
  }
});

test('Events are passed on as they come', async () => {
  const { text } = await ask('/status/events', { isOpen: (had) => had.includes('event: heartbeat') });
  assert.match(text, /event: heartbeat/);
});

test('Nobody outside asks for a node\'s health, or for another name; and in clear they are sent to TLS', async () => {
  assert.equal((await ask('/health/ready')).status, 404);
  await assert.rejects(ask('/', { servername: 'other.example', headers: { host: 'other.example' } }));
  const plain = await ask('/login?x=1', { to: plainPort });
  assert.deepEqual([plain.status, plain.headers.location], [301, `https://${name}/login?x=1`]);
});

test('The proxy\'s log has no query', async () => {
  await ask('/authorize?client_id=nobody&state=a-secret-of-the-caller');
  const log = await until('the line is written', () => {
    const text = readFileSync(join(place, 'access.log'), 'utf8');
    return text.includes('/authorize') && text;
  }, 20);
  assert.doesNotMatch(log, /a-secret-of-the-caller/);
});
