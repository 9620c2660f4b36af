import { chown } from 'node:fs/promises';
import { readFileSync } from 'node:fs';

/** PostgreSQL refuses to be root: it is then Debian's account postgres, or nobody. Undefined where we aren't root. */
const account = process.getuid() === 0 ? accountOf('postgres') ?? accountOf('nobody') : undefined;

function accountOf(name) {
  const fields = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).find(([known]) => known === name);
  return fields && { user: Number(fields[2]), group: Number(fields[3]) };
}

/** A command's words, run by that account. */
export const asAccount = (words) =>
  account ? ['setpriv', `--reuid=${account.user}`, `--regid=${account.group}`, '--clear-groups', '--no-new-privs', ...words] : words;

export async function giveToAccount(path) {
  if (account) await chown(path, account.user, account.group);
}
