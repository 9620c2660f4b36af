import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { plansOf } from './conformance/plans.js';
import * as report from './conformance/report.js';
import { Plan, Run } from './conformance/run.js';

const run = await Run.start();
after(() => run.stop());
const plans = plansOf(run);
let registered = 0;

// All at once, as far as their gate lets them: half of them only wait.
describe('conformance', { concurrency: 500 }, () => {
  for (const { name, variants, modules } of plans) {
    for (const options of variants) {
      describe([name, options.variant].filter(Boolean).join(', '), { concurrency: 500 }, () => {
        modules(new Plan(run, name, { ...options, register: () => registered++ }));
      });
    }
  }
});

describe('docs/conformance.md', () => {
  test('says what this run says: `npm run conformance` writes it anew', async () => {
    assert.equal(run.outcomes.length, registered, 'only some of the modules ran: this page tells of all of them');
    await report.keep(run.outcomes);
    const page = report.pageOf(plans, run.outcomes);
    if (process.env.CONFORMANCE === 'write') await report.write(page);
    else assert.equal(await report.read(), page);
  });
});
