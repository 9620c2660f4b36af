/** A logout token has some 1,000 characters. */
const FORM_LIMIT = 16 * 1024;

/** A short form; a longer one is cut off. */
export async function readForm(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > FORM_LIMIT) throw new RangeError('the form is too long');
  }
  return new URLSearchParams(body);
}

export function sessionIdOf(request, settings) {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === settings.cookieName)?.[1];
}

/** An answer to one request, with the headers that each of them has; `headers` are what an app adds: what its pages may do. */
export class Answer {
  #response;
  #settings;
  #headers;

  constructor(response, settings, headers) {
    this.#response = response;
    this.#settings = settings;
    this.#headers = { 'cache-control': 'no-store', 'cross-origin-opener-policy': 'same-origin', 'x-content-type-options': 'nosniff', ...headers };
  }

  /** SameSite=Lax: the way back from the identity provider, on another site perhaps, needs the cookie; no other site's POST or script brings it. */
  setSession(id) {
    const { cookieName, secureCookie } = this.#settings;
    this.#headers['set-cookie'] = `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax${secureCookie ? '; Secure' : ''}${id ? '' : '; Max-Age=0'}`;
  }

  send(status, type, body) {
    this.#response.writeHead(status, { ...this.#headers, 'content-type': type }).end(body);
  }

  page(status, markup) {
    this.send(status, 'text/html; charset=utf-8', markup);
  }

  json(status, value) {
    this.send(status, 'application/json', JSON.stringify(value));
  }

  redirect(location) {
    this.#response.writeHead(303, { ...this.#headers, location }).end();
  }
}
