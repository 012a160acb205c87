// Postgres refuses to run as root: whom to run it as instead, and whether that user can reach what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Options for child processes; empty when we are not root and run Postgres as ourselves. */
export interface RunAs {
  uid?: number;
  gid?: number;
  /** For messages. */
  name: string;
}

/** Not root: ourselves. Root: whoever owns the data already, else `postgres`, else `nobody`. Creates no user. */
export function chooseRunAs(data: string): RunAs {
  if (process.getuid?.() !== 0) return { name: 'the current user' };
  if (existsSync(data)) {
    const { uid, gid } = statSync(data);
    if (uid !== 0) return { uid, gid, name: `user ${uid}` };
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = numericId('-u', name);
    const gid = numericId('-g', name);
    if (uid !== null && gid !== null && uid > 0) return { uid, gid, name: `user "${name}"` };
  }
  throw new Error(
    'The embedded Postgres cannot run as root, and this system has neither a user "postgres" nor "nobody" to run it as. ' +
      'Start Interlock as an ordinary user, or set DATABASE_URL to a Postgres server.',
  );
}

/** The first folder on the way to `path` that the user may not enter, or null. Asks the system by trying, as that user. */
export function firstUnreachable(path: string, runAs: RunAs): string | null {
  if (runAs.uid === undefined) return null;
  const way: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    way.unshift(at);
    if (dirname(at) === at) break;
  }
  return (
    way.find(
      (folder) =>
        spawnSync('/bin/sh', ['-c', 'test -x "$0"', folder], { uid: runAs.uid, gid: runAs.gid, cwd: '/' }).status !== 0,
    ) ?? null
  );
}

/** The spawn options: only the two ids, and a working folder that everybody can enter. */
export const spawnAs = (runAs: RunAs) => ({
  cwd: process.platform === 'win32' ? undefined : '/',
  ...(runAs.uid === undefined ? {} : { uid: runAs.uid }),
  ...(runAs.gid === undefined ? {} : { gid: runAs.gid }),
});

function numericId(flag: '-u' | '-g', name: string): number | null {
  const answer = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return answer.status === 0 ? Number(answer.stdout.trim()) : null;
}
