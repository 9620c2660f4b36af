import assert from 'node:assert/strict';
import { SignJWT, createLocalJWKSet, jwtVerify } from 'jose';
import { newKey } from './clients.js';
import { pkce, random, sha256, shannonBits } from './entropy.js';
import { Flow } from './flow.js';

const now = () => Math.floor(Date.now() / 1000);

/**
 * The flow of FAPI 2.0: the request is pushed (signed, where the plan is message signing), tokens are bound to a key or a certificate, and the
 * answer may be a JWT.
 */
export class FapiFlow extends Flow {
  #nonces = new Map();

  static async with(run, client, agent) {
    const flow = new FapiFlow(run, client, agent);
    flow.proofKey = await newKey('ES256');
    return flow;
  }

  get isDpop() {
    return this.run.plan.sender === 'dpop';
  }

  get isSigned() {
    return this.run.plan.isSigned;
  }

  get http() {
    return this.client.http ?? this.run.http;
  }

  endpoint(name) {
    return (this.client.http && this.run.server.mtls_endpoint_aliases?.[name]) ?? this.run.server[name];
  }

  request(changes = {}) {
    const { verifier, challenge } = pkce();
    this.verifier = verifier;
    return super.request({ code_challenge: challenge, code_challenge_method: 'S256', ...changes });
  }

  /**
   * Pushes a request: the raw answer. `object` changes what the object says beside the parameters, `form` what stands beside it; `key` and `alg`
   * sign it otherwise. `plain` pushes parameters where the plan signs them.
   */
  async push(parameters, { object, key, alg, form = {}, plain = !this.isSigned, ...options } = {}) {
    const body = plain ? { ...parameters } : { request: await this.objectOf(parameters, object, key, alg) };
    return this.post(this.endpoint('pushed_authorization_request_endpoint'), { ...body, ...form }, { dpop: false, ...options });
  }

  objectOf(parameters, claims = {}, key = this.client.key, alg = key.alg) {
    const payload = { ...parameters, iss: this.client.client_id, aud: this.run.server.issuer, jti: random(), nbf: now(), exp: now() + 300, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid, typ: 'oauth-authz-req+jwt' }).sign(key.privateKey);
  }

  /** The reference of a good answer (RFC 9126 section 2.2). */
  pushed(response) {
    assert.equal(response.status, 201, response.text);
    assert.match(response.headers.get('content-type'), /^application\/json\b/);
    const { request_uri: uri, expires_in: lasts } = response.json;
    assert.ok(Number.isInteger(lasts) && lasts >= 5 && lasts < 31_536_000, `expires_in ${lasts}`);
    assert.ok(shannonBits(uri.split(':').at(-1)) >= 96, `the request_uri can be guessed`);
    return uri;
  }

  async start(parameters, options = {}) {
    return this.visit(this.pushed(await this.push(parameters, options)), options.beside);
  }

  visit(requestUri, beside = {}) {
    const url = new URL(this.run.server.authorization_endpoint);
    url.search = new URLSearchParams({ client_id: this.client.client_id, request_uri: requestUri, ...beside });
    return this.agent.open(url);
  }

  async open(answer) {
    if (this.run.plan.responseMode !== 'jwt') return answer;
    assert.deepEqual(Object.keys(answer), ['response']);
    const { payload, protectedHeader } = await jwtVerify(answer.response, createLocalJWKSet(await this.run.keys()),
      { issuer: this.run.server.issuer, audience: this.client.client_id, requiredClaims: ['exp'] });
    assert.ok(['PS256', 'ES256', 'EdDSA', 'Ed25519'].includes(protectedHeader.alg), protectedHeader.alg);
    return payload;
  }

  /** A proof for one request (RFC 9449 section 4.2). What it should not say is given as undefined. */
  async proof({ key = this.proofKey, header = {}, nonce, accessToken, ...claims }) {
    const { kty, crv, x, y } = key.bare;
    const payload = { jti: random(), iat: now(), nonce, ath: accessToken && sha256(accessToken).toString('base64url'), ...claims };
    return new SignJWT(payload).setProtectedHeader({ typ: 'dpop+jwt', alg: key.alg, jwk: { kty, crv, x, y }, ...header }).sign(key.privateKey);
  }

  /** As the base does it, with a proof; `dpop` changes what that says, or is false for none. Where the server asks for a nonce it is sent again. */
  async post(endpoint, parameters, { dpop = {}, ...options } = {}) {
    if (!this.isDpop || dpop === false) return super.post(endpoint, parameters, options);
    return this.#withNonce(new URL(endpoint).origin, async (nonce) => {
      const proof = await this.proof({ htm: 'POST', htu: endpoint, nonce, ...dpop });
      return super.post(endpoint, parameters, { ...options, headers: { ...options.headers, dpop: proof } });
    });
  }

  /** Calls UserInfo as a resource. `change` gets the headers and the nonce, and may give others. */
  async resource(tokens, { dpop = {}, scheme = this.isDpop ? 'DPoP' : 'Bearer', change = (headers) => headers, http = this.http } = {}) {
    const address = this.endpoint('userinfo_endpoint');
    return this.#withNonce(`${address} resource`, async (nonce) => {
      const headers = { authorization: `${scheme} ${tokens.access_token}` };
      const facts = { htm: 'GET', htu: address, nonce, accessToken: tokens.access_token };
      if (this.isDpop && dpop !== false) headers.DPoP = await this.proof({ ...facts, ...dpop });
      return http.request(address, { headers: await change(headers, facts) });
    });
  }

  async #withNonce(where, send) {
    const first = await send(this.#nonces.get(where));
    const nonce = first.headers.get('dpop-nonce');
    if (nonce) this.#nonces.set(where, nonce);
    const asks = [400, 401].includes(first.status) && /use_dpop_nonce/.test(`${first.text} ${first.headers.get('www-authenticate')}`);
    return asks && nonce ? send(nonce) : first;
  }

  async userInfo(tokens, claims, options) {
    const answer = await this.resource(tokens, options);
    assert.equal(answer.status, 200, `${answer.text} ${answer.headers.get('www-authenticate')}`);
    assert.equal(answer.json.sub, claims.sub);
    assert.ok(answer.headers.get('date'), 'no Date');
    return answer.json;
  }
}
