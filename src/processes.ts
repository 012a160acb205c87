// What can be known about another process by its id: is it alive, and is it the one we mean?
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A zombie does not count: in a container whose first process reaps nobody, the dead keep their ids for ever. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The program's name (`postgres`, `node`), or null when the system does not tell. */
export function programOf(pid: number): string | null {
  if (process.platform === 'linux') return readProc(pid, 'comm')?.trim() ?? null;
  if (process.platform === 'win32') return null;
  const listed = spawnSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' });
  return listed.status === 0 ? (listed.stdout.trim().split('/').at(-1) ?? null) : null;
}

/** Something that two processes with the same id do not share: ids are used again, above all in containers. */
export function incarnationOf(pid: number): string | null {
  // Field 22: ticks between boot and start.
  if (process.platform === 'linux') return statOf(pid)?.[19] ?? null;
  if (process.platform === 'win32') return null;
  const listed = spawnSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' });
  return listed.status === 0 ? listed.stdout.trim() : null;
}

const isZombie = (pid: number): boolean => process.platform === 'linux' && statOf(pid)?.[0] === 'Z';

/** The line's fields from the third (the state) on: the second is the program's name and may hold spaces. */
const statOf = (pid: number): string[] | undefined => readProc(pid, 'stat')?.split(') ').at(-1)?.split(' ');

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
