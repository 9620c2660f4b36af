import { Person } from '../interop/support/person.js';

/** The Shared Signals API as a receiver uses it (docs/signals.md), with a stream that is fetched and one that is pushed. */
export async function signalsOf(idp, authorization, { sub }) {
  const own = `${idp.issuer}/ssf`;
  const { access_token: token } = await (await fetch(`${idp.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', resource: own }), headers: { authorization } })).json();
  if (!token) throw new Error('no token for the Shared Signals API');
  const headers = { authorization: `Bearer ${token}` };
  const call = (method, path, json, query = []) => ({ method, path, query, form: undefined, json, headers });
  const [poll, push] = [{ method: 'urn:ietf:rfc:8936' }, { method: 'urn:ietf:rfc:8935', endpoint_url: 'https://receiver.example/events', authorization_header: 'Bearer x' }];
  const events_requested = ['https://schemas.openid.net/secevent/caep/event-type/session-revoked', 'https://schemas.openid.net/secevent/risc/event-type/account-disabled'];

  // A client has four at most, and each part comes with new ones.
  for (const { stream_id: old } of await (await fetch(`${own}/streams`, { headers })).json()) await fetch(`${own}/streams?stream_id=${old}`, { method: 'DELETE', headers });
  const made = await fetch(`${own}/streams`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ delivery: poll, events_requested }) });
  const { stream_id } = await made.json();
  const subject = { format: 'iss_sub', iss: idp.issuer, sub };
  return [
    call('GET', '/.well-known/ssf-configuration'), call('GET', '/ssf/streams'), call('GET', '/ssf/streams', undefined, [['stream_id', stream_id]]), call('GET', '/ssf/status', undefined, [['stream_id', stream_id]]),
    call('POST', '/ssf/streams', { delivery: push, events_requested, description: 'x' }), call('PATCH', '/ssf/streams', { stream_id, description: 'y' }), call('PUT', '/ssf/streams', { stream_id, delivery: poll, events_requested }),
    call('DELETE', '/ssf/streams', undefined, [['stream_id', '0'.repeat(32)]]), call('POST', '/ssf/status', { stream_id, status: 'paused', reason: 'x' }), call('POST', '/ssf/status', { stream_id, status: 'enabled' }),
    call('POST', '/ssf/subjects/add', { stream_id, subject, verified: true }), call('POST', '/ssf/subjects/remove', { stream_id, subject: { format: 'complex', user: subject } }),
    call('POST', '/ssf/verification', { stream_id, state: 'x' }), call('POST', `/ssf/poll/${stream_id}`, { returnImmediately: true, maxEvents: 5, ack: ['x'], setErrs: { y: { err: 'invalid_key', description: 'z' } } }),
  ];
}

/** What takes away what the rest of a part lives on. */
const destructive = /disable|delete|revoke|end|leave|rotate|sign-out|discard|deny|reset|password|second-factors|links/;

/** Every page of the console that an operator comes to by its links, and each form there as they would send it. */
export async function consoleOf(idp, user, known) {
  const person = new Person(idp);
  let step = await person.open(`${idp.issuer}/admin`);
  const login = step.forms?.find(({ names }) => names.includes('password'));
  if (login) step = await person.submit(login, { username: user.username, password: user.password });
  if (step.status !== 200) throw new Error(`the console doesn't open: ${step.status}`);

  const cookie = () => ({ cookie: person.cookieHeader });
  const paths = new Set([...step.text.matchAll(/href="(\/admin\/[^"?#]*)"/g)].map(([, path]) => path).filter((path) => !/sign-out/.test(path)));
  for (const path of [`clients/${known.client_id}`, `clients/${known.client_id}/edit`, `users/${known.sub}`, `users/${known.sub}/profile`, 'users/-/new', 'users/-/invite', 'clients/-/new', 'resources/-/new', 'upstreams/-/new', 'details-types/-/new', 'registration-policies/-/new', 'search'])
    paths.add(`/admin/${path}`);
  const found = [];
  for (const path of paths) {
    found.push({ method: 'GET', path, query: [['q', 'a'], ['cursor', 'x']], form: undefined, headers: cookie() });
    const { forms } = await person.open(`${idp.issuer}${path}`);
    for (const { action, method, fields, names } of forms ?? []) {
      if (method !== 'POST' || destructive.test(new URL(action).pathname)) continue;
      const typed = names.filter((name) => name && !fields.some(([filled]) => filled === name)).map((name) => [name, 'x']);
      found.push({ method, path: new URL(action).pathname, query: [], form: [...fields, ...typed], headers: { ...cookie(), origin: idp.issuer } });
    }
  }

  // A file, as a browser sends one.
  const upload = found.find(({ path }) => path === '/admin/configuration/plan');
  if (!upload) throw new Error('the console offers no document to be compared');
  const parts = [...upload.form.filter(([name]) => name !== 'file' && name !== 'prune'), ['file', '{"format":1}']].map(([name, value]) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  found.push({ ...upload, form: undefined, headers: { ...upload.headers, 'content-type': 'multipart/form-data; boundary=x' }, body: Buffer.from(`${parts.join('')}--x--\r\n`) });
  return found;
}
