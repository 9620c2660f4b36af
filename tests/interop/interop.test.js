import { after } from 'node:test';
import { Idp } from './support/idp.js';
import { Samples } from './support/samples.js';
import { ordersApi } from './support/given.js';
import { openidClientSuite } from './suites/openid-client.js';
import { oauth4webapiSuite } from './suites/oauth4webapi.js';
import { joseSuite } from './suites/jose.js';
import { introspectionSuite } from './suites/introspection.js';
import { samplesSuite } from './suites/samples.js';
import { verifierSuite } from './suites/verifier.js';
import { topologiesSuite } from './suites/topologies.js';
import { spaSuite } from './suites/spa.js';
import { bffSuite } from './suites/bff.js';
import { browserSuite } from './suites/browser.js';
import { logoutSuite } from './suites/logout.js';
import { logSuite } from './suites/logs.js';

// One server for the whole run, so that its log at the end is the log of everything.
const idp = await Idp.start();
const samples = await Samples.start(idp);
await idp.createResource(ordersApi);
after(async () => {
  await samples.stop();
  await idp.stop();
});

openidClientSuite(idp);
oauth4webapiSuite(idp);
joseSuite(idp);
introspectionSuite(idp);
samplesSuite(idp, samples);
verifierSuite(idp);
topologiesSuite(idp, samples);
spaSuite(idp, samples);
bffSuite(idp, samples);
browserSuite(idp, samples);
logoutSuite(idp);
logSuite(idp, samples.programs);
