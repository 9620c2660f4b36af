/**
 * What this program is told by its environment. One program, many partners: run it twice with other values and there are two.
 *
 * ISSUER, CLIENT_ID and CLIENT_SECRET come from the identity provider; the rest has a value that suits the demo.
 */
export function readSettings(environment) {
  const required = (name) => {
    const value = environment[name];
    if (!value) throw new Error(`partner-app: the environment variable ${name} is missing`);
    return value;
  };
  const port = Number(environment.PORT ?? 8081);
  const baseUrl = environment.BASE_URL ?? `http://localhost:${port}`;
  const clientId = required('CLIENT_ID');
  return Object.freeze({
    issuer: new URL(required('ISSUER')),
    clientId,
    clientSecret: required('CLIENT_SECRET'),
    port,
    // Where the program listens; the loopback interface alone unless it is told otherwise.
    host: environment.HOST ?? '127.0.0.1',
    // What browsers call this app. Never taken from the Host header: the redirect URI is built on it.
    baseUrl,
    redirectUri: `${baseUrl}/callback`,
    postLogoutRedirectUri: `${baseUrl}/signed-out`,
    scope: environment.SCOPE ?? 'openid profile email offline_access orders.read',
    apiUrl: environment.API_URL ?? 'http://localhost:8083',
    // The API's resource indicator (RFC 8707): what the access token is asked for, and the audience it will carry.
    apiResource: environment.API_RESOURCE ?? environment.API_URL ?? 'http://localhost:8083',
    // Milliseconds: an access token is renewed so long before it expires, so that it doesn't die on its way to the API.
    renewBefore: Number(environment.RENEW_BEFORE_SECONDS ?? 10) * 1000,
    appName: environment.APP_NAME ?? 'Partner One',
    // A colour of its own for each app: a hue in degrees. Lightness is fixed, so that contrast holds for all of them.
    hue: Number(environment.APP_HUE ?? 200),
    otherName: environment.OTHER_APP_NAME ?? 'Partner Two',
    otherUrl: environment.OTHER_APP_URL ?? 'http://localhost:8082',
    // Cookies don't know ports: two apps on localhost need two names. Over https the prefix ties the cookie to this host.
    cookieName: `${baseUrl.startsWith('https:') ? '__Host-' : ''}${clientId.replace(/[^A-Za-z0-9-]/g, '-')}-session`,
    secureCookie: baseUrl.startsWith('https:'),
  });
}
