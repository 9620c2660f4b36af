import { WWWAuthenticateChallengeError } from 'openid-client';
import { AccessToken } from './access-token.js';

const { ISSUER: issuer = 'http://localhost:8080', CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, API_URL: api = 'http://localhost:8083', CALLS: calls = '3' } = process.env;
if (!clientId || !clientSecret) {
  console.error('job: CLIENT_ID and CLIENT_SECRET are missing');
  process.exit(2);
}

const accessToken = new AccessToken({ issuer, clientId, clientSecret, resource: process.env.API_RESOURCE ?? api, scope: 'orders.read' });

/** One call; a second with a new token where the API refuses the first, and no third. */
async function orders() {
  const ask = (token) => fetch(`${api}/orders`, { headers: { authorization: `Bearer ${token}` } });
  const token = await accessToken.get();
  let response = await ask(token);
  if (response.status === 401) {
    await accessToken.forget(token);
    response = await ask(await accessToken.get());
  }
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  return (await response.json()).orders;
}

try {
  const answers = await Promise.all(Array.from({ length: Number(calls) }, orders));
  console.log(`${answers.length} calls, ${answers[0].length} orders each, ${accessToken.requests} token asked for`);
} catch (error) {
  // The kind of the fault, never its content: an error of the library can carry a token.
  const isRefused = error instanceof WWWAuthenticateChallengeError;
  console.error(`job: ${isRefused ? 'the identity provider refuses these credentials' : (error.error ?? error.message)}`);
  process.exitCode = 1;
}
