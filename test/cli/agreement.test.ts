// `agreement` on the command line: what disagrees, for whom, and how far each system agrees.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ago, hour, type LedgerRows, ledgerRows } from '../support/ledger-rows.ts';

let service: TestContext;
let rows: LedgerRows;
let interlock: Interlock;
beforeAll(async () => {
  service = await createTestContext();
  rows = ledgerRows(service.context.database.engine);
  interlock = onDatabase(service.connectionString);
});
afterAll(async () => service[Symbol.asyncDispose]());

test('nothing at all is said in words', async () => {
  const ran = await interlock('agreement');
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ran.stdout).toContain('Nothing disagrees.');
});

test('rows and shares, filtered by cause, connection and age', async () => {
  await rows.connection('ats');
  await rows.connection('hris');
  const moved = await rows.subject({ state: 'active.triage' });
  await rows.writeback(moved, 'ats', {
    status: 'confirmed',
    settledBy: 'readback',
    createdAt: ago(3 * hour),
    settledAt: ago(3 * hour),
  });
  await rows.incident('divergence', {
    subject: moved,
    connection: 'ats',
    openedAt: ago(2 * hour),
    owner: 'Recruiter',
    detail: { shows: 'active.offer' },
  });
  const dead = await rows.subject({ state: 'active.triage' });
  await rows.writeback(dead, 'ats', { status: 'dead', reason: 'http_409', createdAt: ago(hour / 2) });
  await rows.writeback(dead, 'hris', { status: 'confirmed', settledBy: 'readback', settledAt: ago(hour) });

  const ran = await interlock('agreement', '--json');
  const { items, totals } = JSON.parse(ran.stdout);
  expect(items).toMatchObject([
    {
      cause: 'moved_by_hand',
      subject: moved,
      connection: 'ats',
      shows: 'active.offer',
      how: 'event',
      owner: 'Recruiter',
    },
    { cause: 'dead_writeback', subject: dead, connection: 'ats', owner: 'recruiting operations' },
  ]);
  expect(totals).toMatchObject([
    { connection: 'ats', pairs: 2, open: 2, share: 0, causes: { moved_by_hand: 1, dead_writeback: 1 } },
    { connection: 'hris', pairs: 1, open: 0, share: 1 },
  ]);
  const list = async (...flags: string[]) =>
    JSON.parse((await interlock('agreement', ...flags, '--json')).stdout).items;
  expect(await list('--older-than', '60')).toHaveLength(1);
  expect(await list('--cause', 'dead_writeback')).toMatchObject([{ subject: dead }]);
  expect(await list('--connection', 'hris')).toEqual([]);
  expect((await interlock('agreement')).stdout).toMatch(/hris +1 +0 +100\.0 %/);
  expect((await interlock('agreement', '--cause', 'weather')).exitCode).toBe(2);
  expect((await interlock('agreement', '--older-than', 'long')).exitCode).toBe(2);
});

test('a connection’s share of its rate for reading is set and taken back', async () => {
  const settings = JSON.stringify({
    stages: { 'active.screening': 'Assessment' },
    rejectionReasonId: 14,
    allowCandidateEmails: true,
  });
  await service.context.database.engine
    .insertInto('connection')
    .values({
      id: 'greenhouse',
      adapter: 'greenhouse',
      kind: 'ats',
      settings,
      scope: '{}',
      secrets_current: null,
      secrets_next: null,
      circuit_reason: null,
      circuit_until: null,
      circuit_trial: null,
      blocked_until: null,
    })
    .execute();
  const share = async () =>
    JSON.parse((await interlock('connection', 'show', 'greenhouse', '--json')).stdout).sweepShare;
  expect(await share()).toBe(0.1);
  expect((await interlock('connection', 'change', 'greenhouse', '--sweep-share', '0.02')).exitCode).toBe(0);
  expect(await share()).toBe(0.02);
  await interlock('connection', 'change', 'greenhouse', '--sweep-share', 'default');
  expect(await share()).toBe(0.1);
  expect((await interlock('connection', 'change', 'greenhouse', '--sweep-share', '0.9')).exitCode).toBe(2);
});
