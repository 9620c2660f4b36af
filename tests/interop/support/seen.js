/** Names under which secrets travel in forms, queries and JSON answers. */
const secretNames = new Set([
  'password', 'current_password', 'new_password', 'client_secret', 'client_assertion', 'code', 'code_verifier', 'device_code',
  'access_token', 'refresh_token', 'registration_access_token', 'id_token', 'id_token_hint', 'token', 'logout_token', 'link', 'entered', 'repeated_password', '__RequestVerificationToken',
]);

/**
 * Every secret, code, token, password and cookie that this run has used. At the end none of them may stand in a log.
 * Values under 8 characters are left out: they would be found anywhere by chance.
 */
export class Seen {
  #values = new Map();

  add(kind, value) {
    if (typeof value !== 'string' || value.length < 8) return;
    this.#values.set(value, kind);
    // A token's parts tell as much as the whole. Its header is no secret: all tokens of a key have the same.
    const parts = value.split('.');
    if (parts.length === 3 && value.startsWith('eyJ')) parts.slice(1).forEach((part) => this.#values.set(part, `${kind}, a part of it`));
  }

  addAll(pairs) {
    for (const [kind, value] of pairs) this.add(kind, value);
  }

  get count() {
    return this.#values.size;
  }

  countOf(kind) {
    return [...this.#values.values()].filter((known) => known === kind).length;
  }

  kinds() {
    return new Set(this.#values.values());
  }

  /** The kinds of the values that stand in a text, as they are or percent-encoded. */
  foundIn(text) {
    return [...this.#values].filter(([value]) => text.includes(value) || text.includes(encodeURIComponent(value))).map(([, kind]) => kind);
  }
}

/** The secrets of parameters: pairs of a kind and a value. */
export function secretsOf(parameters) {
  return [...parameters].filter(([name]) => secretNames.has(name));
}

/** The secrets of one exchange over HTTP, wherever they travel. The response is left unread. */
export async function secretsOfExchange(url, { headers, body } = {}, response) {
  const found = [...secretsOf(new URL(url).searchParams)];
  const sent = new Headers(headers);
  if (sent.has('authorization')) found.push(...secretsOfAuthorization(sent.get('authorization')));
  if (body instanceof URLSearchParams || typeof body === 'string') found.push(...secretsOf(new URLSearchParams(body)));
  for (const cookie of response.headers.getSetCookie()) found.push([`cookie ${cookie.split('=')[0]}`, cookie.slice(cookie.indexOf('=') + 1).split(';')[0]]);
  const location = response.headers.get('location');
  if (location) found.push(...secretsOf(new URL(location, url).searchParams));
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    const answer = await response.clone().json().catch(() => ({}));
    found.push(...Object.entries(answer).filter(([name]) => secretNames.has(name)));
  }
  return found;
}

function secretsOfAuthorization(value) {
  const [scheme, credentials = ''] = value.split(' ');
  if (scheme.toLowerCase() !== 'basic') return [['authorization header', credentials]];
  const secret = Buffer.from(credentials, 'base64').toString().split(':')[1] ?? '';
  return [['basic credentials', credentials], ['client_secret', secret], ['client_secret', decodeURIComponent(secret.replaceAll('+', ' '))]];
}

/** fetch, which notes what it sees. */
export function noticingFetch(note, send = globalThis.fetch) {
  return async (url, options) => {
    const response = await send(url, options);
    note(await secretsOfExchange(url instanceof Request ? url.url : url, options, response));
    return response;
  };
}
