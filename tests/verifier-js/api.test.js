import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as verifier from 'identityprovider-verifier';

const folder = new URL('../../src/verifier-js/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

/** The types without comments and line breaks: one declaration or member a line. */
function listing() {
  const code = read('index.d.ts').replace(/\/\*\*[\s\S]*?\*\//g, '').replace(/\n\s*\|/g, ' |');
  return `${code.split('\n').map((line) => line.trimEnd()).filter(Boolean).join('\n')}\n`;
}

describe('the public API', () => {
  test('Is what api.txt lists: a change of it is made on purpose', () => assert.equal(listing(), read('api.txt')));

  test('The types declare what the package exports, and nothing else', () => {
    const declared = [...read('api.txt').matchAll(/^export declare (?:function|const|class) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(declared.sort(), Object.keys(verifier).sort());
  });

  test('The reasons of the types are those of the code, and README.md says what each means', () => {
    const declared = [...read('api.txt').match(/^export type Refusal =(.*);$/m)[1].matchAll(/'(\w+)'/g)].map(([, name]) => name);
    assert.deepEqual(declared, [...verifier.refusals]);
    assert.ok(Object.isFrozen(verifier.refusals));
    for (const reason of verifier.refusals) assert.match(read('README.md'), new RegExp(`\\| \`${reason}\` \\|`));
  });

  test('Depends on nothing at run time, and on no platform: WebCrypto, fetch and streams alone', () => {
    const { dependencies, files } = JSON.parse(read('package.json'));
    assert.equal(dependencies, undefined);
    const sources = ['index.js', ...['rules', 'shell'].flatMap((part) => readdirSync(new URL(part, folder)).map((name) => `${part}/${name}`))];
    assert.ok(['rules', 'shell', 'index.js', 'index.d.ts'].every((name) => files.includes(name)));
    for (const source of sources) {
      for (const [, from] of read(source).matchAll(/^(?:import|export) .* from '(.+)';$/gm)) assert.match(from, /^\.\.?\//, source);
      assert.doesNotMatch(read(source), /\b(process\.|Buffer\.|require\(|node:)/, source);
      assert.ok(read(source).split('\n').length <= 300, source);
    }
  });

  test('The rules read no clock and reach no network', () => {
    for (const name of readdirSync(new URL('rules', folder)))
      assert.doesNotMatch(read(`rules/${name}`), /Date\.|performance\.|fetch\(|\bset\w+\(|Math\.random|from '\.\.\/shell/, name);
  });

  test('The types and the code agree, as TypeScript sees them', () => {
    const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
    execFileSync(process.execPath, [tsc, '--project', fileURLToPath(new URL('./tsconfig.json', import.meta.url))], { stdio: ['ignore', 'inherit', 'inherit'] });
  });
});
