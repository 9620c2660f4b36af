import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { AuthorizationResponseError } from 'openid-client';
import { Answer, readForm, sessionIdOf } from './http.js';
import { readSettings } from './settings.js';
import { Sessions } from './sessions.js';
import { RelyingParty } from './relying-party.js';
import { errorPage, homePage, icon, signedOutPage } from './pages.js';

/** Sign-ins begun in one browser and not finished: one for each tab, the oldest forgotten. */
const PENDING_LIMIT = 5;

const settings = start(() => readSettings(process.env));
const sessions = new Sessions();
const relyingParty = new RelyingParty(settings);
const answerHeaders = {
  'content-security-policy': `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${settings.issuer.origin}; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'same-origin',
};
const style = `:root { --hue: ${settings.hue}; }\n${readFileSync(new URL('./style.css', import.meta.url), 'utf8')}`;

const routes = {
  'GET /': home,
  'GET /sign-in': signIn,
  'GET /callback': callback,
  'GET /orders': orders,
  'POST /sign-out': signOut,
  'POST /backchannel-logout': backchannelLogout,
  'GET /signed-out': (request, answer) => answer.page(200, signedOutPage(settings, 'You are signed out.')),
  'GET /health': (request, answer) => answer.send(200, 'text/plain; charset=utf-8', 'ready\n'),
  'GET /style.css': (request, answer) => answer.send(200, 'text/css; charset=utf-8', style),
  'GET /icon.svg': (request, answer) => answer.send(200, 'image/svg+xml', icon(settings.hue)),
};

async function home({ session }, answer) {
  answer.page(200, session?.signIn ? homePage(settings, session.signIn) : signedOutPage(settings));
}

async function signIn({ session, url }, answer) {
  // A path of this app and nothing else; where to go afterwards is kept here, not in the URL that travels.
  const returnTo = url.searchParams.get('return_to') === '/orders' ? '/orders' : '/';
  const { url: authorizationUrl, pending } = await relyingParty.begin(returnTo);
  if (!session) {
    session = { pending: [] };
    answer.setSession(sessions.create(session));
  }
  session.pending = [...session.pending, pending].slice(-PENDING_LIMIT);
  answer.redirect(authorizationUrl.href);
}

async function callback({ session, sessionId, url }, answer) {
  // Only a sign-in that this very browser began can end here; its state is spent by looking at it.
  const state = url.searchParams.get('state');
  const pending = session?.pending.find((begun) => begun.state === state);
  if (!pending) return answer.page(400, errorPage(settings, 'That sign-in is over', 'It was begun in another browser, or too long ago.'));
  session.pending = session.pending.filter((begun) => begun !== pending);
  try {
    const signIn = await relyingParty.finish(url, pending);
    // A new id at sign-in: one that was planted before is worth nothing.
    sessions.end(sessionId);
    answer.setSession(sessions.create({ pending: [], signIn }));
    answer.redirect(pending.returnTo);
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError)) throw error;
    const denied = error.error === 'access_denied';
    answer.page(denied ? 403 : 400, errorPage(settings,
      denied ? 'You did not allow access' : 'The sign-in failed',
      denied ? `${settings.appName} can’t sign you in without it.` : `The identity provider answered ${error.error}.`));
  }
}

async function orders({ session }, answer) {
  if (!session?.signIn) return answer.redirect('/sign-in?return_to=/orders');
  const accessToken = await relyingParty.accessToken(session.signIn);
  if (!accessToken) {
    session.signIn = undefined;
    return answer.redirect('/sign-in?return_to=/orders');
  }
  const url = `${settings.apiUrl}/orders`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' } });
  const api = { url, status: response.status, challenge: response.headers.get('www-authenticate'), body: response.ok ? await response.json() : undefined };
  answer.page(200, homePage(settings, session.signIn, api));
}

async function signOut({ session, sessionId, headers }, answer) {
  // Another site's form can't sign people out here.
  if (headers.origin !== settings.baseUrl) return answer.page(403, errorPage(settings, 'Not from here', 'That request came from another site.'));
  sessions.end(sessionId);
  answer.setSession('');
  answer.redirect(session?.signIn ? (await relyingParty.signOut(session.signIn)).href : '/signed-out');
}

/** The identity provider says by itself that a session has ended: whatever this app had of it ends too. */
async function backchannelLogout({ request }, answer) {
  try {
    const { sid, sub } = await relyingParty.endedSession((await readForm(request)).get('logout_token') ?? '');
    sessions.endWhere(({ signIn }) => signIn?.claims.sid === sid && signIn.claims.sub === sub);
    answer.send(200, 'text/plain; charset=utf-8', '');
  } catch (error) {
    console.error(`${settings.appName}: a logout token was refused: ${error.name} ${error.code ?? ''}`.trim());
    answer.send(400, 'text/plain; charset=utf-8', '');
  }
}

async function handle(request, response) {
  const answer = new Answer(response, settings, answerHeaders);
  try {
    const url = new URL(request.url, settings.baseUrl);
    const route = routes[`${request.method} ${url.pathname}`];
    if (!route) return answer.page(404, errorPage(settings, 'Not found', 'There is no such page.'));
    const sessionId = sessionIdOf(request, settings);
    await route({ request, url, headers: request.headers, sessionId, session: sessions.find(sessionId) }, answer);
  } catch (error) {
    // The kind of the fault, never its content: an error of the library can carry a token.
    console.error(`${settings.appName}: ${request.method} ${request.url.split('?')[0]} failed: ${error.name} ${error.code ?? ''} ${error.error ?? ''}`.trim());
    answer.page(502, errorPage(settings, 'That did not work', 'The identity provider or the API could not be reached, or answered something unexpected.'));
  }
}

function start(read) {
  try {
    return read();
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

createServer(handle).listen(settings.port, settings.host, () => console.log(`${settings.appName} is at ${settings.baseUrl}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
