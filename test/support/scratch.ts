// Where tests keep databases, streams and data folders: in memory where the machine has room for that, for a disk makes each of them wait.
import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps these files in memory. Containers often have 64 MB of it, which is too little. */
const memory = '/dev/shm';
const roomBytes = 2 * 1024 ** 3;

/** The folder that scratch folders are made in: the same for all of a run. */
export const scratchRoot: string = hasRoom(memory) ? memory : tmpdir();

/** A new, empty folder whose name begins with `prefix`. */
export const scratchFolder = (prefix: string): string => mkdtempSync(join(scratchRoot, prefix));

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= roomBytes;
  } catch {
    return false;
  }
}
