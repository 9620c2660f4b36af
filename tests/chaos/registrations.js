import { randomBytes } from 'node:crypto';
import { App } from './clients/app.js';
import { Api } from './clients/api.js';
import { exchange, post } from './clients/http.js';
import { Receiver } from './clients/receiver.js';

const resource = 'https://orders.example/';
const redirectUri = 'https://app.example/callback';

const web = {
  redirect_uris: [redirectUri],
  post_logout_redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid offline_access orders.read',
  resources: [resource],
  require_consent: false,
};

/** The people, apps and the API of a run: by the Admin API, for a client that a command made. */
export async function register(cluster, history, { people = 4, clockSkew } = {}) {
  const receiver = await Receiver.start(history);
  const create = await administration(cluster);
  await create('resources', { identifier: resource, name: 'Orders', scopes: ['orders.read'], revocation: 'status_list' });
  const confidential = await create('clients', { ...web, client_name: 'Web', backchannel_logout_uri: receiver.uri, backchannel_logout_session_required: true });
  const native = await create('clients', { ...web, client_name: 'Native', token_endpoint_auth_method: 'none', application_type: 'native' });
  const machine = await create('clients', { client_name: 'Machine', grant_types: ['client_credentials'], response_types: [], scope: 'orders.read', resources: [resource] });
  const api = await create('clients', { client_name: 'Orders', introspects: [resource] });
  const users = Array.from({ length: people }, (_, i) => ({ username: `person-${i}`, password: randomBytes(15).toString('hex') }));
  await Promise.all(users.map((user) => create('users', user)));
  const app = (client) => new App({ history, issuer: cluster.issuer, client, redirectUri, resource });
  return {
    receiver,
    users,
    web: app(confidential),
    native: app(native),
    machine: app(machine),
    api: new Api({ history, issuer: cluster.issuer, client: api, resource, clockSkew }),
  };
}

async function administration({ issuer, command }) {
  const resources = [`${issuer}/api/admin/v1`];
  const robot = await command(['clients', 'create', '--file', '-'], { client_name: 'Robot', grant_types: ['client_credentials'], response_types: [], scope: 'idp.write', resources });
  const { json } = await post(`${issuer}/token`, robot, { grant_type: 'client_credentials', resource: resources[0] }, 30_000);
  return async (noun, body) => {
    const headers = { authorization: `Bearer ${json.access_token}`, 'content-type': 'application/json' };
    const made = await exchange(`${resources[0]}/${noun}`, { method: 'POST', headers, body: JSON.stringify(body), patience: 30_000 });
    if (made.status !== 201) throw new Error(`POST /${noun} was answered ${made.status || made.why}: ${JSON.stringify(made.json)}`);
    return made.json;
  };
}
