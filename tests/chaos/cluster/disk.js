import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, truncate } from 'node:fs/promises';

/** A small disk of its own (an ext4 in a file, mounted by loop), so that it can be filled and nothing else is. Undefined where mounting isn't allowed. */
export async function mountDisk(folder, image, megabytes) {
  await mkdir(folder, { mode: 0o755 });
  try {
    await (await open(image, 'w')).close();
    await truncate(image, megabytes * 2 ** 20);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return new Disk(folder);
}

class Disk {
  #ballast;

  constructor(folder) {
    this.folder = folder;
    this.#ballast = `${folder}/ballast`;
  }

  /** Writes until there is no room for another byte. */
  async fill() {
    const file = await open(this.#ballast, 'w');
    try {
      for (const size of [2 ** 20, 2 ** 12]) await writeAll(file, Buffer.alloc(size));
    } finally {
      await file.close();
    }
  }

  free() {
    return rm(this.#ballast, { force: true });
  }

  unmount() {
    try {
      execFileSync('umount', ['-l', this.folder], { stdio: 'ignore' });
    } catch {
      // It was unmounted before.
    }
  }
}

async function writeAll(file, piece) {
  try {
    for (let pieces = 0; pieces < 4096; pieces++) await file.write(piece);
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
}
