import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { Answer, readForm, sessionIdOf } from '../partner-app/http.js';
import { readSettings } from '../partner-app/settings.js';
import { Sessions } from '../partner-app/sessions.js';
import { RelyingParty } from '../partner-app/relying-party.js';

/*
 * A backend for a frontend. The frontend (public/) is a single-page app that knows no token and no identity provider: it calls /bff and /api of its
 * own origin. Signing in and the sessions are partner-app's, file by file; its settings.js lists the environment.
 */
const settings = readSettings({ PORT: '8087', APP_NAME: 'Orders', ...process.env });
const sessions = new Sessions();
const relyingParty = new RelyingParty(settings);
const PENDING_LIMIT = 5;

const answerHeaders = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

const file = (name, type) => ({ type, body: readFileSync(new URL(`./public/${name}`, import.meta.url)) });
const files = {
  '/': file('index.html', 'text/html; charset=utf-8'),
  '/app.js': file('app.js', 'text/javascript; charset=utf-8'),
  '/style.css': { type: 'text/css; charset=utf-8', body: readFileSync(new URL('../spa/public/style.css', import.meta.url)) },
  '/health': { type: 'text/plain; charset=utf-8', body: 'ready\n' },
};

// What the page may ask of the API. What isn't here isn't forwarded, whatever a token would allow.
const forwarded = { 'GET /api/orders': '/orders', 'DELETE /api/orders': '/orders' };

// Where the browser itself goes, and what the identity provider posts.
const pages = {
  'GET /bff/sign-in': signIn,
  'GET /callback': callback,
  'GET /signed-out': (request, answer) => answer.redirect('/'),
  'POST /backchannel-logout': backchannelLogout,
};

// What the page's script asks.
const calls = {
  'GET /bff/user': ({ session }, answer) => answer.json(200, { name: session.signIn.profile.name, sub: session.signIn.claims.sub }),
  'POST /bff/sign-out': signOut,
};

async function signIn({ session }, answer) {
  const { url, pending } = await relyingParty.begin('/');
  if (!session) {
    session = { pending: [] };
    answer.setSession(sessions.create(session));
  }
  session.pending = [...session.pending, pending].slice(-PENDING_LIMIT);
  answer.redirect(url.href);
}

async function callback({ session, sessionId, url }, answer) {
  // Only a sign-in that this very browser began can end here; its state is spent by looking at it.
  const pending = session?.pending.find(({ state }) => state === url.searchParams.get('state'));
  if (!pending) return answer.json(400, { error: 'sign_in_unknown' });
  session.pending = session.pending.filter((begun) => begun !== pending);
  if (url.searchParams.has('error')) return answer.redirect('/');
  const signedIn = await relyingParty.finish(url, pending);
  // A new id at sign-in: one that was planted before is worth nothing.
  sessions.end(sessionId);
  answer.setSession(sessions.create({ pending: [], signIn: signedIn }));
  answer.redirect('/');
}

/** The one place where a session becomes a token. A token that the API refuses is renewed once: taken back alone, or stale. */
async function forward({ session, request }, answer, path) {
  const call = async () => {
    const token = await relyingParty.accessToken(session.signIn);
    return token && fetch(settings.apiUrl + path, { method: request.method, headers: { authorization: `Bearer ${token}`, accept: 'application/json' } });
  };
  let response = await call();
  if (response?.status === 401) {
    session.signIn.expiresAt = 0;
    response = await call();
  }
  if (!response || response.status === 401) {
    session.signIn = undefined;
    return answer.json(401, { error: 'signed_out' });
  }
  answer.send(response.status, response.headers.get('content-type') ?? 'text/plain', await response.text());
}

async function signOut({ session, sessionId }, answer) {
  sessions.end(sessionId);
  answer.setSession('');
  answer.json(200, { continue_at: (await relyingParty.signOut(session.signIn)).href });
}

/** The identity provider says by itself that a session has ended. */
async function backchannelLogout({ request }, answer) {
  try {
    const { sid, sub } = await relyingParty.endedSession((await readForm(request)).get('logout_token') ?? '');
    sessions.endWhere(({ signIn: held }) => held?.claims.sid === sid && held.claims.sub === sub);
    answer.json(200, {});
  } catch (error) {
    console.error(`bff: a logout token was refused: ${error.name} ${error.code ?? ''}`.trim());
    answer.json(400, { error: 'invalid_request' });
  }
}

async function handle(request, response) {
  const answer = new Answer(response, settings, answerHeaders);
  try {
    const url = new URL(request.url, settings.baseUrl);
    const route = `${request.method} ${url.pathname}`;
    const found = request.method === 'GET' && Object.hasOwn(files, url.pathname) && files[url.pathname];
    if (found) return answer.send(200, found.type, found.body);

    const sessionId = sessionIdOf(request, settings);
    const exchange = { request, url, sessionId, session: sessions.find(sessionId) };
    if (Object.hasOwn(pages, route)) return await pages[route](exchange, answer);
    if (!Object.hasOwn(calls, route) && !Object.hasOwn(forwarded, route)) return answer.json(404, { error: 'not_found' });

    // The cookie proves who, and this header that our own page asks: another origin's script can send it only after a preflight, which nobody here answers.
    if (request.headers['x-bff'] !== '1') return answer.json(403, { error: 'header_missing' });
    if (!exchange.session?.signIn) return answer.json(401, { error: 'signed_out' });
    await (Object.hasOwn(calls, route) ? calls[route](exchange, answer) : forward(exchange, answer, forwarded[route]));
  } catch (error) {
    // The kind of the fault, never its content: an error of the library can carry a token.
    console.error(`bff: ${request.method} ${request.url.split('?')[0]} failed: ${error.name} ${error.code ?? ''} ${error.error ?? ''}`.trim());
    answer.json(502, { error: 'upstream_failed' });
  }
}

createServer(handle).listen(settings.port, settings.host, () => console.log(`The backend for the frontend is at ${settings.baseUrl}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
