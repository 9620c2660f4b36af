import { createVerifier } from './verifier/index.js';

// What the tests run in workerd: POST { options, token, asked, ahead } and it answers { outcome }. `ahead` moves this worker's clock, in seconds.
const verifiers = new Map();
let ahead = 0;

export default {
  async fetch(request, environment, context) {
    if (request.method === 'GET') return new Response(navigator.userAgent);
    const { options, token, asked, ahead: moved = 0 } = await request.json();
    ahead = moved;
    const name = JSON.stringify(options);
    if (!verifiers.has(name)) verifiers.set(name, createVerifier({ ...options, now: () => Date.now() + ahead * 1000 }));
    try {
      const claims = await verifiers.get(name).verify(token, { ...asked, waitUntil: (work) => context.waitUntil(work) });
      return Response.json({ outcome: 'good', claims, push: verifiers.get(name).health().push });
    } catch (error) {
      return Response.json({ outcome: error.reason ?? `${error}`, status: error.status, challenge: error.challenge });
    }
  },
};
