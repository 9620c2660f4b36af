import * as oidc from 'openid-client';
import { confidentialClient, redirectUri } from './given.js';
import { Person } from './person.js';

/** A new app at which a person signed in, by openid-client: its configuration, to ask on with, the person at the pages, and its tokens for one API. */
export async function signedInApp(idp, user, { scope, resource, ...metadata }) {
  const client = await idp.createClient({ ...confidentialClient, scope, resources: [resource], ...metadata });
  return signedInAt(idp, client, user, { scope, resource });
}

/** The same at an app that there is. */
export async function signedInAt(idp, client, user, { scope, resource }) {
  const configuration = await oidc.discovery(new URL(idp.issuer), client.client_id, {}, oidc.ClientSecretBasic(client.client_secret), {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: idp.fetch,
  });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri, scope, resource, code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
  });
  const person = new Person(idp);
  const tokens = await oidc.authorizationCodeGrant(configuration, await person.authorize(url, user), { pkceCodeVerifier, idTokenExpected: true });
  return { client, configuration, person, tokens };
}
