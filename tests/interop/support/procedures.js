import { spawn } from 'node:child_process';

/** A page's fenced `sh` blocks by the heading that they stand under, in their order, without the indentation of the list that holds them. */
export function blocksOf(page) {
  const blocks = new Map();
  for (const section of page.split(/^## /m).slice(1)) {
    const heading = section.slice(0, section.indexOf('\n')).trim();
    const found = [...section.matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)];
    blocks.set(heading, found.map(([, indentation, text]) => text.replaceAll(new RegExp(`^${indentation}`, 'gm'), '')));
  }
  return blocks;
}

/** One block, as a person at a terminal would run it: what it said, and how it ended. Its environment is this process's and what is given. */
export async function bash(block, environment) {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', block], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal)));
  return { status, ...said };
}

/** What a table of two columns, as commands print one thing for people, says beside a member. */
export function valueIn(table, member) {
  const row = table.split('\n').map((line) => line.split('│').map((cell) => cell.trim())).find((cells) => cells[1] === member);
  return row?.[2];
}
