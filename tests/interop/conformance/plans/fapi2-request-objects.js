import { UnsecuredJWT } from 'jose';
import { signingBy } from '../clients.js';
import { random } from '../entropy.js';
import { Flow } from '../flow.js';

/** What an object that carries the request may say: message signing alone. */
export function requestObjectModules(plan, module) {
  if (!plan.isSigned) return;
  const inMinutes = (minutes) => Math.floor(Date.now() / 1000) + Math.round(minutes * 60);
  const taken = (name, object) => module(name, (run, flow) => flow.complete({}, { object: object(run) }));
  const refused = (name, options, errors = 'invalid_request_object') => module(name, async (run, flow, two) =>
    Flow.refused(await flow.push(flow.request(), await options(run, flow, two)), errors));

  taken('ensure-request-object-with-multiple-aud-succeeds', (run) => ({ aud: ['https://other.example', run.server.issuer] }));
  taken('ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted', () => ({ nbf: inMinutes(8 / 60) }));
  refused('ensure-request-object-without-exp-fails', () => ({ object: { exp: undefined } }));
  refused('ensure-request-object-without-nbf-fails', () => ({ object: { nbf: undefined } }));
  refused('ensure-expired-request-object-fails', () => ({ object: { nbf: inMinutes(-10), exp: inMinutes(-5) } }));
  refused('ensure-request-object-with-bad-aud-fails', () => ({ object: { aud: 'https://other.example' } }));
  refused('ensure-request-object-with-exp-over-60-fails', () => ({ object: { exp: inMinutes(70) } }));
  refused('ensure-request-object-with-nbf-over-60-fails', () => ({ object: { nbf: inMinutes(-70) } }));
  refused('ensure-signed-request-object-with-RS256-fails', async (_, flow) => ({ key: await signingBy(flow.client.key, 'RS256') }));
  const replaced = (make) => async (run, flow) => ({ plain: true, form: { ...emptied(flow.request()), request: await make(run, flow) } });
  refused('ensure-request-object-signature-algorithm-is-not-none', replaced((run, flow) =>
    new UnsecuredJWT(flow.request()).setIssuer(flow.client.client_id).setAudience(run.server.issuer).setNotBefore('0 s').setExpirationTime('5 minutes').encode()));
  refused('ensure-request-object-with-invalid-signature-fails', replaced(async (_, flow) => {
    const [header, payload, signature] = (await flow.objectOf(flow.request())).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[10] ^= 0x5a;
    return [header, payload, bytes.toString('base64url')].join('.');
  }));
  refused('ensure-matching-key-in-authorization-request', (_, flow, two) => ({ key: two.key }));
  refused('ensure-unsigned-request-at-par-endpoint-fails', () => ({ plain: true }), ['invalid_request_object', 'invalid_request']);
  refused('par-authorization-request-containing-request_uri', () => ({ object: { request_uri: `urn:ietf:params:oauth:request_uri:${random()}` } }),
    ['invalid_request', 'invalid_request_object', 'request_uri_not_supported']);
}

/** Nothing stands beside the object. */
function emptied(parameters) {
  return Object.fromEntries(Object.keys(parameters).map((name) => [name, undefined]));
}
