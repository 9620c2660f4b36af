import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

export const read = (path) => readFileSync(join(root, path), 'utf8');

/** A file's documents, by YAML 1.2 with merge keys; a warning is a mistake. */
export function yaml(path, { version = '1.2' } = {}) {
  return parseAllDocuments(read(path), { merge: true, strict: true, uniqueKeys: true, version }).map((document) => {
    const [mistake] = [...document.errors, ...document.warnings];
    if (mistake) throw new Error(`${path}: ${mistake.message}`);
    return document.toJS();
  });
}

/** A linter that bootstrap unpacked, or that the machine has; undefined where neither is so. */
export const linter = (name) => [join(root, 'artifacts/linters'), ...(process.env.PATH ?? '').split(':')].map((folder) => join(folder, name)).find((path) => existsSync(path));

/** A program to its end: its status and all that it said. */
export const run = (command, words, options = {}) =>
  new Promise((resolve) => {
    execFile(command, words, options, (error, stdout, stderr) => resolve({ status: error ? (error.code ?? 1) : 0, text: stdout + stderr }));
  });
