/** Thrown by a module that has nothing to test here, with the exact reason. */
export class NotApplicable extends Error {}

/** What became of a module: passed, warning (it passed with something to say), skipped or failed. */
export function outcomeOf({ name: plan, variant = '' }, module, { warnings = [], error }) {
  if (error instanceof NotApplicable) return { plan, variant, module, result: 'skipped', note: error.message };
  if (error) return { plan, variant, module, result: 'failed', note: error.message.split('\n')[0].slice(0, 200) };
  return { plan, variant, module, result: warnings.length > 0 ? 'warning' : 'passed', note: warnings.join('; ') };
}
