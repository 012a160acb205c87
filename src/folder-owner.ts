// One Interlock per data folder: a file that names the process which owns it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { incarnationOf, isAlive } from './processes.ts';

interface Owner {
  pid: number;
  incarnation: string | null;
}

/** Another live process has the folder. */
export class FolderTaken extends Error {}

/** Takes the folder; the answer gives it back. Throws `FolderTaken`, with `remedy` at the end, when another live process has it. */
export function takeOwnership(folder: string, remedy: string): () => void {
  const file = join(folder, 'owner.json');
  mkdirSync(folder, { recursive: true });
  const mine: Owner = { pid: process.pid, incarnation: incarnationOf(process.pid) };
  for (let tries = 0; ; tries += 1) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 3) throw error;
    }
    const other = readOwner(file);
    if (other && isAlive(other.pid) && incarnationOf(other.pid) === other.incarnation) {
      throw new FolderTaken(
        `Another Interlock (process ${other.pid}) is running on ${folder}. Stop it first, use another data folder, or ${remedy}.`,
      );
    }
    rmSync(file, { force: true });
  }
}

function readOwner(file: string): Owner | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return null;
  }
}
