/** What the tests begin with. Each is a plain value: change it with a spread. */

export const ordersApi = {
  identifier: 'https://orders.example/',
  name: 'Orders',
  scopes: ['orders.read', 'orders.write'],
};

export const redirectUri = 'https://app.example/callback';

export const confidentialClient = {
  client_name: 'A web application',
  redirect_uris: [redirectUri],
  post_logout_redirect_uris: ['https://app.example/signed-out'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email offline_access orders.read orders.write',
  resources: [ordersApi.identifier],
  require_consent: false,
};

/** An application on a person's own machine: no secret, and any port of the loopback interface (RFC 8252 section 7.3). */
export const nativeClient = {
  ...confidentialClient,
  client_name: 'A native application',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
};

export const machineClient = {
  client_name: 'A nightly job',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'orders.read orders.write',
  resources: [ordersApi.identifier],
};

/** The address is said of many accounts here, so it is shown to be nobody's; one that is belongs to one account. */
export const claimsOfAda = {
  name: 'Ada Example',
  given_name: 'Ada',
  family_name: 'Example',
  email: 'ada@example.com',
  email_verified: false,
};
