import assert from 'node:assert/strict';
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { launchBrowser } from '../../support/browser.js';
import { until } from '../../support/program.js';
import { newKey } from '../clients.js';
import { random } from '../entropy.js';
import { Flow } from '../flow.js';

const event = 'http://schemas.openid.net/event/backchannel-logout';

/** A person signed in at a client, about to be signed out. */
class SignedIn {
  static async at(run, client) {
    const it = new SignedIn();
    it.run = run;
    it.flow = new Flow(run, client);
    Object.assign(it, await it.flow.complete());
    it.request = { id_token_hint: it.tokens.id_token, post_logout_redirect_uri: client.post_logout_redirect_uris[0], state: random() };
    return it;
  }

  /** Opens the end session endpoint: where it leads to. */
  open(changes = {}) {
    const url = new URL(this.run.server.end_session_endpoint);
    url.search = new URLSearchParams(Object.entries({ ...this.request, ...changes }).filter(([, value]) => value !== undefined));
    return this.flow.agent.open(url);
  }

  /** Says yes where the page asks. */
  async confirm(page) {
    const form = page.forms?.find(({ action }) => action.endsWith('/logout/confirm'));
    return form ? this.flow.agent.submit(page, form) : page;
  }

  returned(page, state = this.request.state) {
    assert.ok(page.arrival, `no redirect, but a page: ${page.status} ${page.title}`);
    assert.equal(page.arrival.url.origin + page.arrival.url.pathname, this.request.post_logout_redirect_uri);
    assert.deepEqual([...page.arrival.url.searchParams], state ? [['state', state]] : []);
  }

  notReturned(page) {
    assert.equal(page.arrival, undefined, 'the browser was sent to the relying party');
    assert.match(page.headers.get('content-type'), /^text\/html/);
  }

  /** A page says so, and it is so. */
  async isOver(page) {
    this.notReturned(page);
    assert.equal(page.status, 200);
    assert.match(page.title, /signed out/i);
    await this.hasEnded();
  }

  async hasEnded() {
    const parameters = this.flow.request({ prompt: 'none' });
    await this.flow.refusedAt(await this.flow.start(parameters), parameters, ['login_required', 'interaction_required', 'consent_required', 'account_selection_required']);
  }

  async endsInReturn() {
    this.returned(await this.open());
    await this.hasEnded();
  }
}

function discovery(plan, name, members) {
  plan.module(name, async (run) => {
    for (const member of members) {
      if (member.endsWith('_supported')) assert.equal(run.server[member], true, member);
      else assert.equal(new URL(run.server[member]).protocol, 'https:', member);
    }
  });
}

/** `plan.clients()` gives { web }. */
export function rpInitiatedLogoutModules(plan) {
  const module = (name, body) => plan.module(name, async (run) => body(await SignedIn.at(run, (await plan.clients()).web), run));
  discovery(plan, 'oidcc-rp-initiated-logout-discovery-endpoint-verification', ['end_session_endpoint']);
  module('oidcc-rp-initiated-logout', (person) => person.endsInReturn());
  module('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', async (person) =>
    person.notReturned(await person.open({ post_logout_redirect_uri: `${person.request.post_logout_redirect_uri}/${random()}` })));
  module('oidcc-rp-initiated-logout-modified-id-token-hint', async (person) =>
    person.notReturned(await person.open({ id_token_hint: new UnsecuredJWT(decodeJwt(person.tokens.id_token)).encode() })));
  module('oidcc-rp-initiated-logout-no-id-token-hint', async (person) => person.notReturned(await person.open({ id_token_hint: undefined })));
  module('oidcc-rp-initiated-logout-no-params', async (person) => person.isOver(
    await person.confirm(await person.open({ id_token_hint: undefined, post_logout_redirect_uri: undefined, state: undefined }))));
  module('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async (person) =>
    person.isOver(await person.confirm(await person.open({ post_logout_redirect_uri: undefined }))));
  module('oidcc-rp-initiated-logout-no-state', async (person) => {
    person.returned(await person.open({ state: undefined }), null);
    await person.hasEnded();
  });
  module('oidcc-rp-initiated-logout-only-state', async (person) =>
    person.isOver(await person.confirm(await person.open({ id_token_hint: undefined, post_logout_redirect_uri: undefined }))));
  module('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', async (person) =>
    person.notReturned(await person.open({ post_logout_redirect_uri: `${person.request.post_logout_redirect_uri}?foo=bar` })));
  module('oidcc-rp-initiated-logout-bad-id-token-hint', async (person, run) => {
    const { privateKey } = await newKey('RS256');
    const { keys: [{ kid }] } = await run.keys();
    const forged = await new SignJWT(decodeJwt(person.tokens.id_token)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    person.notReturned(await person.open({ id_token_hint: forged }));
  });
}

/** `plan.clients()` gives { channels }, which listens on both channels. */
export function backChannelLogoutModules(plan) {
  discovery(plan, 'oidcc-backchannel-logout-discovery-endpoint-verification',
    ['end_session_endpoint', 'backchannel_logout_supported', 'backchannel_logout_session_supported']);
  plan.module('oidcc-backchannel-rp-initiated-logout', async (run) => {
    const client = (await plan.clients()).channels;
    const person = await SignedIn.at(run, client);
    await person.endsInReturn();
    const { pathname } = new URL(client.backchannel_logout_uri);
    const arrival = await until('the logout token arrives', () =>
      run.party.arrivalsAt(pathname).find(({ body }) => decodeJwt(new URLSearchParams(body).get('logout_token')).sid === person.claims.sid));
    assert.deepEqual([arrival.method, [...new URLSearchParams(arrival.body).keys()]], ['POST', ['logout_token']]);
    assert.match(arrival.protocol, /^TLSv1\.[23]$/);
    assert.match(arrival.type, /^application\/x-www-form-urlencoded\b/);
    const { payload } = await jwtVerify(new URLSearchParams(arrival.body).get('logout_token'), createLocalJWKSet(await run.keys()),
      { issuer: run.server.issuer, audience: client.client_id, requiredClaims: ['iat', 'jti', 'events', 'sid', 'sub'], maxTokenAge: '1 day' });
    assert.deepEqual(payload.events, { [event]: {} });
    assert.deepEqual([payload.sub, payload.sid], [person.claims.sub, person.claims.sid]);
    assert.equal(payload.nonce, undefined, 'nonce');
  });
}

export function frontChannelLogoutModules(plan) {
  discovery(plan, 'oidcc-frontchannel-logout-discovery-endpoint-verification',
    ['end_session_endpoint', 'frontchannel_logout_supported', 'frontchannel_logout_session_supported']);
  plan.module('oidcc-frontchannel-rp-initiated-logout', async (run) => {
    const client = (await plan.clients()).channels;
    const person = await SignedIn.at(run, client);
    await person.endsInReturn();
    const frames = run.party.arrivalsAt(new URL(client.frontchannel_logout_uri).pathname).filter(({ url }) => url.searchParams.get('sid') === person.claims.sid);
    assert.equal(frames.length, 1);
    assert.deepEqual(Object.fromEntries(frames[0].url.searchParams), { iss: run.server.issuer, sid: person.claims.sid });
  });
}

/** The frame's answer depends on a script and on what the browser keeps: this one is in Chromium. */
export function sessionManagementModules(plan) {
  discovery(plan, 'oidcc-session-management-discovery-endpoint-verification', ['check_session_iframe', 'end_session_endpoint']);
  plan.module('oidcc-session-management-rp-initiated-logout', async (run) => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      await sessionStateFollowsTheSession(run, (await plan.clients()).web, page);
    } finally {
      await browser.close();
    }
  });
}

async function sessionStateFollowsTheSession(run, client, page) {
  const flow = new Flow(run, client);
  const parameters = flow.request();
  await page.goto(`${run.server.authorization_endpoint}?${new URLSearchParams(parameters)}`);
  await page.getByLabel('Username').fill(run.user.username);
  await page.getByLabel('Password', { exact: true }).fill(run.user.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${parameters.redirect_uri}?**`);
  const answer = Object.fromEntries(new URL(page.url()).searchParams);
  assert.ok(answer.session_state, 'session_state');
  const ask = () => page.evaluate(([address, words]) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.src = address;
    addEventListener('message', ({ data }) => resolve(data), { once: true });
    frame.addEventListener('load', () => frame.contentWindow.postMessage(words, new URL(address).origin));
    document.body.append(frame);
  }), [run.server.check_session_iframe, `${client.client_id} ${answer.session_state}`]);

  assert.equal(await ask(), 'unchanged');
  const tokens = flow.tokensOf(await flow.redeem({ parameters, answer }));
  const request = { id_token_hint: tokens.id_token, post_logout_redirect_uri: client.post_logout_redirect_uris[0], state: random() };
  await page.goto(`${run.server.end_session_endpoint}?${new URLSearchParams(request)}`);
  await page.waitForURL(`${request.post_logout_redirect_uri}?state=${request.state}`);
  assert.equal(await ask(), 'changed');
}
