// What operators do on the command line: writebacks, incidents, and the audit log.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proposeMerges } from '../../src/services/persons/propose-merges.ts';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';
import { type LedgerRows, ledgerRows } from '../support/ledger-rows.ts';

let service: TestContext;
let rows: LedgerRows;
let interlock: Interlock;
beforeAll(async () => {
  service = await createTestContext();
  rows = ledgerRows(service.context.database.engine);
  interlock = onDatabase(service.connectionString);
});
afterAll(async () => service[Symbol.asyncDispose]());

async function json(...argv: string[]) {
  const ran = await interlock(...argv, '--json');
  return { ...ran, body: JSON.parse(ran.stdout) };
}

async function deadWriteback(connection: string): Promise<string> {
  await rows.connection(connection);
  return rows.writeback(await rows.subject(), connection, { status: 'dead', reason: 'http_409' });
}

describe('writebacks', () => {
  test('are listed by status and connection', async () => {
    const dead = await deadWriteback('one');
    const listed = await json('writeback', 'list', '--status', 'dead', '--connection', 'one');
    expect(listed.body.items).toMatchObject([{ id: dead, status: 'dead', reason: 'http_409' }]);
    expect((await interlock('writeback', 'list', '--status', 'waived', '--connection', 'one')).stdout).toBe(
      'There are no such writebacks.\n',
    );
    expect((await interlock('writeback', 'list', '--status', 'gone')).exitCode).toBe(2);
    expect((await interlock('writeback', 'list', '--limit', '0')).exitCode).toBe(2);
  });

  test('are redriven one by one and all of a connection, and what cannot be is said', async () => {
    const dead = await deadWriteback('two');
    const ran = await json('writeback', 'redrive', dead, 'wrb_nobody', '--reason', 'stage renamed back');
    expect(ran.exitCode).toBe(1);
    expect(ran.body.results).toEqual(
      expect.arrayContaining([
        { id: dead, kind: 'done', status: 'ready' },
        { id: 'wrb_nobody', kind: 'unknown', status: null },
      ]),
    );
    expect((await json('audit', 'list', '--object', dead)).body.items).toMatchObject([
      { action: 'writeback.redriven', actor_kind: 'cli', detail: { reason: 'stage renamed back' } },
    ]);
    const other = await deadWriteback('three');
    expect(await json('writeback', 'redrive', '--all', '--connection', 'three')).toMatchObject({
      exitCode: 0,
      body: { results: [{ id: other, kind: 'done' }], more: false },
    });
    expect((await interlock('writeback', 'redrive')).exitCode).toBe(2);
    expect((await interlock('writeback', 'redrive', dead, '--all')).exitCode).toBe(2);
  });

  test('are waived with a reason', async () => {
    const dead = await deadWriteback('four');
    expect((await interlock('writeback', 'waive', dead)).exitCode).toBe(2);
    expect((await json('writeback', 'waive', dead, '--reason', 'entered by hand')).body.results).toEqual([
      { id: dead, kind: 'done', status: 'waived' },
    ]);
    expect(await json('writeback', 'waive', dead, '--reason', 'again')).toMatchObject({
      exitCode: 1,
      body: { results: [{ kind: 'settled' }] },
    });
  });
});

describe('incidents', () => {
  test('are listed while they are open, and settled once', async () => {
    const id = await rows.incident('divergence');
    expect((await json('incident', 'list')).body.items).toContainEqual(
      expect.objectContaining({ id, kind: 'divergence', settled_at: null }),
    );
    expect((await json('incident', 'settle', id, '--resolution', 'asked the recruiter')).exitCode).toBe(0);
    expect((await json('incident', 'list')).body.items.map((one: { id: string }) => one.id)).not.toContain(id);
    expect(await json('incident', 'settle', id, '--resolution', 'again')).toMatchObject({
      exitCode: 1,
      body: { error: { code: 'already_settled' } },
    });
    expect((await json('incident', 'settle', 'inc_nobody', '--resolution', 'x')).body.error.code).toBe('unknown');
  });

  test('about an element are settled by saying which value counts', async () => {
    const record = (...given: Parameters<typeof intake>) => service.context.recorder().record(intake(...given));
    const { subject } = await record('CLI1', 'application.received', { by: 'ats', data: { 'offer.salary': 50_000 } });
    await rows.connection('hris');
    await record('CLI1', 'triage.started', { connection: 'hris', by: 'operator', data: { 'offer.salary': 52_000 } });
    const [open] = (await json('incident', 'list', '--kind', 'field_conflict')).body.items;
    expect(open).toMatchObject({ element: 'offer.salary', subject_id: subject, times: 1 });
    const settled = await interlock('incident', 'settle', open.id, '--resolution', 'x');
    expect(settled).toMatchObject({ exitCode: 1 });
    expect(settled.stderr).toContain(`interlock incident choose ${open.id}`);
    const choose = (value: string) =>
      json('incident', 'choose', open.id, '--value', value, '--reason', 'asked payroll');
    expect((await choose('soon')).body.error.code).toBe('bad_value');
    expect((await choose('"a lot"')).body.error.code).toBe('invalid_value');
    expect(await choose('51000')).toMatchObject({ exitCode: 0, body: { element: 'offer.salary', subject } });
    expect((await choose('ours')).body.error.code).toBe('already_settled');
    expect((await json('audit', 'list', '--object', open.id)).body.items).toMatchObject([
      { action: 'conflict.settled', detail: { choice: 'other', reason: 'asked payroll' } },
    ]);
  });

  test('about two persons are settled by saying whether they are one', async () => {
    const email = 'twice@example.com';
    for (const ref of ['CLI2', 'CLI3'])
      await service.context
        .recorder()
        .record(intake(ref, 'application.received', { data: { 'candidate.email': email } }));
    await proposeMerges(service.context);
    const [open] = (await json('incident', 'list', '--kind', 'duplicate_profile')).body.items;
    const said = await interlock('incident', 'settle', open.id, '--resolution', 'x');
    expect(said.stderr).toContain(`interlock incident same ${open.id}`);
    const different = await json('incident', 'different', open.id, '--reason', 'mother and daughter');
    expect(different).toMatchObject({ exitCode: 0, body: { same: false } });
    expect((await json('incident', 'same', open.id, '--reason', 'x')).body.error.code).toBe('already_settled');
    expect((await json('incident', 'same', 'inc_nobody', '--reason', 'x')).body.error.code).toBe('unknown');
  });
});

test('the audit log is read page by page', async () => {
  const first = (await json('audit', 'list', '--limit', '1')).body;
  expect(first.items).toHaveLength(1);
  const second = (await json('audit', 'list', '--limit', '1', '--after', first.next)).body;
  expect(Number(second.items[0].id)).toBeLessThan(Number(first.items[0].id));
});
