import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run } from './support.js';

test('Built twice, in two places, a library is the same to the byte', async (t) => {
  const built = [];
  for (const name of ['one', 'another-place']) {
    const place = mkdtempSync(join(tmpdir(), `idp-${name}-`));
    t.after(() => rmSync(place, { recursive: true }));
    for (const file of ['Directory.Build.props', 'Directory.Packages.props', 'BannedSymbols.txt', 'global.json', '.editorconfig']) cpSync(join(root, file), join(place, file));
    cpSync(join(root, 'src/IdentityProvider.Jose'), join(place, 'src/IdentityProvider.Jose'), { recursive: true, filter: (path) => !/\/(bin|obj)$/.test(path) });
    const made = await run('dotnet', ['build', join(place, 'src/IdentityProvider.Jose'), '--configuration', 'Release', '--nologo', '-p:ContinuousIntegrationBuild=true', '-p:RestoreLockedMode=true', '-p:RunAnalyzers=false']);
    assert.equal(made.status, 0, made.text);
    const bytes = readFileSync(join(place, 'src/IdentityProvider.Jose/bin/Release/net10.0/IdentityProvider.Jose.dll'));
    assert.ok(!bytes.includes(place), 'it names no folder of the machine that made it');
    built.push(createHash('sha256').update(bytes).digest('hex'));
  }
  assert.equal(built[0], built[1]);
});
