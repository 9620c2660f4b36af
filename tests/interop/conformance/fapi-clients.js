import { newKey } from './clients.js';
import { Http } from './http.js';

/** The two clients of a FAPI 2.0 plan in one variant, made once, when first they are asked for. */
export function fapiClients(run, options) {
  let made;
  return () => (made ??= make(run, options));
}

async function make(run, options) {
  const [one, two] = await Promise.all(['one', 'two'].map((name) => client(run, name, options)));
  return { one, two };
}

async function client(run, name, { method, sender, isSigned }) {
  const key = await newKey('PS256');
  const certificate = method === 'tls_client_auth' ? run.authority.issue(`fapi-${name}-${isSigned ? 'signed' : 'plain'}`, { usage: 'clientAuth' }) : undefined;
  const registered = await run.client({
    client_name: `FAPI client ${name}`,
    profile: isSigned ? 'fapi2_message_signing' : 'fapi2',
    redirect_uris: [run.party.callback],
    token_endpoint_auth_method: method,
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email address phone offline_access',
    require_consent: false,
    jwks: { keys: [key.jwk] },
    ...(certificate && { tls_client_auth_subject_dn: certificate.subject }),
    ...(sender === 'dpop' ? { dpop_bound_access_tokens: true } : { tls_client_certificate_bound_access_tokens: true }),
  });
  return { ...registered, key, http: certificate && new Http(run.authority, certificate) };
}
