import { createServer } from 'node:http';
import { Refused, bearerToken, createVerifier } from 'identityprovider-verifier';

/** What nginx asks before each request: 200 with who it is, or 401, 403, 503. It hears of revocations, so the services need not. */
export function verifierService({ issuer, audience }) {
  const verifier = createVerifier({ issuer, audience, onFault: (what, error) => console.error(`gateway: ${what}: ${error.message}`) });
  return createServer(async ({ headers }, response) => {
    try {
      const scope = headers['x-scope'];
      if (!scope) throw new Error('a location of nginx.conf names no scope');
      const claims = await verifier.verify(bearerToken(headers.authorization), { scope });
      response.writeHead(200, { 'x-subject': encodeURIComponent(claims.sub), 'x-client': encodeURIComponent(claims.client_id) });
    } catch (error) {
      if (error instanceof Refused) response.writeHead(error.status, error.challenge && { 'www-authenticate': error.challenge });
      else {
        console.error(`gateway: ${error.message}`);
        response.writeHead(500);
      }
    }
    response.end();
  });
}
