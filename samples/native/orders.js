import { spawn } from 'node:child_process';
import { signIn } from './sign-in.js';

const { ISSUER: issuer = 'http://localhost:8080', CLIENT_ID: clientId = 'orders-command', API_URL: api = 'http://localhost:8083' } = process.env;

/** The command that opens an address in the person's browser: BROWSER, or the system's own. */
const opener = process.env.BROWSER ?? { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';

function openBrowser(url) {
  console.log(`Your browser opens. If it doesn't, go to:\n${url.href}`);
  // Given as one word, with no shell between.
  spawn(opener, [url.href], { stdio: 'ignore', detached: true }).on('error', () => {}).unref();
}

try {
  const tokens = await signIn({ issuer, clientId, resource: process.env.API_RESOURCE ?? api, scope: 'openid orders.read', openBrowser });
  const response = await fetch(`${api}/orders`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  const { orders } = await response.json();
  for (const { id, item, quantity } of orders) console.log(`${id}  ${quantity} × ${item}`);
} catch (error) {
  // The kind of the fault, never its content: an error of the library can carry a code.
  console.error(`orders: ${error.error ?? error.code ?? error.message}`);
  process.exitCode = 1;
}
