/** A reporter for `node --test` that scripts/test reads: one JSON line for each test that ended. A suite counts only when it failed by itself. */
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const byItself = type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed';
    if (data.details?.type === 'suite' && !byItself) continue;
    const notRun = data.skip ?? data.todo;
    const status = notRun !== undefined && notRun !== false ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ test: data.name, status, reason: typeof notRun === 'string' ? notRun : errorOf(data) })}\n`;
  }
}

/** What a test said as it failed: that of the assertion beneath, where there is one. */
function errorOf({ details }) {
  return details?.error?.cause?.message ?? details?.error?.message ?? '';
}
