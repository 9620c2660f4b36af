import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Idp } from '../support/idp.js';
import { until } from '../support/program.js';
import { Authority } from './authority.js';
import { Http } from './http.js';
import { Flow } from './flow.js';
import { RelyingParty } from './relying-party.js';
import { outcomeOf, NotApplicable } from './outcome.js';
import { UserAgent } from './user-agent.js';

/** The person who signs in, with a value for every standard claim. */
const claimsOfGrace = {
  name: 'Grace Example', given_name: 'Grace', family_name: 'Example', middle_name: 'M.', nickname: 'Gracie',
  profile: 'https://grace.example/about', picture: 'https://grace.example/face.png', website: 'https://grace.example/', gender: 'female',
  birthdate: '1906-12-09', zoneinfo: 'Europe/Paris', locale: 'en-GB', email: 'grace@example.com', email_verified: true, updated_at: 1700000000,
  address: { formatted: '1 High Street\nOldtown', street_address: '1 High Street', locality: 'Oldtown', region: 'North', postal_code: '12345', country: 'GB' },
  phone_number: '+441234567890', phone_number_verified: true,
};

/** One server over TLS, one relying party and the clients that all plans share. */
export class Run {
  outcomes = [];
  #folder;
  #policy;
  #signedIn;

  static async start() {
    const run = new Run();
    run.#folder = await mkdtemp(join(tmpdir(), 'idp-conformance-'));
    await chmod(run.#folder, 0o755);
    run.authority = new Authority(run.#folder);
    run.http = new Http(run.authority);
    run.party = await RelyingParty.start(run.authority.issue('relying-party'));
    run.idp = await Idp.start({
      Idp__ClientCertificates__FromConnection: 'true',
      Idp__ClientCertificates__AuthoritiesFile: run.authority.file,
    }, {
      name: 'idp-conformance',
      certificate: run.authority.issue('server'),
      trust: run.authority.file,
      isReady: (url) => run.http.request(url).then(({ status }) => status === 200, () => false),
    });
    const metadata = await run.http.request(`${run.idp.issuer}/.well-known/openid-configuration`);
    run.server = metadata.json;
    run.user = await run.idp.createUser('grace', claimsOfGrace);
    return run;
  }

  /** A client by the operator's command; what it registered is kept beside what the server answered. */
  async client(metadata) {
    return { ...metadata, ...(await this.idp.createClient(metadata)) };
  }

  /**
   * A browser in which the person is signed in already, by `client`: what costs the server most, a password, is checked once for the many modules
   * to which it doesn't matter.
   */
  async signedIn(client) {
    this.#signedIn ??= (async () => {
      const flow = new Flow({ ...this, plan: {} }, client, new UserAgent(this.http, this.party));
      await flow.signIn();
      return flow.agent;
    })();
    return (await this.#signedIn).another();
  }

  /** Lets a client register itself. */
  async initialAccessToken() {
    this.#policy ??= this.idp.command(['registration-policies', 'create', '--name', 'conformance', '--max-clients', '200', '--without-pkce']);
    return (await this.#policy).initial_access_token;
  }

  async keys() {
    const { json } = await this.http.request(this.server.jwks_uri);
    return json;
  }

  async stop() {
    this.http.close();
    await this.idp.stop();
    await this.party.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** So many modules work at once; one that waits for time to pass lets another in. */
class Gate {
  #free = 4;
  #waiting = [];

  async enter({ first = false } = {}) {
    if (this.#free > 0) this.#free--;
    else await new Promise((resolve) => (first ? this.#waiting.unshift(resolve) : this.#waiting.push(resolve)));
  }

  leave() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

const gate = new Gate();

/** These wait for half a minute or more: they begin first, and the others use the time. */
const long = /30seconds|rp-key-rotation|expired-auth-code|expired-request_uri|final-refresh-token$/;

/** A test plan of the OpenID Foundation, in one variant: what its modules work with. */
export class Plan {
  constructor(run, name, options = {}) {
    this.run = run;
    this.name = name;
    Object.assign(this, options);
  }

  /** One test, named as the module. `body` gets the run, with this plan and a way to warn, to wait and to say why it can't be done. */
  module(name, body) {
    const { outcomes } = this.run;
    const order = this.register();
    test(name, async (t) => {
      const warnings = [];
      const { http, party, server, user, idp, authority } = this.run;
      const module = {
        http, party, server, user, idp, authority,
        keys: () => this.run.keys(),
        client: (metadata) => this.run.client(metadata),
        initialAccessToken: () => this.run.initialAccessToken(),
        until,
        plan: this,
        warn: (text) => warnings.push(text),
        async passed(seconds) {
          const end = performance.now() + seconds * 1000;
          gate.leave();
          await until(`${seconds} s have passed`, () => performance.now() >= end, seconds + 60);
          await gate.enter({ first: true });
        },
      };
      await gate.enter({ first: long.test(name) });
      try {
        await body(module);
        outcomes.push({ ...outcomeOf(this, name, { warnings }), order });
        for (const warning of warnings) t.diagnostic(`warning: ${warning}`);
      } catch (error) {
        outcomes.push({ ...outcomeOf(this, name, { error }), order });
        if (!(error instanceof NotApplicable)) throw error;
        t.skip(error.message);
      } finally {
        gate.leave();
      }
    });
  }
}
