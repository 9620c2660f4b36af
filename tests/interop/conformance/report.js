import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { root } from '../support/program.js';

export const file = `${root}/docs/conformance.md`;

const head = `# Conformance: every module of the OpenID Foundation's lists, and what became of it

Made by \`npm run conformance\` in \`tests/interop\`, and never by hand: a test compares this page with each run. The OpenID Foundation's own suite doesn't
run here; \`tests/interop/conformance\` has a test for each of its modules, named as the module and asserting what the module asserts, against the real
server over TLS. *Warning* is a pass about which the module has something to say; *skipped* is a module with nothing to test here, with the reason.
FAPI 2.0 is run for \`plain_fapi\`: modules of national profiles are left out, and so are those of DPoP and of client assertions where the variant has none.
`;

/** The page that a run's outcomes make. */
export function pageOf(plans, outcomes) {
  const ordered = [...outcomes].sort((one, other) => one.order - other.order);
  const sections = plans.map(({ name, variants }) => sectionOf(name, variants.map(({ variant }) => variant), ordered.filter(({ plan }) => plan === name)));
  return [head, summaryOf(plans, ordered), ...sections].join('\n');
}

export function read() {
  return readFile(file, 'utf8').catch(() => '');
}

/** The same as JSON, beside the logs of the run. */
export async function keep(outcomes) {
  await mkdir(`${root}/artifacts/interop`, { recursive: true });
  await writeFile(`${root}/artifacts/interop/conformance.json`, JSON.stringify(outcomes, null, 1));
}

export function write(page) {
  return writeFile(file, page);
}

function summaryOf(plans, outcomes) {
  const rows = plans.flatMap(({ name, variants }) => variants.map(({ variant }) => {
    const own = outcomes.filter((outcome) => outcome.plan === name && outcome.variant === variant);
    const count = (result) => own.filter((outcome) => outcome.result === result).length || '';
    return `| ${name} | ${variant} | ${own.length} | ${count('passed')} | ${count('warning')} | ${count('skipped')} | ${count('failed')} |`;
  }));
  return ['| plan | variant | modules | passed | warning | skipped | failed |', '|---|---|---|---|---|---|---|', ...rows, ''].join('\n');
}

/** One line for a module; where variants differ, or one has no such module, each is named. */
function sectionOf(name, variants, outcomes) {
  const modules = [...new Set(outcomes.map(({ module }) => module))];
  const order = (variant) => variants.indexOf(variant);
  const rows = modules.map((module) => {
    const own = outcomes.filter((outcome) => outcome.module === module).sort((one, other) => order(one.variant) - order(other.variant));
    const kinds = groupBy(own, textOf);
    const said = [...kinds].map(([text, same]) => (kinds.size === 1 && own.length === variants.length ? text : `${same.map(({ variant }) => variant).join(', ')}: ${text}`));
    return `| ${module} | ${said.join('<br>')} |`;
  });
  return [`## ${name}`, '', '| module | result |', '|---|---|', ...rows, ''].join('\n');
}

function groupBy(values, keyOf) {
  return values.reduce((groups, value) => groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]), new Map());
}

function textOf({ result, note }) {
  const text = note.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return note ? `${result}: ${text}` : result;
}
