// What operators do on the command line: writebacks, incidents, the audit log and the check of the chain of hashes.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
});

test('the audit log is read page by page', async () => {
  const first = (await json('audit', 'list', '--limit', '1')).body;
  expect(first.items).toHaveLength(1);
  const second = (await json('audit', 'list', '--limit', '1', '--after', first.next)).body;
  expect(Number(second.items[0].id)).toBeLessThan(Number(first.items[0].id));
});

describe('the chain of hashes', () => {
  /** As somebody would who owns the database server. */
  async function tamper(statement: string, subject: string): Promise<void> {
    const client = new pg.Client({ connectionString: context.connectionString });
    await client.connect();
    await client.query('set session_replication_role = replica');
    await client.query(statement, [subject]);
    await client.end();
  }

  let context: TestContext;
  let verify: Interlock;
  beforeAll(async () => {
    context = await createTestContext();
    verify = onDatabase(context.connectionString);
  });
  afterAll(async () => context[Symbol.asyncDispose]());

  async function applicant(ref: string): Promise<string> {
    const recorder = context.context.recorder();
    for (const type of ['application.received', 'triage.started', 'screening.invited'])
      await recorder.record(intake(ref, type));
    const row = await context.context.database.reports
      .selectFrom('subject_ref')
      .select('subject_id')
      .where('external_id', '=', ref)
      .executeTakeFirstOrThrow();
    return row.subject_id;
  }

  const verdict = async () => {
    const ran = await verify('audit', 'verify-chain', '--json');
    return { exitCode: ran.exitCode, ...JSON.parse(ran.stdout) };
  };

  test('is intact as it was written, and names the first row that is not', async () => {
    const good = await applicant('V1');
    const bad = await applicant('V2');
    expect(await verdict()).toEqual({ exitCode: 0, kind: 'intact', subjects: 2, transitions: 6 });
    const broken = (subject: string, version: number, fault: string) => ({
      exitCode: 1,
      kind: 'broken',
      subject,
      version,
      fault,
    });
    await tamper(
      `update transition set occurred_at = occurred_at - interval '1 day' where subject_id = $1 and version = 2`,
      bad,
    );
    expect(await verdict()).toEqual(broken(bad, 2, 'changed'));
    await tamper('delete from transition where subject_id = $1 and version = 2', bad);
    expect(await verdict()).toEqual(broken(bad, 2, 'missing'));
    await tamper('delete from transition where subject_id = $1 and version = 3', good);
    expect(await verdict()).toEqual(broken(good, 3, 'end_cut_off'));
  });
});
