import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { root } from './support/program.js';
import { Plan, Run } from './conformance/run.js';
import { commonClients } from './conformance/common-clients.js';
import { basicModules } from './conformance/plans/basic.js';
import { configModules } from './conformance/plans/config.js';
import { fapiClients } from './conformance/fapi-clients.js';
import { dynamicModules } from './conformance/plans/dynamic.js';
import { fapi2Modules } from './conformance/plans/fapi2.js';
import { backChannelLogoutModules, frontChannelLogoutModules, rpInitiatedLogoutModules, sessionManagementModules } from './conformance/plans/logout.js';
import * as report from './conformance/report.js';

const run = await Run.start();
after(() => run.stop());
const clients = commonClients(run);

const plans = [
  { name: 'oidcc-config-certification-test-plan', modules: configModules },
  { name: 'oidcc-basic-certification-test-plan', modules: basicModules },
  { name: 'oidcc-formpost-basic-certification-test-plan', modules: basicModules, options: { responseMode: 'form_post' } },
  { name: 'oidcc-dynamic-certification-test-plan', modules: dynamicModules, options: { inapplicable: (server) => (server.registration_endpoint ? undefined : 'the metadata has no registration_endpoint yet') } },
  { name: 'oidcc-rp-initiated-logout-certification-test-plan', modules: rpInitiatedLogoutModules },
  { name: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan', modules: backChannelLogoutModules },
  { name: 'oidcc-frontchannel-rp-initiated-logout-certification-test-plan', modules: frontChannelLogoutModules },
  { name: 'oidcc-session-management-certification-test-plan', modules: sessionManagementModules },
  { name: 'fapi2-security-profile-final-test-plan', modules: fapi2Modules, variants: fapiVariants({}) },
  { name: 'fapi2-message-signing-final-test-plan', modules: fapi2Modules, variants: fapiVariants({ isSigned: true, responseMode: 'jwt' }) },
].map(({ options = {}, variants = [{ variant: '' }], ...plan }) => ({ ...plan, variants: variants.map((variant) => ({ clients, common: clients, ...options, ...variant })) }));

/** Keys and certificates: clients that sign assertions and proofs, and clients that are known by TLS and whose tokens are. */
function fapiVariants(options) {
  const variants = [
    { variant: 'private_key_jwt, DPoP', method: 'private_key_jwt', sender: 'dpop', tokenType: 'dpop', needs: 'dpop_signing_alg_values_supported' },
    { variant: 'mTLS', method: 'tls_client_auth', sender: 'mtls', needs: 'tls_client_certificate_bound_access_tokens' },
  ].map((variant) => ({ ...options, ...variant }));
  return variants.map((variant) => ({
    ...variant,
    clients: fapiClients(run, variant),
    inapplicable: (server) => (server[variant.needs] ? undefined : `the metadata has no ${variant.needs} yet`),
  }));
}

let started = 0;

describe('conformance', { concurrency: 500 }, () => {
  for (const { name, variants, modules } of plans) {
    for (const options of variants) {
      describe([name, options.variant].filter(Boolean).join(', '), { concurrency: 500 }, () => {
        modules(new Plan(run, name, { ...options, registered: () => started++ }));
      });
    }
  }
});

describe('docs/conformance.md', () => {
  test('says what this run says: `npm run conformance` writes it anew', async (t) => {
    if (run.outcomes.length < started) {
      t.skip('only some of the modules ran');
      return;
    }

    mkdirSync(`${root}/artifacts/interop`, { recursive: true });
    writeFileSync(`${root}/artifacts/interop/conformance.json`, JSON.stringify(run.outcomes, null, 1));
    const order = new Map(plans.map(({ name }, index) => [name, index]));
    const page = report.pageOf(plans.map(({ name, variants }) => ({ name, variants: variants.map(({ variant }) => variant) })), run.outcomes.sort((one, other) => order.get(one.plan) - order.get(other.plan) || one.order - other.order));
    if (process.env.CONFORMANCE === 'write') await report.write(page);
    else assert.equal(await report.read(), page);
  });
});
