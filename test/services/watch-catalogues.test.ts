// Stages and fields that changed at the vendor: what needs them is held and named, everything else flows, and all goes on when they are back.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { updateConnection } from '../../src/services/connections/manage-connections.ts';
import { watchCatalogues } from '../../src/services/reconcile/watch-catalogues.ts';
import { readAgreement } from '../../src/services/reports/read-agreement.ts';
import { greenhouseStages, type HiringOffice, openHiringOffice, until } from '../support/hiring-office.ts';

let office: HiringOffice;
beforeEach(async () => {
  office = await openHiringOffice();
});
afterEach(async () => office[Symbol.asyncDispose]());

const db = () => office.service.context.database.engine;
/** The lists are read again, whenever that was last. */
async function look(): Promise<void> {
  await sql`update catalogue set due_at = clock_timestamp()`.execute(db());
  await watchCatalogues(office.service.context, new AbortController().signal);
}
const catalogue = () => db().selectFrom('catalogue').selectAll().executeTakeFirstOrThrow();
const open = () =>
  db().selectFrom('incident').select(['kind', 'owner', 'detail']).where('settled_at', 'is', null).execute();
const lane = async (ref: string) =>
  db()
    .selectFrom('lane')
    .select(['held_reason', 'next_seq', 'done_seq'])
    .where('subject_id', '=', (await office.subjectOf(ref)).id)
    .executeTakeFirstOrThrow();
const placeOf = (ref: string): string | undefined => office.greenhouse.application(ref)?.stage.name;
async function triaged(): Promise<string> {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started', { data: { 'requisition.skips': ['screening'] } });
  await office.settled(ref);
  return ref;
}

test('lists that hold all that the mapping names change nothing', async () => {
  await triaged();
  await look();
  expect(await catalogue()).toMatchObject({
    stages: ['Application Review', 'Assessment', 'Interview', 'Offer'],
    fields: ['screening_report', 'screening_score'],
    missing: [],
    failures: 0,
  });
  const { fingerprint, changed_at } = await catalogue();
  await look();
  expect(await catalogue()).toMatchObject({ fingerprint, changed_at });
  expect(await open()).toEqual([]);
});

describe('a stage that was renamed', () => {
  test('holds the writes that lead there, names what depends on it, and lets the others flow', async () => {
    const [stays, moves] = [await triaged(), await triaged()];
    office.greenhouse.renameStage('Assessment', 'Test at home');
    await look();
    expect(await open()).toMatchObject([
      {
        kind: 'mapping_gone',
        owner: 'administrator of greenhouse',
        detail: { kind: 'stage', name: 'Assessment', states: expect.arrayContaining(['active.screening.invited']) },
      },
    ]);
    await office.record(stays, 'screening.invited');
    expect(await lane(stays)).toMatchObject({ held_reason: 'mapping_gone' });
    expect((await readAgreement(office.service.context, { after: null, rowsMax: 10 })).items).toMatchObject([
      { cause: 'held', canonical: 'active.screening.invited', owner: 'administrator of greenhouse' },
    ]);
    // Another state of the same connection.
    await office.record(moves, 'application.rejected', { data: { 'rejection.reason': 'other' } });
    await office.settled(moves);
    expect(office.greenhouse.application(moves)?.status).toBe('rejected');
    expect(await office.writebacks(stays)).toMatchObject([{}, {}, { status: 'ready', attempt: 0 }]);
    expect(placeOf(stays)).toBe('Application Review');

    office.greenhouse.renameStage('Test at home', 'Assessment');
    await look();
    await until(async () => placeOf(stays) === 'Assessment');
    await office.settled(stays);
    expect(await lane(stays)).toMatchObject({ held_reason: null });
    expect(await open()).toEqual([]);
  });

  test('is written again once the mapping follows it, without asking the vendor anew', async () => {
    const ref = await triaged();
    office.greenhouse.renameStage('Assessment', 'Test at home');
    await look();
    await office.record(ref, 'screening.invited');
    const { settings } = await db().selectFrom('connection').select('settings').executeTakeFirstOrThrow();
    const stages = { ...greenhouseStages, 'active.screening': 'Test at home' };
    const changed = await updateConnection(office.service.context, { kind: 'cli', id: 'test' }, 'greenhouse', {
      settings: { ...settings, stages },
    });
    expect(changed).toMatchObject({ ok: true });
    const { read_at } = await catalogue();
    await watchCatalogues(office.service.context, new AbortController().signal);
    expect((await catalogue()).read_at).toEqual(read_at);
    await until(async () => placeOf(ref) === 'Test at home');
    await office.settled(ref);
    expect(await open()).toEqual([]);
  });

  test('holds what was waiting before it was noticed, too, and what is behind it keeps its order', async () => {
    const ref = await triaged();
    await office.service.stopEngine();
    await sql`update connection set status = 'paused'`.execute(db());
    await office.record(ref, 'screening.invited');
    await office.record(ref, 'application.rejected', { data: { 'rejection.reason': 'other' } });
    office.greenhouse.renameStage('Assessment', 'Test at home');
    await sql`update connection set status = 'active'`.execute(db());
    await look();
    expect(await lane(ref)).toMatchObject({ held_reason: 'mapping_gone' });
    office.service.startEngine();
    office.greenhouse.renameStage('Test at home', 'Assessment');
    await look();
    await until(async () => office.greenhouse.application(ref)?.status === 'rejected');
    expect(office.greenhouse.log.entries(ref).map((one) => one.to)).toEqual([
      'Application Review',
      'Assessment',
      'rejected',
    ]);
  });
});

test('a custom field that was archived holds the writes that fill it', async () => {
  const ref = await triaged();
  office.greenhouse.setCustomField('screening_score', false);
  await look();
  expect(await open()).toMatchObject([
    { kind: 'mapping_gone', detail: { kind: 'field', name: 'screening_score', elements: ['screening.score'] } },
  ]);
  await office.record(ref, 'screening.invited');
  expect(await lane(ref)).toMatchObject({ held_reason: 'mapping_gone' });
  office.greenhouse.setCustomField('screening_score', true);
  await look();
  await until(async () => placeOf(ref) === 'Assessment');
  expect(await open()).toEqual([]);
});

test('lists that could not be read, or came empty, hold nothing', async () => {
  const ref = await triaged();
  await look();
  office.greenhouse.faults.next('error_before', { on: 'read', times: 2 });
  await look();
  expect(await catalogue()).toMatchObject({ failures: 1, missing: [] });
  await office.record(ref, 'screening.invited');
  await until(async () => placeOf(ref) === 'Assessment');
});

test('a write that was refused for a stage that is not there has the lists read early', async () => {
  const ref = await triaged();
  await look();
  office.greenhouse.renameStage('Assessment', 'Test at home');
  const { id } = await office.subjectOf(ref);
  await sql`update catalogue set read_at = read_at - interval '2 minutes'`.execute(db());
  await watchCatalogues(office.service.context, new AbortController().signal);
  expect(await open()).toEqual([]);
  await sql`insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status,
    occurred_at, created_at, settled_at, settled_by, reason)
    select 'wrb_refused', subject_id, connection_id, lane_seq + 1, subject_version, machine, machine_version, event_type, from_state, target_state, cause, 'dead',
    occurred_at, clock_timestamp(), clock_timestamp(), 'schedule', 'stage_not_found' from writeback where subject_id = ${id} order by lane_seq desc limit 1`.execute(
    db(),
  );
  await watchCatalogues(office.service.context, new AbortController().signal);
  expect(await open()).toMatchObject([{ kind: 'mapping_gone', detail: { name: 'Assessment' } }]);
});
