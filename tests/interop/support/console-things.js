/** One of each thing that the console has pages for beside clients and people, made as operators and receivers make them. */
export async function furnish(idp) {
  const upstream = 'https://login.partner.example';
  await idp.command(['upstreams', 'create', '--name', 'partner', '--issuer', upstream, '--client-id', 'our-idp', '--auth-method', 'private_key_jwt', '--label', 'Partner <b>Co</b>',
    '--create', 'invited', '--email-domain', 'partner.example', '--claim', 'name=display_name']);
  await idp.command(['registration-policies', 'create', '--name', 'Partners <b>', '--redirect-host', '*.partner.example', '--expires-in', '30d']);
  await idp.command(['issuers', 'create', '--issuer', 'https://runner.example', '--jwks-uri', 'https://runner.example/jwks.json', '--client', 'nightly', '--scope', 'orders.read']);
  await idp.command(['authorization-details-types', 'create', '--file', '-'], {
    type: 'https://bank.example/payment',
    schema: { type: 'object', title: 'Make a payment', additionalProperties: false, properties: { amount: { type: 'string', title: 'Amount' } } },
  });
  await idp.command(['clients', 'delete', 'https://agent.example/client.json']);
  const lena = await idp.createUser('aaa-lena', { name: 'Lena Linked', email: 'lena@partner.example', email_verified: true, address: { locality: 'Oslo', country: 'NO' } });
  await idp.command(['users', 'link', lena.username, upstream, 'lena-42']);
  await stream(idp);
}

async function stream(idp) {
  const api = `${idp.issuer}/ssf`;
  const client = await idp.createClient({ client_name: 'A receiver', grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'ssf.manage', resources: [api] });
  const post = async (path, options) => {
    const response = await idp.fetch(idp.issuer + path, { method: 'POST', ...options });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { access_token: token } = await post('/token', {
    headers: { authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: api, scope: 'ssf.manage' }),
  });
  await post('/ssf/streams', {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ delivery: { method: 'urn:ietf:rfc:8936' }, events_requested: ['https://schemas.openid.net/secevent/caep/event-type/session-revoked'] }),
  });
}
