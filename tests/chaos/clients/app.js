import { createHash, randomBytes } from 'node:crypto';
import { Person } from '../../interop/support/person.js';
import { nameOf } from '../history.js';
import { exchange, post, worth } from './http.js';

/** A client at the issuer: each method is one exchange, recorded. */
export class App {
  constructor({ history, issuer, client, redirectUri, resource }) {
    Object.assign(this, { history, issuer, client, redirectUri, resource });
  }

  /** Signs a person in by the real form and gets the answer to an authorization request; `session` is how the history calls the sign-in. */
  signIn(user, session) {
    const person = new Person({ fetch: patientFetch, origin: this.issuer, seen: { add() {} } });
    return this.#authorized('sign-in', session, person, async (url) => {
      const form = await person.open(url);
      const login = form.forms?.find(({ names }) => names.includes('password'));
      if (!login) throw new Unanswered(form);
      const step = await person.submit(login, { username: user.username, password: user.password });
      if (!step.left) throw new Unanswered(step);
      return step.left;
    });
  }

  /** An authorization request in a browser that is signed in: no page, or the answer says why not. */
  authorize({ person, session }, { scope } = {}) {
    return this.#authorized('authorize', session, person, async (url) => {
      const step = await person.open(url);
      if (!step.left) throw new Unanswered(step);
      return step.left;
    }, { prompt: 'none', scope });
  }

  async #authorized(op, session, person, work, { prompt, scope = 'openid orders.read' } = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const parameters = {
      client_id: this.client.client_id,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope,
      resource: this.resource,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...(prompt && { prompt }),
    };
    return this.history.ask(op, { session }, async () => {
      try {
        const { searchParams } = await work(`${this.issuer}/authorize?${new URLSearchParams(parameters)}`);
        const code = searchParams.get('code');
        if (code) return { outcome: 'ok', code: nameOf(code), kept: { secret: code, verifier, person } };
        const error = searchParams.get('error');
        return { outcome: ['server_error', 'temporarily_unavailable'].includes(error) ? 'unknown' : 'refused', error };
      } catch (error) {
        // A page that asks for what was given is a no; that a sign-in is too much now (429, 503) is none.
        const outcome = error.status < 500 && error.status !== 429 ? 'refused' : 'unknown';
        return { outcome, status: error.status, error: error.cause?.code ?? error.name, detail: error.message.slice(0, 120) };
      }
    });
  }

  /** The code for tokens. `family` is how the history calls what comes of it. */
  redeem(answer, family, facts = {}) {
    const fields = { grant_type: 'authorization_code', code: answer.secret, redirect_uri: this.redirectUri, code_verifier: answer.verifier, resource: this.resource };
    return this.history.ask('redeem', { code: answer.code, family, session: answer.session, ...facts }, () => this.#tokens(fields));
  }

  /** With little patience, the answer is lost. */
  refresh(tokens, { patience = 2500, ...facts } = {}) {
    return this.history.ask('refresh', { family: tokens.family, used: tokens.refresh, ...facts }, () =>
      this.#tokens({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken, resource: this.resource }, patience));
  }

  /** A token of its own, without a person. */
  own(facts) {
    return this.history.ask('client_credentials', facts, () => this.#tokens({ grant_type: 'client_credentials', scope: 'orders.read', resource: this.resource }));
  }

  revokeFamily(tokens) {
    return this.history.ask('revoke', { family: tokens.family }, async () => worth(await post(`${this.issuer}/revoke`, this.client, { token: tokens.refreshToken })));
  }

  revokeAccess(tokens) {
    return this.history.ask('revoke', { access: tokens.access }, async () => worth(await post(`${this.issuer}/revoke`, this.client, { token: tokens.accessToken })));
  }

  userInfo(tokens) {
    return this.history.ask('userinfo', { access: tokens.access }, async () =>
      worth(await exchange(`${this.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.accessToken}` } })));
  }

  /** Ends the sign-in, as the app's own button does; `sid` is what back-channel receivers are told. */
  logout({ person, session, sid, idToken }) {
    const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: this.redirectUri, client_id: this.client.client_id });
    return this.history.ask('logout', { session, sid }, async () => {
      try {
        const step = await person.open(`${this.issuer}/logout?${query}`);
        if (step.left) return { outcome: 'ok' };
        return { outcome: step.status >= 400 && step.status < 500 ? 'refused' : 'unknown', status: step.status };
      } catch (error) {
        return { outcome: 'unknown', error: error.cause?.code ?? error.name };
      }
    });
  }

  async #tokens(fields, patience) {
    const answer = await post(`${this.issuer}/token`, this.client, fields, patience);
    const { json } = answer;
    if (answer.status !== 200) return { ...worth(answer), node: answer.node };
    const { header, claims } = parts(json.access_token);
    return {
      outcome: 'ok',
      node: answer.node,
      access: nameOf(json.access_token),
      kid: header.kid,
      iat: claims.iat,
      exp: claims.exp,
      ...(json.refresh_token && { [fields.grant_type === 'refresh_token' ? 'gave' : 'refresh']: nameOf(json.refresh_token) }),
      kept: {
        accessToken: json.access_token,
        refreshToken: json.refresh_token,
        ...(json.refresh_token && { refresh: nameOf(json.refresh_token) }),
        idToken: json.id_token,
        ...(json.id_token && { sid: parts(json.id_token).claims.sid }),
      },
    };
  }
}

/** A page where an answer to the app should be. */
class Unanswered extends Error {
  name = 'Unanswered';

  constructor({ status, url, text }) {
    super(`${status} at ${new URL(url).pathname}: ${/<title>([^<]*)/i.exec(text)?.[1]}`);
    this.status = status;
  }
}

const patientFetch = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(15_000) });

function parts(token) {
  const [header, claims] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  return { header, claims };
}
