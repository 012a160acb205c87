// `interlock person …`: find, export, hold and erase on the command line.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';

let service: TestContext;
let interlock: Interlock;
let person: string;
const folder = mkdtempSync(join(tmpdir(), 'interlock-person-'));
beforeAll(async () => {
  service = await createTestContext();
  interlock = onDatabase(service.connectionString);
  await service.context
    .recorder()
    .record(intake('C1', 'application.received', { data: { 'candidate.email': 'c1@example.com' } }));
  person = (await service.context.database.reports.selectFrom('subject').select('person_id').executeTakeFirstOrThrow())
    .person_id;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service[Symbol.asyncDispose]();
});

async function json(...argv: string[]) {
  const ran = await interlock('person', ...argv, '--json');
  return { exitCode: ran.exitCode, body: JSON.parse(ran.stdout) };
}

test('a person is found, exported, held, released and erased', async () => {
  expect((await json('find', 'c1@example.com')).body.items).toMatchObject([{ id: person }]);
  expect((await interlock('person', 'find', 'nobody@example.com')).stdout).toBe('Nobody is known by that.\n');
  const out = join(folder, 'c1.json');
  expect((await json('export', person, '--out', out)).body).toEqual({ file: out });
  expect(readFileSync(out, 'utf8')).toContain('c1@example.com');
  expect(statSync(out).mode & 0o077).toBe(0);
  expect((await json('hold', person, '--reason', 'case 3', '--until', '2999-01-01')).exitCode).toBe(0);
  expect((await json('due')).body).toEqual({ items: [] });
  const erase = ['erase', person, '--basis', 'objection', '--reason', 'request 5'];
  expect((await interlock('person', ...erase)).exitCode).toBe(2);
  expect((await json(...erase, '--yes')).body.error).toMatchObject({ code: 'legal_hold' });
  expect((await json('release', person, '--reason', 'closed')).exitCode).toBe(0);
  expect((await json('release', person, '--reason', 'closed')).body.error.code).toBe('not_under_hold');
  expect((await json(...erase, '--yes')).body).toMatchObject({ scope: { subjects: 1, values: 1 }, unsearched: false });
  expect((await json('find', person)).body.items[0].erasure).toMatchObject({ at: expect.any(String) });
  expect((await json('find', 'c1@example.com')).body.items).toEqual([]);
});

test('what is wrong is said', async () => {
  const nobody = 'per_01j9zc8m3vf2xr7w5q0t4k6hbe';
  expect((await json('find', nobody)).body.error.code).toBe('no_such_person');
  expect((await json('export', nobody)).body.error.code).toBe('no_such_person');
  expect((await json('hold', nobody, '--reason', 'x')).body.error.code).toBe('no_such_person');
  expect((await interlock('person', 'erase', nobody, '--basis', 'because', '--reason', 'x', '--yes')).exitCode).toBe(2);
  expect((await interlock('person', 'hold', nobody, '--reason', 'x', '--until', 'someday')).exitCode).toBe(2);
});
