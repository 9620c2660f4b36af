import { after } from 'node:test';
import { Idp } from './support/idp.js';
import { ordersApi } from './support/given.js';
import { openidClientSuite } from './suites/openid-client.js';
import { oauth4webapiSuite } from './suites/oauth4webapi.js';
import { joseSuite } from './suites/jose.js';
import { browserSuite } from './suites/browser.js';
import { logSuite } from './suites/logs.js';

// One server for the whole run, so that its log at the end is the log of everything.
const idp = await Idp.start();
after(() => idp.stop());
await idp.createResource(ordersApi);

openidClientSuite(idp);
oauth4webapiSuite(idp);
joseSuite(idp);
const browsing = browserSuite(idp);
logSuite(idp, browsing);
