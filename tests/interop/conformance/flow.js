import assert from 'node:assert/strict';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { authenticate } from './clients.js';
import { random, sha256, shannonBits } from './entropy.js';
import { UserAgent } from './user-agent.js';

/** What may stand in an ID token when `openid` alone was asked for. */
const claimsOfAnyIdToken = new Set(
  ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 's_hash', 'nbf', 'jti', 'sid', 'txn']);

/**
 * One client, one browser and the code flow between them, with the checks that every module makes on the way ("the common chain"): metadata and
 * keys, the place and the parameters of the answer, the token response, the ID token, UserInfo.
 */
export class Flow {
  constructor(run, client, agent = new UserAgent(run.http, run.party)) {
    this.run = run;
    this.client = client;
    this.agent = agent;
  }

  /** The parameters of a request; undefined takes one away. */
  request(changes = {}) {
    const parameters = {
      client_id: this.client.client_id,
      response_type: 'code',
      redirect_uri: this.client.redirect_uris[0],
      scope: 'openid',
      state: random(),
      nonce: random(),
      response_mode: this.run.plan.responseMode,
      ...changes,
    };
    return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  }

  /** Opens the authorization endpoint; the first page that shows. */
  async start(parameters, { post = false } = {}) {
    const endpoint = this.run.server.authorization_endpoint;
    if (post) return this.agent.open(endpoint, { form: new URLSearchParams(parameters) });
    const url = new URL(endpoint);
    url.search = new URLSearchParams(parameters);
    return this.agent.open(url);
  }

  /** The whole way to the answer: its parameters. */
  async signIn(changes = {}, options = {}) {
    const parameters = this.request(changes);
    const page = await this.agent.goThrough(await this.start(parameters, options), this.run.user, options);
    return { parameters, page, verifier: this.verifier, answer: await this.answerAt(page, parameters, options) };
  }

  /** Parameters of the answer, each in its place. */
  async answerAt(page, parameters, { error = false } = {}) {
    assert.ok(page.arrival, `no answer at the redirect URI, but a page: ${page.status} ${page.title}`);
    const { url, method, type, body } = page.arrival;
    const expected = new URL(parameters.redirect_uri ?? this.client.redirect_uris[0]);
    assert.equal(url.origin + url.pathname, expected.origin + expected.pathname);
    const byForm = parameters.response_mode === 'form_post';
    assert.equal(method, byForm ? 'POST' : 'GET');
    if (byForm) {
      assert.match(type, /^application\/x-www-form-urlencoded\b/);
      assert.equal(url.search, expected.search, 'parameters in the query of a form_post answer');
    } else {
      assert.equal(body, '');
      for (const [name, value] of expected.searchParams) assert.equal(url.searchParams.get(name), value, `the registered query parameter ${name}`);
    }
    const pairs = [...(byForm ? new URLSearchParams(body) : url.searchParams)].filter(([name]) => byForm || !expected.searchParams.has(name));
    const answer = Object.fromEntries(pairs);
    assert.equal(pairs.length, Object.keys(answer).length, 'a parameter stands twice');
    return this.checkAnswer(await this.open(answer), parameters, error);
  }

  /** What the answer says; it may be a JWT (JARM). */
  open(answer) {
    return answer;
  }

  checkAnswer(answer, parameters, error) {
    assert.equal(answer.state, parameters.state, 'state');
    if (answer.iss !== undefined || this.run.server.authorization_response_iss_parameter_supported) assert.equal(answer.iss, this.run.server.issuer, 'iss');
    if (error) return answer;
    assert.equal(answer.error, undefined, `${answer.error}: ${answer.error_description}`);
    assert.ok(answer.code, 'code');
    assert.ok(shannonBits(answer.code) >= 96, `the code has ${Math.floor(shannonBits(answer.code))} bits`);
    return answer;
  }

  /** The error of an answer, one of those expected. */
  async refusedAt(page, parameters, errors) {
    const answer = await this.answerAt(page, parameters, { error: true });
    assert.equal(answer.code, undefined, 'a code beside an error');
    assert.ok(errors.includes(answer.error), `${answer.error}, not one of ${errors.join(', ')}`);
    return answer;
  }

  /** A page of the server's own that tells of a mistake: nothing went to the relying party. */
  static refusedByPage(page) {
    assert.equal(page.arrival, undefined, 'the browser was sent to the relying party');
    assert.ok(page.status >= 400 && page.status < 500, `status ${page.status}`);
    assert.match(page.headers.get('content-type'), /^text\/html/);
  }

  /** Any endpoint that clients authenticate at: the raw answer. `with` are parameters, `as` another client. */
  async post(endpoint, parameters, { as = this.client, headers = {}, ...options } = {}) {
    const form = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined));
    const request = { headers: { ...headers }, form, issuer: this.run.server.issuer, ...options };
    await authenticate(as, request);
    return (as.http ?? this.run.http).request(endpoint, { form, headers: request.headers });
  }

  /** Where a client calls: those with a certificate may have places of their own (RFC 8705 section 5). */
  endpoint(name) {
    return this.run.server[name];
  }

  redeem({ parameters, answer, verifier }, changes = {}, options = {}) {
    const form = { grant_type: 'authorization_code', code: answer.code, redirect_uri: parameters.redirect_uri, code_verifier: verifier, ...changes };
    return this.post(this.endpoint('token_endpoint'), form, options);
  }

  refresh(refreshToken, changes = {}, options = {}) {
    return this.post(this.endpoint('token_endpoint'), { grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }, options);
  }

  /** Tokens of a good answer of the token endpoint (RFC 6749 section 5.1). */
  tokensOf(response) {
    assert.equal(response.status, 200, response.text);
    assert.match(response.headers.get('content-type'), /^application\/json\b/);
    assert.match(response.headers.get('cache-control'), /\bno-store\b/);
    const tokens = response.json;
    assert.equal(tokens.token_type.toLowerCase(), this.run.plan.tokenType ?? 'bearer');
    assert.ok(shannonBits(tokens.access_token) >= 96, 'the access token can be guessed');
    if (tokens.expires_in !== undefined) assert.ok(Number.isInteger(tokens.expires_in) && tokens.expires_in > 0, `expires_in ${tokens.expires_in}`);
    return tokens;
  }

  /** An error of the token endpoint or one like it (RFC 6749 section 5.2). */
  static refused(response, errors, statuses = [400]) {
    assert.ok(statuses.includes(response.status), `status ${response.status}: ${response.text}`);
    assert.match(response.headers.get('content-type'), /^application\/json\b/);
    assert.ok([errors].flat().includes(response.json.error), `${response.json.error}, not ${errors}`);
  }

  /** Claims of an ID token whose every claim is as it must be (OpenID Connect Core section 3.1.3.7). */
  async idTokenOf(tokens, { nonce, client = this.client } = {}) {
    assert.ok(tokens.id_token, 'no ID token');
    const header = decodeProtectedHeader(tokens.id_token);
    assert.equal(header.alg, client.id_token_signed_response_alg ?? 'RS256');
    assert.ok(header.kid, 'no kid');
    const { payload } = await jwtVerify(tokens.id_token, createLocalJWKSet(await this.run.keys()), { issuer: this.run.server.issuer, audience: client.client_id });
    for (const name of ['exp', 'iat']) assert.ok(Number.isInteger(payload[name]), name);
    assert.ok(Math.abs(Date.now() / 1000 - payload.iat) < 300, 'iat is not now');
    assert.match(payload.sub, /^[\x20-\x7e]{1,255}$/);
    assert.equal(payload.nonce, nonce, 'nonce');
    if ([payload.aud].flat().length > 1) assert.equal(payload.azp, client.client_id);
    if (payload.at_hash) assert.equal(payload.at_hash, sha256(tokens.access_token).subarray(0, 16).toString('base64url'), 'at_hash');
    return payload;
  }

  static extrasOf(claims) {
    return Object.keys(claims).filter((name) => !claimsOfAnyIdToken.has(name));
  }

  async userInfo(tokens, claims, options = {}) {
    const answer = await this.run.http.request(this.run.server.userinfo_endpoint, { ...options, headers: options.form ? {} : this.bearer(tokens) });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get('content-type'), /^application\/json\b/);
    assert.equal(answer.json.sub, claims.sub, 'sub of UserInfo');
    return answer.json;
  }

  bearer(tokens) {
    return { authorization: `Bearer ${tokens.access_token}` };
  }

  /** From the request to UserInfo, everything checked. */
  async complete(changes = {}, options = {}) {
    const signedIn = await this.signIn(changes, options);
    const tokens = this.tokensOf(await this.redeem(signedIn));
    const claims = await this.idTokenOf(tokens, signedIn.parameters);
    return { ...signedIn, tokens, claims, person: await this.userInfo(tokens, claims) };
  }
}

