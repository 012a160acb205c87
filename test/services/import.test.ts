// Imports: subjects begin in the middle of their lives, the log says so and verifies, nobody is told, and life goes on from there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { beginImport } from '../../src/services/imports/begin-import.ts';
import { type FileImport, importFile } from '../../src/services/imports/import-file.ts';
import { takePart } from '../../src/services/imports/import-parts.ts';
import { tryImport } from '../../src/services/imports/try-import.ts';
import { verifyChain } from '../../src/services/log/verify-chain.ts';
import { replayHistory } from '../../src/services/versions/replay-history.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const actor = { kind: 'cli' as const, id: 'test' };
const folder = mkdtempSync(join(tmpdir(), 'interlock-imports-'));
let service: TestContext;
let ats: WebhookReceiver;
beforeEach(async () => {
  service = await createTestContext();
  ats = await startWebhookReceiver({ signingSecret: secret, receipts: true });
  const settings = {
    url: ats.hookUrl,
    allowPrivate: true,
    states: ['active', 'rejected'],
    confirm: { mode: 'receipt' },
  };
  const added = await addConnection(service.context, actor, {
    id: 'ats',
    adapter: 'signed-webhook',
    settings,
    scope: {},
    secrets: { signingSecret: secret },
  });
  if (!added.ok) throw new Error(JSON.stringify(added));
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
  await ats.close();
  rmSync(folder, { recursive: true, force: true });
});

const db = () => service.context.database.engine;
const file = (text: string, more: Partial<FileImport> = {}): FileImport => {
  const path = join(mkdtempSync(join(tmpdir(), 'interlock-imports-')), 'applications.csv');
  writeFileSync(path, text);
  return {
    path,
    format: 'csv',
    connection: 'ats',
    machine: 'application',
    states: {},
    writeBack: false,
    errorsPath: `${path}.errors.csv`,
    actor,
    ...more,
  };
};
const stateOf = async (ref: string): Promise<string | undefined> =>
  (
    await db()
      .selectFrom('subject')
      .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
      .select('state')
      .where('external_id', '=', ref)
      .executeTakeFirst()
  )?.state;
const record = (ref: string, type: string, data: Record<string, unknown> = {}) =>
  service.context.recorder().record({ ...intake(ref, type, { data }), by: 'ats' });

const three = `id,state,since,previous_state,candidate.email
a,active.screening.invited,2026-01-15,,a@example.com
b,rejected,2026-01-16,active.triage,b@example.com
c,active.triage,2026-01-17,,"c,d@example"
`;

test('subjects begin where the file says; their log says so, verifies, and goes on', async () => {
  const wanted = file(three);
  expect(await importFile(service.context, wanted)).toMatchObject({
    kind: 'done',
    lines: 3,
    created: 2,
    duplicates: 0,
    errors: 1,
  });
  expect(readFileSync(wanted.errorsPath, 'utf8')).toBe(
    'line,rule,what to do\n4,wrong_type,"candidate.email: candidate.email is an e-mail address"\n',
  );
  const [first] = await db().selectFrom('transition').selectAll().orderBy('occurred_at').execute();
  expect(first).toMatchObject({
    type: 'subject.imported',
    from_state: 'none',
    to_state: 'active.screening.invited',
    version: 1,
    source: 'connection:ats',
  });
  expect(first?.occurred_at.toISOString()).toBe('2026-01-15T00:00:00.000Z');
  // No vendor hears of it, and nothing waits to be told.
  expect(await db().selectFrom('writeback').selectAll().execute()).toEqual([]);
  // From here on its own events decide: the test is done, and the rejection is taken back to where it was.
  expect(await record('a', 'screening.completed', { 'screening.score': 80 })).toMatchObject({ version: 2 });
  expect(await record('b', 'application.reopened', { 'reopen.reason': 'mistake' })).toMatchObject({
    disposition: 'applied',
  });
  expect(await stateOf('b')).toBe('active.triage');
  expect(await record('a', 'application.withdrawn')).toMatchObject({ disposition: 'applied', version: 3 });
  // Held against a version that says the same, nothing would have gone otherwise.
  const replayed = await replayHistory(service.context, service.context.machines.latest('application'), '');
  expect(replayed).toMatchObject({ subjects: 2, counts: { same: 2 }, different: [] });
  expect(await verifyChain(db(), service.context.vault)).toMatchObject({ kind: 'intact' });
});

test('the same again changes nothing, and what is known by its own events is left alone', async () => {
  await record('c', 'application.received');
  const wanted = file(three.replace('"c,d@example"', 'c@example.com'));
  const first = await importFile(service.context, wanted);
  expect(first).toMatchObject({ lines: 3, created: 2, duplicates: 0, errors: 1 });
  expect(readFileSync(wanted.errorsPath, 'utf8')).toContain('4,subject_known,');
  expect(await importFile(service.context, wanted)).toEqual({ ...first, kind: 'done_before' });
  // Another file of the same system, with one more.
  const more = file(`${three.split('\n').slice(0, 3).join('\n')}\nd,hired,2026-02-01,,d@example.com\n`);
  expect(await importFile(service.context, more)).toMatchObject({ lines: 3, created: 1, duplicates: 2, errors: 0 });
  expect(await db().selectFrom('incident').selectAll().execute()).toEqual([]);
});

test('with write-back every system is told, as of any transition', async () => {
  service.startEngine();
  await importFile(service.context, file(three, { writeBack: true }));
  const rows = () => db().selectFrom('writeback').select(['status', 'lane_seq', 'cause']).execute();
  await until(async () => (await rows()).every(({ status }) => status === 'confirmed'));
  expect(await rows()).toEqual([
    { status: 'confirmed', lane_seq: 1, cause: 'origin' },
    { status: 'confirmed', lane_seq: 1, cause: 'origin' },
  ]);
  expect(ats.deliveries()).toHaveLength(2);
});

test('ndjson, a dry run, columns and words that lead nowhere', async () => {
  const lines = `{"id":"x","state":"Interview","since":"2026-01-15","screening.score":81}\nnot json\n\n[1]\n{"id":"x"}`;
  const wanted = file(lines, { format: 'ndjson', states: { Interview: 'active.interview.scheduled' } });
  expect(await tryImport(service.context, wanted)).toEqual({ lines: 4, errors: 3 });
  expect(await stateOf('x')).toBeUndefined();
  expect(await importFile(service.context, wanted)).toMatchObject({ lines: 4, created: 1, errors: 3 });
  expect(
    readFileSync(wanted.errorsPath, 'utf8')
      .split('\n')
      .map((row) => row.split(',').slice(0, 2).join()),
  ).toEqual(['line,rule', '2,not_json', '4,not_json', '5,missing_state', '5,missing_since', '']);
  expect(await stateOf('x')).toBe('active.interview.scheduled');
  expect(await importFile(service.context, file('id,mail\n1,x\n'))).toEqual({
    kind: 'unknown_columns',
    columns: ['mail'],
  });
  expect(await importFile(service.context, file(three, { states: { x: 'none.such' } }))).toMatchObject({
    kind: 'unknown_states',
  });
  expect(await importFile(service.context, file(three, { connection: 'nobody' }))).toEqual({
    kind: 'unknown_connection',
  });
});

test('in parts: each once, in their order', async () => {
  const terms = {
    connection: 'ats',
    machine: 'application' as const,
    source: 'parts',
    fingerprint: 'f'.repeat(64),
    states: {},
    writeBack: false,
    actor,
  };
  const begun = await beginImport(service.context, terms);
  if (begun.kind !== 'begun') throw new Error(begun.kind);
  const line = (id: string) => ({ id, state: 'active.triage', since: '2026-01-15' });
  const take = (from: number, ids: string[]) => takePart(service.context, begun.row.id, from, ids.map(line), {});
  expect(await take(1, ['1', '2'])).toMatchObject({ kind: 'taken', created: 2 });
  expect(await take(1, ['1', '2'])).toEqual({ kind: 'out_of_order', next: 3 });
  expect(await take(4, ['3'])).toEqual({ kind: 'out_of_order', next: 3 });
  expect(await take(3, ['2', ''])).toMatchObject({
    kind: 'taken',
    duplicates: 1,
    errors: [{ line: 4, rule: 'missing_id' }],
    row: { rows_done: 4 },
  });
});
