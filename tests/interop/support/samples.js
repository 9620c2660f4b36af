import { Program, freePort, root } from './program.js';

const notice = new URL('./notice.js', import.meta.url).href;

/** A sample's program in Node, with the secrets that it handles told to the run. */
export function startSample(idp, name, folder, environment, file = 'server.js') {
  return new Program(name, process.execPath, ['--import', notice, `${root}/samples/${folder}/${file}`], { environment, seen: idp.seen });
}

/** The sample API and two partner apps, as `make run` starts them, on ports of their own and with clients made for them. */
export class Samples {
  programs = [];

  static async start(idp) {
    const samples = new Samples();
    const [onePort, twoPort, apiPort, spaPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
    samples.api = `http://localhost:${apiPort}`;
    samples.one = `http://localhost:${onePort}`;
    samples.two = `http://localhost:${twoPort}`;
    samples.spa = `http://localhost:${spaPort}`;
    await idp.createResource({ identifier: samples.api, name: 'Orders', scopes: [{ name: 'orders.read', description: 'See your orders' }, 'orders.write'] });

    const api = startSample(idp, 'orders-api', 'api', { ISSUER: idp.issuer, PORT: apiPort, AUDIENCE: samples.api, ALLOWED_ORIGINS: samples.spa });
    const one = await samples.#partner(idp, { name: 'Partner One', url: samples.one, port: onePort, hue: 200, other: ['Partner Two', samples.two], asksConsent: true });
    const two = await samples.#partner(idp, { name: 'Partner Two', url: samples.two, port: twoPort, hue: 330, other: ['Partner One', samples.one], asksConsent: false, renewBefore: 3600 });
    samples.programs = [api, one, two];
    await Promise.all([api.ready(`${samples.api}/health`), one.ready(`${samples.one}/health`), two.ready(`${samples.two}/health`)]);
    return samples;
  }

  async #partner(idp, { name, url, port, hue, other, asksConsent, renewBefore = 10 }) {
    const client = await idp.createClient({
      client_name: name,
      client_uri: url,
      redirect_uris: [`${url}/callback`],
      post_logout_redirect_uris: [`${url}/signed-out`],
      backchannel_logout_uri: `${url}/backchannel-logout`,
      backchannel_logout_session_required: true,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'openid profile email offline_access orders.read',
      resources: [this.api],
      require_consent: asksConsent,
    });
    if (asksConsent) this.consentingClient = client;
    return startSample(idp, name.toLowerCase().replace(' ', '-'), 'partner-app', {
      ISSUER: idp.issuer,
      CLIENT_ID: client.client_id,
      CLIENT_SECRET: client.client_secret,
      PORT: port,
      APP_NAME: name,
      APP_HUE: hue,
      API_URL: this.api,
      RENEW_BEFORE_SECONDS: renewBefore,
      OTHER_APP_NAME: other[0],
      OTHER_APP_URL: other[1],
    });
  }

  /** Another sample, which ends with the rest; what it wrote is looked at with the rest. */
  add(program) {
    this.programs.push(program);
    return program;
  }

  async stop() {
    await Promise.all(this.programs.map((program) => program.stop()));
  }
}
