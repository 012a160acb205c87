// Postgres programs are found, repaired or copied so that they start; or the error says what to do.
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findBinaries, findPackage, hydrateSymlinks } from '../../src/store/embedded/binaries.ts';
import { chooseRunAs, firstUnreachable } from '../../src/store/embedded/run-as.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/start.ts';

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const quiet = (): void => {};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-binaries-'));
  folders.push(folder);
  return folder;
}

/** The package as npm leaves it when install scripts do not run: no links. */
function packageWithoutLinks(folder: string): { root: string; version: string } {
  const found = findPackage();
  const root = join(folder, 'package');
  mkdirSync(root);
  cpSync(join(found.root, 'native'), join(root, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) =>
      !/\.so(\.\d+)?$/.test(from) ||
      /lib(crypto|ssl|lzma|ossp-uuid|xml2|xslt|z)\.so/.test(from) ||
      from.includes('/postgresql/'),
  });
  return { root, version: `test-${process.pid}-${Math.random().toString(36).slice(2)}` };
}

describe('missing links', () => {
  it.skipIf(process.platform !== 'linux')('are made, and the programs start', () => {
    const folder = newFolder();
    chmodSync(folder, 0o755);
    const found = packageWithoutLinks(folder);
    const lib = join(found.root, 'native', 'lib');
    const before = readdirSync(lib).length;
    const said: string[] = [];
    const binaries = findBinaries(chooseRunAs(join(folder, 'data')), (line) => said.push(line), found);
    expect(binaries.postgres).toBe(join(found.root, 'native', 'bin', 'postgres'));
    expect(readdirSync(lib).length).toBeGreaterThan(before);
    expect(said.join()).toContain('links that the install script had not made');
    hydrateSymlinks(found.root, (line) => said.push(line));
    expect(said).toHaveLength(1);
  });
});

it('names the program, the reason and the way out when nothing starts', () => {
  const folder = newFolder();
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'native', 'bin'), { recursive: true });
  const version = `test-${process.pid}`;
  folders.push(join(tmpdir(), `interlock-postgres-${version}`));
  expect(() => findBinaries(chooseRunAs(join(folder, 'data')), quiet, { root: folder, version })).toThrow(
    /postgres in .*ENOENT.*DATABASE_URL/,
  );
});

describe.skipIf(!isRoot)('as root', () => {
  it('copies the programs to where the database user can reach them', () => {
    const folder = newFolder();
    const found = findPackage();
    mkdirSync(join(folder, 'package'));
    cpSync(join(found.root, 'native'), join(folder, 'package', 'native'), { recursive: true, verbatimSymlinks: true });
    chmodSync(folder, 0o700);
    const version = `test-${process.pid}`;
    const copy = join(tmpdir(), `interlock-postgres-${version}`);
    folders.push(copy);
    const binaries = findBinaries(chooseRunAs(join(folder, 'data')), quiet, { root: join(folder, 'package'), version });
    expect(binaries.postgres).toBe(join(copy, 'bin', 'postgres'));
    expect(findBinaries(chooseRunAs(join(folder, 'data')), quiet, { root: join(folder, 'package'), version })).toEqual(
      binaries,
    );
  });

  it('names the first parent that the database user may not enter, and both remedies', async () => {
    const folder = newFolder();
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(folder, 0o755);
    await expect(startEmbeddedPostgres({ folder: join(closed, 'deeper', 'postgres'), log: quiet })).rejects.toThrow(
      new RegExp(`may not enter ${closed} on the way .*chmod o\\+x ${closed}.*INTERLOCK_DATA_DIR`),
    );
    expect(existsSync(join(closed, 'deeper', 'postgres', 'owner.json'))).toBe(false);
    expect(firstUnreachable(folder, chooseRunAs(join(folder, 'data')))).toBeNull();
  });

  it('never chooses root', () => {
    expect(chooseRunAs(join(newFolder(), 'data')).uid).toBeGreaterThan(0);
  });
});
