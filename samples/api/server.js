import { createServer } from 'node:http';
import { Refused, bearerToken, createVerifier, protectedResource } from 'identityprovider-verifier';

const port = Number(process.env.PORT ?? 8083);
const host = process.env.HOST ?? '127.0.0.1';
const issuer = process.env.ISSUER ?? 'http://localhost:8080';
const audience = process.env.AUDIENCE ?? `http://localhost:${port}`;

// Browser code of these origins may call (CORS). It shows a token in a header; no cookie counts here, so none is allowed.
const allowedOrigins = (process.env.ALLOWED_ORIGINS ?? '').split(',').filter(Boolean);

// No call for each token, and no secret shared with the identity provider: its keys and status lists are held here, and it pushes what changes.
const metadata = protectedResource({ resource: audience, issuer, scopes: ['orders.read', 'orders.write'], name: 'Orders' });
const verifier = createVerifier({ issuer, audience, resourceMetadata: metadata.url, onFault: (what, error) => console.error(`orders: ${what}: ${error.message}`) });

const stock = [
  { id: 'A-1001', item: 'Green tea, 100 g', quantity: 2, price: '6.50' },
  { id: 'A-1002', item: 'Teapot, cast iron', quantity: 1, price: '48.00' },
  { id: 'A-1003', item: 'Cup, porcelain', quantity: 4, price: '9.20' },
];

const routes = {
  'GET /health': { run: () => ({ status: 'ready' }) },
  // Who gives tokens for this API (RFC 9728): each 401 points here, and a client that knows no more than the API's address goes on from it.
  [`GET ${metadata.path}`]: { run: () => metadata.document },
  'GET /orders': { scope: 'orders.read', run: (claims) => ({ subject: claims.sub, client: claims.client_id, orders: stock }) },
  'DELETE /orders': { scope: 'orders.write', run: (claims) => ({ subject: claims.sub, client: claims.client_id, orders: [] }) },
};

/** What lets the page that asks read the answer, and nothing for any other. */
function crossOrigin({ origin }) {
  return allowedOrigins.includes(origin)
    ? { vary: 'origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': 'www-authenticate' }
    : { vary: 'origin' };
}

async function handle(request, response) {
  const cors = crossOrigin(request.headers);
  const answer = (status, body, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...cors, ...headers }).end(`${JSON.stringify(body)}\n`);
  try {
    if (request.method === 'OPTIONS') {
      const methods = { 'access-control-allow-methods': 'GET, DELETE', 'access-control-allow-headers': 'authorization', 'access-control-max-age': '600' };
      return response.writeHead(204, { ...cors, ...methods }).end();
    }
    const route = routes[`${request.method} ${request.url.split('?')[0]}`];
    if (!route) return answer(404, { error: 'not_found' });
    const { scope } = route;
    const claims = scope && (await verifier.verify(bearerToken(request.headers.authorization), { scope }));
    answer(200, route.run(claims));
  } catch (error) {
    // The verifier knows what to answer: 401 or 403 with a challenge, or 503 when the identity provider could not be asked.
    if (error instanceof Refused) return answer(error.status, { error: error.reason }, error.challenge && { 'www-authenticate': error.challenge });
    console.error(`orders: ${request.method} failed: ${error.name} ${error.code ?? ''}`.trim());
    answer(500, { error: 'server_error' });
  }
}

createServer(handle).listen(port, host, () => console.log(`The orders API is at http://${host}:${port} for ${audience}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
