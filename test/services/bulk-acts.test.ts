// Acts on many writebacks or incidents: one result each, once, whoever carries them out and whatever was cut off.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { beginBulkAct, carryOutActs } from '../../src/services/settling/bulk-acts.ts';
import { readBulkAct } from '../../src/services/settling/read-bulk-act.ts';
import { readBulkActs } from '../../src/services/settling/read-bulk-acts.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { insertBulkAct } from '../../src/store/settling/bulk-acts.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { type Dispatch, openDispatch } from '../support/dispatch.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

const actor = { kind: 'account', id: 'acc_nobody' } as const;

let office: Dispatch;
let other: TestContext;
beforeAll(async () => {
  office = await openDispatch();
  await office.connect('greenhouse', 64);
  // A second process on the same data.
  other = await createTestContext({ connectionString: office.service.connectionString });
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

const context = () => office.service.context;

/** So many writebacks that were given up, each of a subject of its own. */
async function dead(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const subject = await office.subject(2);
    await answerHeads(subject, { kind: 'refused', reason: 'http_422' });
    ids.push((await office.writebacks(subject))[0]?.id ?? '');
  }
  return ids;
}

async function answerHeads(subject: string, outcome: Parameters<Dispatch['answer']>[1]): Promise<void> {
  await expect
    .poll(async () => {
      await driveWritebacks(context());
      return (await office.writebacks(subject))[0]?.status;
    })
    .toBe('leased');
  const [head] = await office.writebacks(subject);
  await office.answer(
    { id: head?.id ?? '', attempt: head?.attempt ?? 0, connection: 'greenhouse', mode: 'apply' },
    outcome,
  );
}

async function decided(id: string) {
  await expect.poll(async () => (await readBulkAct(context(), id))?.counts.waiting, { timeout: 10_000 }).toBe(0);
  const act = await readBulkAct(context(), id);
  if (!act) throw new Error('the act is gone');
  return act;
}

const audited = (ids: readonly string[]) =>
  context()
    .database.reports.selectFrom('audit')
    .select(['object_id', 'action', 'detail'])
    .where('object_id', 'in', [...ids])
    .orderBy('id')
    .execute();

test('each writeback of an act has its own result, which follows it until the target shows it or it fails again', async () => {
  const [shown = '', failing = '', waived = ''] = await dead(3);
  const first = await beginBulkAct(context(), { kind: 'waive', items: [waived], reason: 'not needed', actor });
  expect((await decided(first.id)).counts).toMatchObject({ waived: 1 });
  const unknown = 'wrb_01j9zc8m3vf2xr7w5q0t4k6hbe';
  const begun = await beginBulkAct(context(), {
    kind: 'redrive',
    items: [shown, failing, waived, unknown, shown],
    reason: 'well again',
    actor,
  });
  expect(begun.count).toBe(4);
  const act = await decided(begun.id);
  expect(act.through).toBe(false);
  expect(act.page.map(({ item, result, refusal }) => [item, result, refusal])).toEqual([
    [shown, 'under_way', null],
    [failing, 'under_way', null],
    [waived, 'not_done', 'not_dead'],
    [unknown, 'not_done', 'unknown'],
  ]);
  const subjects = act.page.map(({ subject }) => subject ?? '');
  await answerHeads(subjects[0] ?? '', { kind: 'confirmed' });
  await answerHeads(subjects[1] ?? '', { kind: 'refused', reason: 'job_closed' });
  const after = await readBulkAct(context(), begun.id);
  expect(after?.through).toBe(true);
  expect(after?.page.map(({ result, reason, outcome }) => [result, reason, outcome])).toEqual([
    ['confirmed', null, 'confirmed'],
    ['failed_again', 'job_closed', 'refused'],
    ['not_done', 'not needed', 'refused'],
    ['not_done', null, null],
  ]);
  expect(after?.counts).toMatchObject({ confirmed: 1, failed_again: 1, not_done: 2, under_way: 0 });
  expect((await audited([shown]))[0]).toMatchObject({
    action: 'writeback.redriven',
    detail: { act: begun.id, reason: 'well again' },
  });
  expect(await compareCounts(context().database.reports)).toEqual([]);
});

test('what a process left behind is taken up, by two at once, and nothing is decided about twice', async () => {
  const items = await dead(limits.actChunkRows + 20);
  const id = context().newId('act');
  await context()
    .database.engine.transaction()
    .execute((tx) =>
      insertBulkAct(
        tx,
        {
          id,
          kind: 'redrive',
          reason: 'after the restart',
          force: false,
          more: false,
          actor_kind: 'account',
          actor_id: 'acc_nobody',
          request_id: null,
        },
        items,
      ),
    );
  expect((await readBulkAct(context(), id))?.counts.waiting).toBe(items.length);
  const rounds = await Promise.all([carryOutActs(context()), carryOutActs(other.context)]);
  expect(rounds[0] + rounds[1]).toBe(items.length);
  expect((await readBulkAct(context(), id))?.counts.waiting).toBe(0);
  expect(await audited(items)).toHaveLength(items.length);
  const row = await context()
    .database.reports.selectFrom('bulk_act')
    .select('ended_at')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(row.ended_at).not.toBeNull();
  expect(await carryOutActs(context())).toBe(0);
}, 30_000);

test('incidents are settled the same way: one result each, once, also what a process left behind', async () => {
  const rows = ledgerRows(context().database.engine);
  const open = await Promise.all(Array.from({ length: 12 }, () => rows.incident('event_expired')));
  const conflict = await rows.incident('field_conflict');
  const before = await rows.incident('event_expired', { settled: true });
  const unknown = context().newId('inc');
  const items = [...open, conflict, before, unknown];
  const id = context().newId('act');
  const act = { id, kind: 'settle', reason: 'looked into', force: false, more: false, request_id: null } as const;
  await context()
    .database.engine.transaction()
    .execute((tx) => insertBulkAct(tx, { ...act, actor_kind: actor.kind, actor_id: actor.id }, items));
  expect((await readBulkAct(context(), id))?.counts.waiting).toBe(items.length);
  const rounds = await Promise.all([carryOutActs(context()), carryOutActs(other.context)]);
  expect(rounds[0] + rounds[1]).toBe(items.length);
  const read = await readBulkAct(context(), id);
  expect(read).toMatchObject({ kind: 'settle', through: true, counts: { settled: 12, not_done: 3, waiting: 0 } });
  expect(read?.page.map(({ item, refusal }) => [item, refusal])).toEqual([
    ...open.map((one) => [one, null]),
    [conflict, 'must_choose'],
    [before, 'already_settled'],
    [unknown, 'unknown'],
  ]);
  expect(read?.page.slice(0, 12).every(({ incidentKind, settledAt }) => incidentKind && settledAt)).toBe(true);
  const settled = await audited(items);
  expect(settled.map(({ object_id }) => object_id).sort()).toEqual([...open].sort());
  expect(settled[0]).toMatchObject({ action: 'incident.settled', detail: { act: id, resolution: 'looked into' } });
  // It stands among the acts, the newest first.
  expect((await readBulkActs(context())).items[0]).toMatchObject({
    id,
    kind: 'settle',
    items: 15,
    waiting: 0,
    notDone: 3,
  });
  expect(await carryOutActs(context())).toBe(0);
}, 30_000);

test('a form that is sent twice is one act, and an act takes no more than so many', async () => {
  const [one = ''] = await dead(1);
  const id = context().newId('act');
  const wish = { kind: 'redrive', items: [one], reason: 'again', actor, id } as const;
  expect(await beginBulkAct(context(), wish)).toEqual({ id, count: 1 });
  expect(await beginBulkAct(context(), wish)).toEqual({ id, count: 1 });
  expect((await decided(id)).page.map(({ refusal }) => refusal)).toEqual([null]);
  const many = Array.from({ length: limits.actItemsMax + 5 }, () => context().newId('wrb'));
  const large = await beginBulkAct(context(), { kind: 'waive', items: many, reason: 'again', actor });
  expect(large.count).toBe(limits.actItemsMax);
  const act = await decided(large.id);
  expect([act.more, act.counts.not_done, act.next]).toEqual([true, limits.actItemsMax, limits.pageRowsMax]);
  expect(await beginBulkAct(context(), { kind: 'waive', items: [], reason: 'none', actor })).toMatchObject({
    count: 0,
  });
}, 30_000);

test('a decision that was made cannot be written over', async () => {
  const row = await context()
    .database.reports.selectFrom('bulk_act_item')
    .selectAll()
    .where('decision', '=', 'done')
    .executeTakeFirstOrThrow();
  await expect(
    context()
      .database.engine.updateTable('bulk_act_item')
      .set({ decision: 'unknown' })
      .where('act_id', '=', row.act_id)
      .where('place', '=', row.place)
      .execute(),
  ).rejects.toThrow('decided already');
});
