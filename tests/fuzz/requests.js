import { headers, methods, nasty } from './values.js';

/**
 * A request as it goes out: { method, path, query: [[name, value]], form: [[name, value]] | undefined, json: a body of JSON | undefined, headers, body }.
 * Mutations work on a copy of a seed, so that most of each request is what a real caller sends and gets past the first check.
 */
export function mutate(seed, dice, pool) {
  const request = structuredClone(seed);
  for (let times = 1 + dice.below(3); times > 0; times--) dice.pick(mutations)(request, dice, pool);
  return request;
}

const anyValue = (dice, pool) => (dice.oneIn(3) ? dice.pick(pool) : dice.pick(nasty));
const parameters = (request) => request.form ?? request.query;

const mutations = [
  // A parameter lost, doubled, replaced, spoilt, or one from elsewhere.
  (request, dice) => { const list = parameters(request); if (list.length > 0) list.splice(dice.below(list.length), 1); },
  (request, dice) => { const list = parameters(request); if (list.length > 0) list.push(dice.pick(list)); },
  replaceValue, replaceValue, replaceValue,
  (request, dice) => { const list = parameters(request); if (list.length > 0) { const pair = dice.pick(list); pair[1] = spoil(String(pair[1]), dice); } },
  (request, dice, pool) => { parameters(request).push([dice.pick(names), anyValue(dice, pool)]); },
  (request, dice, pool) => { parameters(request).push([dice.pick(names), anyValue(dice, pool)]); },
  // What belongs into the body in the query, and the other way round.
  (request) => { if (request.form) { request.query = [...request.query, ...request.form]; request.form = []; } else request.form = request.query.splice(0); },
  // A member of a JSON body replaced, lost, spoilt, or one from elsewhere.
  spoilMember, spoilMember,
  // Headers, method, path.
  (request, dice, pool) => { const name = dice.pick(Object.keys(headers)); request.headers[name] = dice.oneIn(4) ? `Bearer ${dice.pick(pool)}` : dice.pick(headers[name]); },
  (request, dice) => { request.method = dice.pick(methods); },
  (request, dice) => { request.path += dice.pick(['/', '//', '/x', '%2f', ';a=b', '%00', '/..', '.json', '/007', '/-1', `/${'9'.repeat(30)}`]); },
  // A body that is none.
  (request, dice) => { request.body = Buffer.from(dice.pick([...nasty, '=&=&', '&'.repeat(3000), 'a=%zz', 'a=%', '='.repeat(3000), 'x'.repeat(300_000)])); },
  (request, dice) => { request.body = Buffer.from(Array.from({ length: dice.below(400) }, () => dice.below(256))); },
];

function replaceValue(request, dice, pool) {
  const list = parameters(request);
  if (list.length > 0) dice.pick(list)[1] = anyValue(dice, pool);
}

function spoilMember(request, dice, pool) {
  if (!request.json) return replaceValue(request, dice, pool);
  let place = request.json;
  for (let inner = place; inner !== null && typeof inner === 'object' && Object.keys(inner).length > 0 && !dice.oneIn(3); inner = place[dice.pick(Object.keys(place))]) place = inner;
  const member = dice.oneIn(5) ? dice.pick(names) : (Object.keys(place)[0] && dice.pick(Object.keys(place))) || 'x';
  const value = place[member];
  place[member] = dice.pick([undefined, null, true, -1, 1e300, [], {}, [value], { x: value }, spoil(String(value), dice), anyValue(dice, pool)]);
}

function spoil(value, dice) {
  const at = dice.below(value.length + 1);
  return dice.pick([value.slice(0, at), `${value.slice(0, at)}${String.fromCharCode(dice.below(128))}${value.slice(at + 1)}`, value.toUpperCase(), `${value} `, value + value, `${value}=`]);
}

/** The parameters that OAuth and OpenID Connect have (IANA's registry), and our pages'. */
const names = `acr_values actor_token actor_token_type assertion audience auth_req_id authorization_details binding_message claims claims_locales client_assertion client_assertion_type client_id
  client_notification_token client_secret code code_challenge code_challenge_method code_verifier device_code display dpop_jkt error grant_type id_token_hint issued_token_type login_hint
  login_hint_token max_age nonce password post_logout_redirect_uri prompt redirect_uri refresh_token registration request request_uri requested_expiry requested_token_type resource response_mode
  response_type resume scope state subject_token subject_token_type token token_type_hint ui_locales user_code username logout_hint access_token __RequestVerificationToken`.split(/\s+/);

/** The bytes on the wire. */
export function written(request) {
  const query = encoded(request.query);
  const path = request.path + (query ? `?${query}` : '');
  const body = request.body ?? (request.json ? Buffer.from(JSON.stringify(request.json)) : request.form && Buffer.from(encoded(request.form)));
  const sent = { ...request.headers };
  if (request.json && sent['content-type'] === undefined) sent['content-type'] = 'application/json';
  if (request.form && !request.body && sent['content-type'] === undefined) sent['content-type'] = 'application/x-www-form-urlencoded';
  return { method: request.method, path, headers: sent, body: Buffer.from(body ?? '') };
}

// Some encode nothing that they needn't; some encode wrongly: a percent sign of a value stays one.
const encoded = (pairs) => pairs.map(([name, value]) => `${encodeURIComponent(name)}=${/^%/.test(value) ? value.replace(/[^\x21-\x7e]/g, '') : encodeURIComponent(String(value).toWellFormed())}`).join('&');
