import { createServer } from 'node:http';
import { accessTokenVerifier, Refused } from './access-tokens.js';

const port = Number(process.env.PORT ?? 8083);
const host = process.env.HOST ?? '127.0.0.1';
const issuer = process.env.ISSUER ?? 'http://localhost:8080';
const audience = process.env.AUDIENCE ?? `http://localhost:${port}`;
const jwksUri = process.env.JWKS_URI ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
const verify = accessTokenVerifier({ issuer, audience, jwksUri });

const stock = [
  { id: 'A-1001', item: 'Green tea, 100 g', quantity: 2, price: '6.50' },
  { id: 'A-1002', item: 'Teapot, cast iron', quantity: 1, price: '48.00' },
  { id: 'A-1003', item: 'Cup, porcelain', quantity: 4, price: '9.20' },
];

const routes = {
  'GET /health': { run: () => ({ status: 'ready' }) },
  'GET /orders': { scope: 'orders.read', run: (claims) => ({ subject: claims.sub, client: claims.client_id, orders: stock }) },
  'DELETE /orders': { scope: 'orders.write', run: (claims) => ({ subject: claims.sub, client: claims.client_id, orders: [] }) },
};

async function handle(request, response) {
  const answer = (status, body, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(`${JSON.stringify(body)}\n`);
  try {
    const route = routes[`${request.method} ${request.url.split('?')[0]}`];
    if (!route) return answer(404, { error: 'not_found' });
    answer(200, route.run(route.scope && (await verify(request.headers.authorization, route.scope))));
  } catch (error) {
    if (error instanceof Refused) return answer(error.status, { error: error.message }, { 'www-authenticate': error.challenge });
    console.error(`orders: ${request.method} failed: ${error.name} ${error.code ?? ''}`.trim());
    answer(503, { error: 'temporarily_unavailable' }, { 'retry-after': '1' });
  }
}

createServer(handle).listen(port, host, () => console.log(`The orders API is at http://${host}:${port} for ${audience}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
