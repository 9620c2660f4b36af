import { Refused, bearerToken, createVerifier } from 'identityprovider-verifier';

/** Kept between requests, as long as the platform keeps this worker: keys and status lists are then there already. */
let verifier;

export default {
  async fetch(request, { ISSUER: issuer, AUDIENCE: audience }, context) {
    if (new URL(request.url).pathname === '/health') return Response.json({ status: 'ready' });
    verifier ??= createVerifier({ issuer, audience });
    try {
      const token = bearerToken(request.headers.get('authorization'));
      // No stream can be kept open here: lists are fetched anew by their ttl, after the answer where that is soon enough.
      const claims = await verifier.verify(token, { scope: 'orders.read', waitUntil: (work) => context.waitUntil(work) });
      return Response.json({ subject: claims.sub, client: claims.client_id, at: 'the edge' });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return Response.json({ error: error.reason }, { status: error.status, headers: error.challenge ? { 'www-authenticate': error.challenge } : {} });
    }
  },
};
