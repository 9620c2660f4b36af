/** What no page may show as markup, and no answer may have as a header: each is searched for in every answer. */
export const markup = '"\'><script>fuzzed()</script>';
export const header = 'a\r\nx-fuzzed: 1';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const jwt = (head, claims, signature = 'AAAA') => `${part(head)}.${part(claims)}.${signature}`;
const deep = (open, close, depth) => open.repeat(depth) + close.repeat(depth);

/** Texts that have broken parsers, and JWTs that none may believe. */
export const nasty = [
  '', ' ', '\0', 'null', 'undefined', '[]', '{}', '0', '-1', '1e309', '9'.repeat(400), 'true', '%', '%00', '%ff%fe', '\ufeff', '\u202e', '\ud83d\ude00', 'ﬀ', 'İ',
  markup, header, '../../etc/passwd', '..%2f..%2f', '\\\\host\\share', "' OR 1=1 --", '${7*7}', '{{7*7}}', 'a'.repeat(5000), 'é'.repeat(3000), ' openid', 'openid openid', 'openid\topenid',
  'http://127.0.0.1:1/', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/', 'file:///etc/passwd', 'javascript:fuzzed()', 'data:text/html,x', '//evil.example', 'https://app.example@evil.example/',
  'https://app.example/callback/../x', 'https://app.example\\@evil.example', 'urn:ietf:params:oauth:request_uri:x', 'https://app.example/callback#f', 'HTTPS://APP.EXAMPLE/callback',
  deep('[', ']', 60), deep('[', ']', 200), '{"a":'.repeat(60) + '1' + '}'.repeat(60), '{"a":1,"a":2}', '{"userinfo":{"name":{"essential":"yes"}}}', '[{"type":"x"}]', '[{"type":1,"type":2}]', '{"id_token":null}',
  jwt({ alg: 'none' }, { sub: 'a' }, ''), jwt({ alg: 'HS256', kid: 'x' }, { iss: 'x' }), jwt({ alg: 'RS256', jku: 'http://127.0.0.1:1/' }, {}), jwt({ alg: 'RS256', jwk: { kty: 'oct', k: 'AA' } }, {}),
  jwt('{"alg":"RS256","alg":"none"}', '{}'), jwt({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }, { htm: 'POST', htu: 'x', iat: 1, jti: 'x' }),
  jwt({ alg: 'RS256', typ: 'at+jwt' }, { exp: 1e308, iat: -1e308, aud: [[]], iss: {} }), jwt({ alg: 'RS256', crit: ['b64'], b64: false }, {}), jwt('[]', '[]'), `${jwt({}, {})}.x.y`, '..', '.', 'a.b.c', 'a.b.c.d.e', `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`,
];

/** Header lines as a careless or a hostile caller sends them. */
export const headers = {
  authorization: ['', 'Basic', 'Basic !', 'Basic Og==', `Basic ${'A'.repeat(9000)}`, 'Bearer', 'Bearer ', 'Bearer a b', 'bEARER x', 'DPoP x', 'DPoP', 'Digest a=b', 'Basic YTpi, Basic YTpi', 'Negotiate AAAA'],
  dpop: ['', 'x', 'a.b.c', `${'a'.repeat(9000)}`, 'a, b'],
  cookie: ['', 'x', '=;=;', 'idp-session=x', `idp-session=${'A'.repeat(43)}`, 'a=b; '.repeat(300)],
  origin: ['null', 'https://evil.example', 'https://app.example', 'x'],
  accept: ['', '*/*', 'application/token-introspection+jwt', 'text/event-stream', 'application/json;q=x', 'a/b, '.repeat(200)],
  'content-type': ['', 'application/json', 'application/x-www-form-urlencoded; charset=utf-16', 'application/x-www-form-urlencoded; charset=nonsense', 'multipart/form-data', 'multipart/form-data; boundary=x', 'text/plain', 'a', 'application/x-www-form-urlencoded, application/json'],
  'accept-language': ['', 'x', `${'de,'.repeat(500)}`],
  'if-none-match': ['*', '"', 'W/"x"', '"a", "b"'],
  'last-event-id': ['', '-1', '99999999999999999999', 'x'],
  'x-forwarded-for': ['x', '127.0.0.1', '::1, a'],
  'client-cert': [':AAAA:', 'x', `:${'A'.repeat(8000)}:`],
  'x-ssl-client-cert': ['x', '-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----'],
};

export const methods = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'];
