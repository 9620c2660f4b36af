import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

/*
 * Files, and nothing else: whatever serves static files will do. The app is in public/.
 * ISSUER, CLIENT_ID, API_URL, API_RESOURCE, PORT, HOST. The app must be of the issuer's site (localhost is one, whatever the port).
 */
const port = Number(process.env.PORT ?? 8086);
const host = process.env.HOST ?? '127.0.0.1';
const issuer = process.env.ISSUER ?? 'http://localhost:8080';
const api = process.env.API_URL ?? 'http://localhost:8083';
const settings = { issuer, clientId: process.env.CLIENT_ID ?? 'orders-spa', api, resource: process.env.API_RESOURCE ?? api };

const file = (name, type) => ({ type, body: readFileSync(new URL(`./public/${name}`, import.meta.url)) });
const page = file('index.html', 'text/html; charset=utf-8');
const files = {
  '/': page,
  '/callback': page,
  '/app.js': file('app.js', 'text/javascript; charset=utf-8'),
  '/sign-in.js': file('sign-in.js', 'text/javascript; charset=utf-8'),
  '/style.css': file('style.css', 'text/css; charset=utf-8'),
  '/settings.js': { type: 'text/javascript; charset=utf-8', body: `export default ${JSON.stringify(settings)};\n` },
  '/health': { type: 'text/plain; charset=utf-8', body: 'ready\n' },
};

// A script of anyone else's does not run, and a page's script talks to these two alone: where a token is in memory, this is its fence.
const headers = {
  'cache-control': 'no-cache',
  'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src ${new URL(issuer).origin} ${new URL(api).origin}; `
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function handle(request, response) {
  const found = request.method === 'GET' && Object.hasOwn(files, request.url.split('?')[0]) && files[request.url.split('?')[0]];
  if (!found) return response.writeHead(404, headers).end();
  response.writeHead(200, { ...headers, 'content-type': found.type }).end(found.body);
}

createServer(handle).listen(port, host, () => console.log(`The single-page app is at http://localhost:${port}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
