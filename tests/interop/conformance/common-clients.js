/** The clients that the plans without registration share, made once, when first they are asked for. */
export function commonClients(run) {
  let made;
  return () => (made ??= make(run));
}

async function make(run) {
  const { party } = run;
  const web = {
    client_name: 'A relying party',
    redirect_uris: [party.callback],
    post_logout_redirect_uris: [party.signedOut],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email address phone offline_access',
    require_consent: false,
    require_pkce: false,
  };
  const channels = {
    ...web,
    backchannel_logout_uri: `${party.origin}/back-channel`,
    backchannel_logout_session_required: true,
    frontchannel_logout_uri: `${party.origin}/front-channel`,
    frontchannel_logout_session_required: true,
  };
  const clients = { web, other: web, post: { ...web, token_endpoint_auth_method: 'client_secret_post' }, channels };
  return Object.fromEntries(await Promise.all(Object.entries(clients).map(async ([name, metadata]) => [name, await run.client(metadata)])));
}
