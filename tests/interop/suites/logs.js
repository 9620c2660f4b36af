import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../support/program.js';

/** Last of all: what the run has used is nowhere in what the programs wrote. */
export function logSuite(idp, programs) {
  describe('logs', () => {
    test('The run used enough secrets of every kind for this to mean something', () => {
      const kinds = idp.seen.kinds();
      for (const kind of ['password', 'client_secret', 'code', 'code_verifier', 'access_token', 'refresh_token', 'id_token', 'basic credentials', 'id_token_hint', 'logout_token'])
        assert.ok(kinds.has(kind), kind);
      assert.ok([...kinds].some((kind) => kind.startsWith('cookie ')), 'cookies');
      assert.ok(idp.seen.count > 100, `${idp.seen.count}`);
    });

    test('No secret, code, token, password or cookie of this run stands in the log of the server', () => {
      assert.match(idp.log, / VRB | DBG /, 'the server did not write at its most talkative');
      assert.deepEqual(idp.seen.foundIn(idp.log), []);
    });

    test('A refusal is in the log under the request id that its answer carries', async () => {
      const answer = await fetch(`${idp.issuer}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'nobody' }) });
      const id = answer.headers.get('x-request-id');
      await until('the refusal is in the log', () => idp.log.split('\n').some((line) => line.includes(id) && line.includes('Refused: "ClientUnknown"')), 10);
    });

    test('Nor in the log of the sample programs', () => {
      for (const program of programs) assert.deepEqual(idp.seen.foundIn(program.output), [], program.name);
    });
  });
}
