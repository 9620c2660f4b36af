import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { root } from './support/program.js';
import { Plan, Run } from './conformance/run.js';
import { commonClients } from './conformance/common-clients.js';
import { basicModules } from './conformance/plans/basic.js';
import { configModules } from './conformance/plans/config.js';
import { backChannelLogoutModules, frontChannelLogoutModules, rpInitiatedLogoutModules, sessionManagementModules } from './conformance/plans/logout.js';
import * as report from './conformance/report.js';

const run = await Run.start();
after(() => run.stop());
const clients = commonClients(run);

const plans = [
  { name: 'oidcc-config-certification-test-plan', modules: configModules },
  { name: 'oidcc-basic-certification-test-plan', modules: basicModules },
  { name: 'oidcc-formpost-basic-certification-test-plan', modules: basicModules, options: { responseMode: 'form_post' } },
  { name: 'oidcc-rp-initiated-logout-certification-test-plan', modules: rpInitiatedLogoutModules },
  { name: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan', modules: backChannelLogoutModules },
  { name: 'oidcc-frontchannel-rp-initiated-logout-certification-test-plan', modules: frontChannelLogoutModules },
  { name: 'oidcc-session-management-certification-test-plan', modules: sessionManagementModules },
].map((plan) => ({ variants: [''], ...plan }));

let started = 0;

describe('conformance', { concurrency: 500 }, () => {
  for (const { name, variants, modules, options } of plans) {
    for (const variant of variants) {
      describe([name, variant].filter(Boolean).join(', '), { concurrency: 500 }, () => {
        const plan = new Plan(run, name, { clients, variant, ...options });
        plan.registered = () => started++;
        modules(plan);
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
    const page = report.pageOf(plans, run.outcomes.sort((one, other) => order.get(one.plan) - order.get(other.plan) || one.order - other.order));
    if (process.env.CONFORMANCE === 'write') await report.write(page);
    else assert.equal(await report.read(), page);
  });
});
