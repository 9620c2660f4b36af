import { createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { sign, signRaw, signingKey } from './issuer.js';
import { ProofKey } from './proof-key.js';

const header = '{"alg":"RS256","kid":"one","typ":"at+jwt"}';

/** Text as base64url, spelt as JOSE has it. */
const encoded = (text) => Buffer.from(text).toString('base64url');

/** The same bytes, spelt otherwise: the bits that the last character has too many are set. */
function respelt(token) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) | 1];
}

/**
 * What every runtime must decide alike: a name, a token, what is asked, options other than the usual, and the outcome ('good' or a reason).
 * The issuer's clock is the real one, so that they hold in runtimes whose clock isn't ours.
 */
export async function coreCases(issuer) {
  issuer.keys = [await signingKey('one'), await signingKey('pss', 'PS256'), await signingKey('elliptic', 'ES256')];
  return [...(await goodCases(issuer)), ...(await formCases(issuer)), ...(await confusionCases(issuer)), ...(await claimCases(issuer)), ...(await statusCases(issuer)), ...(await listCases(issuer)), ...(await askedCases(issuer)), ...(await senderCases(issuer))];
}

const is = (outcome, name, token, rest = {}) => ({ outcome, name, token, ...rest });

async function goodCases(issuer) {
  const [rs256, ps256, es256] = issuer.keys;
  return [
    is('good', 'RS256', await issuer.token({}, { key: rs256 })),
    is('good', 'PS256', await issuer.token({}, { key: ps256 })),
    is('good', 'ES256', await issuer.token({}, { key: es256 })),
    is('good', 'typ in full', await issuer.token({}, { header: { typ: 'application/AT+JWT' } })),
    is('good', 'an audience among others', await issuer.token({ aud: ['https://other.example/', 'https://api.example/'] })),
    is('good', 'just expired, within the skew', await issuer.token({ exp: issuer.seconds - 10 })),
    is('good', 'no kid, and one key alone fits', await issuer.token({}, { header: { kid: undefined } })),
  ];
}

async function formCases(issuer) {
  const [key] = issuer.keys;
  const good = await issuer.token();
  const [h, p, s] = good.split('.');
  const raw = (text, payload = JSON.stringify(issuer.claims())) => signRaw(text, payload, key);
  const payload = JSON.stringify(issuer.claims());
  return [
    is('TokenMissing', 'no token', undefined),
    is('TokenMissing', 'an empty token', ''),
    is('TokenMalformed', 'not three parts', `${h}.${p}`),
    is('TokenMalformed', 'four parts', `${good}.`),
    is('TokenMalformed', 'detached content', `${h}..${s}`),
    is('TokenMalformed', 'longer than 16 KiB', await issuer.token({ much: 'x'.repeat(16 * 1024) })),
    is('TokenMalformed', 'padding', `${good}==`),
    is('TokenMalformed', 'a space', `${h}.${p} .${s}`),
    is('TokenMalformed', 'the alphabet of plain base64', `${h}.${p}.${'+/'.repeat(s.length / 2)}`),
    is('TokenMalformed', 'a letter beyond ASCII', `${h}.${p}.${s.slice(1)}ä`),
    is('TokenMalformed', 'a signature respelt', respelt(good)),
    is('TokenMalformed', 'a header that is no object', raw('["RS256"]')),
    is('TokenMalformed', 'a member twice in the header', raw('{"alg":"RS256","kid":"one","typ":"at+jwt","alg":"RS256"}')),
    is('TokenMalformed', 'a member twice by an escape', raw('{"alg":"RS256","kid":"one","typ":"at+jwt","\\u006bid":"one"}')),
    is('TokenMalformed', 'a claim twice', raw(header, payload.replace('{', '{"sub":"eve",'))),
    is('TokenMalformed', 'a member twice, deep in the claims', raw(header, payload.replace('{', '{"a":[{"b":1,"b":2}],'))),
    is('TokenMalformed', 'nested without end', raw(header, payload.replace('{', `{"a":${'['.repeat(40)}${']'.repeat(40)},`))),
    is('TokenMalformed', 'a payload that is no JSON', raw(header, `${payload},`)),
    is('TokenMalformed', 'a payload after a byte order mark', raw(header, `\ufeff${payload}`)),
    is('TokenMalformed', 'a payload that is no UTF-8', raw(header, Buffer.concat([Buffer.from('{"sub":"'), Buffer.from([0xff]), Buffer.from('"}')]))),
    is('TokenMalformed', 'half a surrogate pair', raw(header, payload.replace('{', '{"x":["\\ud83d"],'))),
    is('TokenMalformed', 'half a surrogate pair as a name', raw(header, payload.replace('{', '{"\\ude00":1,'))),
    is('good', 'a whole one', raw(header, payload.replace('{', '{"x":"\\ud83d\\ude00",'))),
    is('TokenMalformed', 'no alg', raw('{"kid":"one","typ":"at+jwt"}')),
    is('TokenMalformed', 'a kid that is a number', raw('{"alg":"RS256","kid":1,"typ":"at+jwt"}')),
    is('good', 'text that looks like members, in a string', raw(header, payload.replace('{', '{"note":"\\"a\\":{\\\\","x":"[[[[",'))),
  ];
}

/** RFC 8725: everything by which a token might choose how it is verified. */
async function confusionCases(issuer) {
  const [key, pss, elliptic] = issuer.keys;
  const foreign = await signingKey('foreign');
  const claims = JSON.stringify(issuer.claims());
  const spki = await crypto.subtle.exportKey('spki', key.publicKey);
  const hmac = (alg, secret) => {
    const input = `${encoded(`{"alg":"${alg}","kid":"one","typ":"at+jwt"}`)}.${encoded(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString('base64').match(/.{1,64}/g).join('\n')}\n-----END PUBLIC KEY-----\n`;
  const unsigned = (alg) => `${encoded(`{"alg":"${alg}","kid":"one","typ":"at+jwt"}`)}.${encoded(claims)}.`;
  const withHeader = (more, signing = key) => signRaw(`{"alg":"RS256","kid":"one","typ":"at+jwt",${more}}`, claims, signing);
  const good = await issuer.token();
  return [
    is('AlgorithmNotAllowed', 'alg none', unsigned('none')),
    is('AlgorithmNotAllowed', 'alg nOnE', unsigned('nOnE')),
    is('AlgorithmNotAllowed', 'alg __proto__', unsigned('__proto__')),
    is('AlgorithmNotAllowed', 'HS256 with the public key as its secret', hmac('HS256', Buffer.from(spki))),
    is('AlgorithmNotAllowed', 'HS256 with the public key in PEM as its secret', hmac('HS256', pem)),
    is('AlgorithmNotAllowed', 'RS384, which is none of ours', hmac('RS384', 'x')),
    is('AlgorithmNotAllowed', "the key's other algorithm", await sign(issuer.claims(), { ...pss, kid: 'one' }, { typ: 'at+jwt' })),
    is('AlgorithmNotAllowed', "an EC signature under an RSA key's name", await sign(issuer.claims(), { ...elliptic, kid: 'one' }, { typ: 'at+jwt' })),
    is('AlgorithmNotAllowed', 'an algorithm that the options leave out', good, { options: { algorithms: ['ES256'] } }),
    is('SignatureInvalid', 'an empty signature', unsigned('RS256')),
    is('SignatureInvalid', "another's key under our name", await sign(issuer.claims(), { ...foreign, kid: 'one' }, { typ: 'at+jwt' })),
    is('SignatureInvalid', 'claims changed', `${good.split('.')[0]}.${encoded(JSON.stringify(issuer.claims({ sub: 'eve' })))}.${good.split('.')[2]}`),
    is('SignatureInvalid', 'a signature of zeros by ES256', `${encoded('{"alg":"ES256","kid":"elliptic","typ":"at+jwt"}')}.${encoded(claims)}.${'A'.repeat(86)}`),
    is('KeyUnknown', 'a kid that the issuer lacks', await issuer.token({}, { key: foreign })),
    is('HeaderNotAllowed', 'a key of its own', withHeader(`"jwk":${JSON.stringify(foreign.jwk)}`, foreign)),
    is('HeaderNotAllowed', 'jku', withHeader(`"jku":"${issuer.url}/.well-known/jwks.json"`)),
    is('HeaderNotAllowed', 'x5u', withHeader('"x5u":"https://attacker.example/"')),
    is('HeaderNotAllowed', 'x5c', withHeader('"x5c":["MIIB"]')),
    is('HeaderNotAllowed', 'crit', withHeader('"crit":["exp"]')),
    is('HeaderNotAllowed', 'b64', withHeader('"b64":false')),
    is('HeaderNotAllowed', 'a token within', withHeader('"cty":"JWT"')),
    is('HeaderNotAllowed', 'compression', withHeader('"zip":"DEF"')),
    is('TypUnexpected', 'an ID token', await issuer.token({}, { header: { typ: 'JWT' } })),
    is('TypUnexpected', 'a status list', await issuer.token({}, { header: { typ: 'statuslist+jwt' } })),
    is('TypUnexpected', 'no typ', await issuer.token({}, { header: { typ: undefined } })),
  ];
}

async function claimCases(issuer) {
  const now = issuer.seconds;
  const required = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];
  return [
    ...(await Promise.all(required.map(async (name) => is('ClaimMissing', `no ${name}`, await issuer.token({ [name]: undefined }))))),
    is('TokenMalformed', 'an exp that is a text', await issuer.token({ exp: `${now + 600}` })),
    is('TokenMalformed', 'an exp beyond every date', await issuer.token({ exp: 1e300 })),
    is('TokenMalformed', 'an aud that is an object', await issuer.token({ aud: { 'https://api.example/': true } })),
    is('TokenMalformed', 'a sub that is a number', await issuer.token({ sub: 1 })),
    is('IssuerUnexpected', 'another issuer', await issuer.token({ iss: 'https://other.example' })),
    is('IssuerUnexpected', 'the issuer with a slash', await issuer.token({ iss: `${issuer.url}/` })),
    is('AudienceUnexpected', 'another API', await issuer.token({ aud: 'https://api.example' })),
    is('AudienceUnexpected', 'no API at all', await issuer.token({ aud: [] })),
    is('Expired', 'expired beyond the skew', await issuer.token({ exp: now - 31 })),
    is('NotYetValid', 'issued in the future', await issuer.token({ iat: now + 120 })),
    is('NotYetValid', 'nbf in the future', await issuer.token({ nbf: now + 120 })),
    is('ProofMissing', 'bound by DPoP', await issuer.token({ cnf: { jkt: 'x' } })),
    is('ProofMissing', 'bound to a certificate', await issuer.token({ cnf: { 'x5t#S256': 'x' } })),
    is('KeysUnavailable', 'keys that are nowhere', await issuer.token(), { options: { jwksUri: `${issuer.url}/nowhere` } }),
    is('KeysUnavailable', 'a key set that is redirected', await issuer.token(), { options: { jwksUri: `${issuer.url}/elsewhere` } }),
  ];
}

async function statusCases(issuer) {
  issuer.instead.set('/elsewhere', (response) => response.writeHead(302, { location: '/.well-known/jwks.json' }).end());
  const list = issuer.list('7');
  [0, 1, 2, 3].forEach((value) => list.set(value, value));
  const status = (value) => issuer.token({ status: value });
  const reference = (uri, idx = 0) => status({ status_list: { uri, idx } });
  return [
    is('good', 'status 0', await issuer.tokenOf(list, 0)),
    is('TokenRevoked', 'status 1', await issuer.tokenOf(list, 1)),
    is('StatusNotValid', 'status 2', await issuer.tokenOf(list, 2)),
    is('TokenStale', 'status 3', await issuer.tokenOf(list, 3)),
    is('good', 'the last index', await issuer.tokenOf(list, 255)),
    is('StatusIndexOutOfRange', 'one beyond it', await issuer.tokenOf(list, 256)),
    is('StatusIndexOutOfRange', 'far beyond it', await issuer.tokenOf(list, 2 ** 52)),
    is('Expired', 'expired before its status matters', await issuer.tokenOf(list, 1, { exp: issuer.seconds - 60 })),
    is('StatusMissing', 'no status where one is required', await issuer.token(), { options: { requireStatus: true } }),
    is('StatusMalformed', 'a status that is a text', await status('valid')),
    is('StatusMalformed', 'no status list in it', await status({})),
    is('StatusMalformed', 'a negative index', await reference(list.uri, -1)),
    is('StatusMalformed', 'half an index', await reference(list.uri, 0.5)),
    is('StatusUriForeign', "another's list", await reference('https://attacker.example/status/7')),
    is('StatusUriForeign', 'a place beside the lists', await reference(`${issuer.url}/lists/7`)),
    is('StatusUriForeign', 'a way out by dots', await reference(`${issuer.url}/status/../lists`)),
    is('StatusUriForeign', 'a way out by encoded dots', await reference(`${issuer.url}/status/%2e%2e`)),
    is('StatusUriForeign', 'a query', await reference(`${issuer.url}/status/7?x`)),
    is('StatusUriForeign', 'an issuer that ours is the beginning of', await reference(`${issuer.url}.attacker.example/status/7`)),
  ];
}

/** Lists that must not be believed. The token is good each time. */
async function listCases(issuer) {
  const foreign = await signingKey('foreign');
  const served = async (outcome, name, how) => {
    const list = issuer.list(`bad-${name.replace(/[^a-z0-9]/gi, '-')}`);
    how(list);
    return is(outcome, `a list: ${name}`, await issuer.tokenOf(list, 0));
  };
  const bytes = deflateSync(new Uint8Array(64));
  const withList = (status_list) => (list) => (list.claims = { status_list });
  const large = Buffer.from(deflateSync(Buffer.alloc(4 * 1024 * 1024 + 1))).toString('base64url');
  const whole = Buffer.from(deflateSync(Buffer.alloc(4 * 1024 * 1024))).toString('base64url');
  return Promise.all([
    served('StatusUnavailable', 'that is gone', (list) => (list.gone = true)),
    served('StatusListUntrusted', 'by a stranger under our name', (list) => (list.key = { ...foreign, kid: 'one' })),
    served('StatusListUntrusted', 'by a key that the issuer lacks', (list) => (list.key = foreign)),
    served('StatusListUntrusted', 'for another address', (list) => (list.claims = { sub: `${issuer.url}/status/8` })),
    served('StatusListUntrusted', 'of another issuer', (list) => (list.claims = { iss: 'https://other.example' })),
    served('StatusListUntrusted', 'that is an access token', (list) => (list.header = { typ: 'at+jwt' })),
    served('StatusListExpired', 'past its exp', (list) => (list.claims = { iat: issuer.seconds - 1000, exp: issuer.seconds - 400 })),
    served('StatusListMalformed', 'without exp', (list) => (list.claims = { exp: undefined })),
    served('StatusListMalformed', 'of the future', (list) => (list.claims = { iat: issuer.seconds + 300 })),
    served('StatusListMalformed', 'of three bits', withList({ bits: 3, lst: bytes.toString('base64url') })),
    served('StatusListMalformed', 'with padding', withList({ bits: 2, lst: `${bytes.toString('base64url')}==` })),
    served('StatusListMalformed', 'that is no zlib', withList({ bits: 2, lst: Buffer.alloc(64).toString('base64url') })),
    served('StatusListMalformed', 'cut short', withList({ bits: 2, lst: bytes.subarray(0, -5).toString('base64url') })),
    served('StatusListMalformed', 'with no statuses', withList({ bits: 2 })),
    served('StatusListMalformed', 'that is no JWT', (list) => (list.body = 'nothing')),
    served('StatusListTooLarge', 'that is a bomb', withList({ bits: 2, lst: large })),
    served('good', 'of four megabytes', withList({ bits: 2, lst: whole })),
    served('StatusListTooLarge', 'longer than a megabyte', (list) => (list.body = 'x'.repeat(1024 * 1024 + 1))),
  ]);
}

async function askedCases(issuer) {
  const token = await issuer.token({ auth_time: issuer.seconds - 100, acr: 'silver' });
  const unknown = await issuer.token();
  return [
    is('good', 'a scope that it has', token, { asked: { scope: 'read' } }),
    is('good', 'scopes that it has', token, { asked: { scope: 'write read' } }),
    is('InsufficientScope', 'a scope that it lacks', token, { asked: { scope: 'read admin' } }),
    is('InsufficientScope', 'the beginning of a scope', token, { asked: { scope: 'rea' } }),
    is('good', 'a sign-in that is fresh', token, { asked: { maxAge: 120 } }),
    is('InsufficientAuthentication', 'a sign-in that is too old', token, { asked: { maxAge: 60 } }),
    is('InsufficientAuthentication', 'a sign-in at no known time', unknown, { asked: { maxAge: 60 } }),
    is('good', 'a class of sign-in that will do', token, { asked: { acrValues: ['gold', 'silver'] } }),
    is('InsufficientAuthentication', 'a class that will not', token, { asked: { acrValues: ['gold'] } }),
    is('InsufficientAuthentication', 'no class at all', unknown, { asked: { acrValues: ['gold'] } }),
  ];
}

/** Tokens that are bound to a key or a certificate, and who shows them (RFC 9449 §4.3, §7; RFC 8705 §3). */
async function senderCases(issuer) {
  const [own, thiefs, rsa] = [await ProofKey.make(), await ProofKey.make(), await ProofKey.make('PS256')];
  const token = await issuer.token({ cnf: { jkt: own.thumbprint } });
  const others = await issuer.token({ cnf: { jkt: rsa.thumbprint } });
  const bearers = await issuer.token();
  const now = issuer.seconds;
  const by = async (outcome, name, proof, { its = token, ...sender } = {}, rest = {}) =>
    is(outcome, `a proof: ${name}`, its, { ...rest, asked: { sender: { scheme: 'DPoP', method: 'GET', url: 'https://api.example/orders', proof: await proof, ...sender } } });
  const made = (claims, header) => own.proof(token, { now, ...claims }, header);
  const jwk = own.jwk;
  const elsewhere = await issuer.token({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } });
  const certificate = (outcome, name, thumbprint) => is(outcome, name, elsewhere, { asked: { sender: { scheme: 'Bearer', certificateThumbprint: thumbprint } } });
  return [
    await by('good', 'for this request', made()),
    await by('good', 'by PS256', rsa.proof(others, { now }), { its: others }),
    await by('good', 'the scheme in another case', made(), { scheme: 'dPOP' }),
    await by('good', 'the URL in other words', made({ htu: 'HTTPS://API.example:443/./a/../%6frders?page=2#x' })),
    await by('good', 'ten seconds ahead', made({ iat: now + 10 })),
    await by('good', 'ten seconds old', made({ iat: now - 10 })),
    await by('good', 'with nbf and exp', made({ nbf: now + 1000, exp: 0 })),
    await by('ProofMissing', 'none', undefined),
    await by('ProofMissing', "as a bearer's", made(), { scheme: 'Bearer' }),
    await by('SchemeUnexpected', 'of a token that is bound to nothing', own.proof(bearers, { now }), { its: bearers }),
    await by('ProofKeyUnexpected', "by a thief's key", thiefs.proof(token, { now })),
    await by('ProofInvalid', 'for another method', made({ htm: 'POST' })),
    await by('ProofInvalid', 'for another place', made({ htu: 'https://api.example/other' })),
    await by('ProofInvalid', 'for another host', made({ htu: 'https://attacker.example/orders' })),
    await by('ProofInvalid', 'for another token', made({ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' })),
    await by('ProofInvalid', 'for no token', made({ ath: undefined })),
    await by('ProofInvalid', 'without jti', made({ jti: undefined })),
    await by('ProofInvalid', 'with a jti without end', made({ jti: 'j'.repeat(257) })),
    await by('ProofInvalid', 'without iat', made({ iat: undefined })),
    await by('ProofInvalid', 'too old', made({ iat: now - 120 })),
    await by('ProofInvalid', 'of the future', made({ iat: now + 120 })),
    await by('ProofInvalid', 'of another type', made({}, { typ: 'JWT' })),
    await by('ProofInvalid', 'of no type', made({}, { typ: undefined })),
    await by('ProofInvalid', 'without a key', made({}, { jwk: undefined })),
    await by('ProofInvalid', 'with a private key', made({}, { jwk: { ...jwk, d: 'AAAA' } })),
    await by('ProofInvalid', 'with a shared secret', made({}, { jwk: { kty: 'oct', k: 'AAAA' } })),
    await by('ProofInvalid', 'with a key for encryption', made({}, { jwk: { ...jwk, use: 'enc' } })),
    await by('ProofInvalid', 'with another key than signed', made({}, { jwk: thiefs.jwk })),
    await by('ProofInvalid', 'with jku', made({}, { jku: 'https://attacker.example/' })),
    await by('ProofInvalid', 'by an HMAC', made({}, { alg: 'HS256' })),
    await by('ProofInvalid', 'two in one header', Promise.all([made(), made()]).then((two) => two.join(', '))),
    await by('ProofInvalid', 'that is the token', token),
    await by('ProofsTooMany', 'where none is remembered', made(), {}, { options: { mostProofs: 0 } }),
    certificate('good', 'the certificate that it is bound to', 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'),
    certificate('ProofKeyUnexpected', 'another certificate', 'AAcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'),
    certificate('ProofMissing', 'no certificate', undefined),
    is('good', 'a token that is bound to nothing, from a sender', bearers, { asked: { sender: {} } }),
    ...(await Promise.all([{}, { jkt: 1 }, { jwk: {} }, { jkt: 'x', kid: 'x' }].map(async (cnf) =>
      by('ProofMissing', `of ${JSON.stringify(cnf)}`, made(), { its: await issuer.token({ cnf }) })))),
  ];
}
