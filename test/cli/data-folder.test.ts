// The command line on a data folder with a database of its own: alone, several at once, and beside a running service.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinEmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded/start.ts';
import { build } from '../support/build.ts';
import { asProcess, commandLine, type Interlock } from '../support/command-line.ts';
import { scratchFolder } from '../support/scratch.ts';

let folder: string;
let interlock: Interlock;
beforeAll(async () => {
  await build();
  folder = scratchFolder('interlock-cli-');
  // Under root the database runs as somebody else, who must pass through.
  chmodSync(folder, 0o711);
  interlock = asProcess(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const postgresFolder = (): string => join(folder, 'postgres');
const namesOf = (stdout: string): string[] => JSON.parse(stdout).items.map((one: { name: string }) => one.name);
const add = (name: string) => interlock('client', 'add', name, '--kind', 'ats', '--scopes', 'events:write', '--json');

describe('a data folder', () => {
  test('is made by the first command, and its database is stopped at the end', async () => {
    const migrated = await interlock('migrate', '--json');
    expect(migrated).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(migrated.stdout).applied.length).toBeGreaterThan(0);
    expect(await joinEmbeddedPostgres(postgresFolder())).toBeNull();
    expect(JSON.parse((await interlock('migrate', '--pending', '--json')).stdout)).toEqual({ pending: [] });
  }, 60_000);

  test('serves commands that come at once, one after the other', async () => {
    const ran = await Promise.all(['first', 'second', 'third'].map((name) => add(name)));
    expect(ran.map((one) => [one.exitCode, one.stderr])).toEqual([0, 0, 0].map((status) => [status, '']));
    const listed = await interlock('client', 'list', '--json');
    expect(namesOf(listed.stdout).sort()).toEqual(['first', 'second', 'third']);
  }, 90_000);

  test('that a service runs on is joined, and its database left running', async () => {
    const service = await startEmbeddedPostgres({ folder: postgresFolder(), log: () => {} });
    try {
      const [fourth, listed] = [await add('fourth'), await interlock('client', 'list', '--json')];
      expect([fourth.exitCode, listed.exitCode]).toEqual([0, 0]);
      expect(namesOf(listed.stdout)).toContain('fourth');
      const client = new pg.Client({ connectionString: service.connectionString });
      await client.connect();
      expect(
        (await client.query("select count(*)::int as count from audit where action = 'client.created'")).rows,
      ).toEqual([{ count: 4 }]);
      await client.end();
    } finally {
      await service.stop();
    }
  }, 60_000);
});

test('schema dump needs no database and writes what the migrations add up to', async () => {
  const out = join(folder, 'schema.sql');
  const ran = await commandLine({})('schema', 'dump', '--out', out, '--json');
  expect(ran.exitCode).toBe(0);
  expect(readFileSync(out, 'utf8')).toMatch(/^create table writeback \($/m);
}, 60_000);
