import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { read, root, run } from './support.js';

/* The bill of materials that the build writes, held against the lock files that the build restores by. */
let text, bill;

before(async () => {
  const made = await run(join(root, 'scripts/sbom'), []);
  assert.equal(made.status, 0, made.text);
  text = read('artifacts/sbom.cdx.json');
  bill = JSON.parse(text);
});

const isTool = (name) => name === 'Microsoft.CodeAnalysis.BannedApiAnalyzers';

/** What the lock files of src/ name, by package and version: each but what only the compiler has. */
function locked() {
  const found = new Map();
  for (const project of readdirSync(join(root, 'src'))) {
    const file = join(root, 'src', project, 'packages.lock.json');
    if (!existsSync(file)) continue;
    for (const packages of Object.values(JSON.parse(readFileSync(file, 'utf8')).dependencies)) {
      for (const [name, { type, resolved, contentHash }] of Object.entries(packages)) {
        if (type !== 'Project' && !isTool(name)) found.set(`pkg:nuget/${name}@${resolved}`, Buffer.from(contentHash, 'base64').toString('hex'));
      }
    }
  }
  return found;
}

test('It is CycloneDX, by the schema', async () => {
  const mistakes = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  assert.equal(mistakes, null, JSON.stringify(mistakes));
});

test('It has each package that is locked, with its hash, and no other', () => {
  const listed = new Map(bill.components.filter(({ purl }) => purl?.startsWith('pkg:nuget/')).map(({ purl, hashes }) => [purl, hashes[0].content]));
  assert.ok(listed.size > 30);
  assert.deepEqual([...listed].sort(), [...locked()].sort());
});

test('What depends on what is whole', () => {
  const known = new Set([bill.metadata.component['bom-ref'], ...bill.components.map((component) => component['bom-ref'])]);
  for (const { ref, dependsOn = [] } of bill.dependencies) for (const name of [ref, ...dependsOn]) assert.ok(known.has(name), name);
  const reached = new Set([bill.metadata.component['bom-ref']]);
  for (const ref of reached) for (const on of bill.dependencies.find((each) => each.ref === ref)?.dependsOn ?? []) reached.add(on);
  for (const name of ['Npgsql', 'Microsoft.Data.SqlClient', 'Serilog']) assert.ok([...reached].some((ref) => ref.startsWith(`pkg:nuget/${name}@`)), name);
});

test('Made twice it is the same', async () => {
  await run(join(root, 'scripts/sbom'), []);
  assert.equal(read('artifacts/sbom.cdx.json'), text);
});
