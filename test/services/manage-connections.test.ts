// What happens to what still waits when a connection is paused, slowed down or removed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addConnection, updateConnection } from '../../src/services/connections/manage-connections.ts';
import { createPacer } from '../../src/services/delivery/pacer.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { createTestContext } from '../support/context.ts';
import { type HiringOffice, openHiringOffice } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const actor = { kind: 'cli' as const, id: 'test' };
let office: HiringOffice;
beforeAll(async () => {
  office = await openHiringOffice();
});
afterAll(async () => office[Symbol.asyncDispose]());

describe('a connection', () => {
  test('that is paused keeps its writebacks, and writes them in order once it goes on', async () => {
    const { context } = office.service;
    const ref = await office.applicant();
    await office.settled(ref);
    await updateConnection(context, actor, 'greenhouse', { status: 'paused' });
    await office.record(ref, 'triage.started');
    await office.record(ref, 'screening.invited');
    const held = await office.writebacks(ref);
    expect(held.slice(1).map((one) => one.status)).toEqual(['ready', 'ready']);
    expect(office.greenhouse.application(ref)?.stage.name).toBe('Application Review');
    await updateConnection(context, actor, 'greenhouse', { status: 'active' });
    await office.settled(ref);
    expect((await office.writebacks(ref)).map((one) => one.status)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(office.greenhouse.application(ref)?.stage.name).toBe('Assessment');
  });

  test('that is removed leaves nothing open: what waited is waived with the reason, and the counts stay equal', async () => {
    const { context } = office.service;
    const ref = await office.applicant();
    await office.settled(ref);
    await updateConnection(context, actor, 'greenhouse', { status: 'paused' });
    await office.record(ref, 'triage.started');
    expect(await updateConnection(context, actor, 'greenhouse', { status: 'removed' })).toEqual({ ok: true });
    expect((await office.writebacks(ref)).at(-1)).toMatchObject({ status: 'waived', reason: 'connection_removed' });
    const lanes = await context.database.reports.selectFrom('lane').select(['next_seq', 'done_seq']).execute();
    expect(lanes.every((lane) => lane.next_seq === lane.done_seq)).toBe(true);
    expect(await compareCounts(context.database.reports)).toEqual([]);
    expect(await updateConnection(context, actor, 'greenhouse', { status: 'active' })).toMatchObject({
      ok: false,
      code: 'unknown_connection',
    });
    const audit = await context.database.reports
      .selectFrom('audit')
      .select('action')
      .where('object_id', '=', 'greenhouse')
      .orderBy('id')
      .execute();
    expect(audit.map((row) => row.action)).toEqual([
      'connection.added',
      'connection.paused',
      'connection.active',
      'connection.paused',
      'connection.removed',
    ]);
  });
});

describe('the pace of a connection', () => {
  test('lets a burst through and then spreads requests evenly', async () => {
    let now = 0;
    const pacer = createPacer(() => now);
    const open = new AbortController().signal;
    const rate = { requests: 4, perMs: 100 };
    const turns: number[] = [];
    const startedAt = performance.now();
    for (let turn = 0; turn < 6; turn += 1) {
      await pacer.turn('greenhouse', rate, open);
      turns.push(Math.round((performance.now() - startedAt) / 10));
      now = performance.now() - startedAt;
    }
    // Four at once, then the next when the first is 100 ms ago.
    expect(turns.slice(0, 4).every((tens) => tens <= 1)).toBe(true);
    expect(turns[5]).toBeGreaterThanOrEqual(10);
  });

  test('never lets more through in any stretch of that length, after a rest either', async () => {
    const pacer = createPacer(() => performance.now());
    const rate = { requests: 5, perMs: 100 };
    const open = new AbortController().signal;
    const turns: number[] = [];
    const ask = async () => {
      await pacer.turn('greenhouse', rate, open);
      turns.push(performance.now());
    };
    await Promise.all(Array.from({ length: 12 }, ask));
    await new Promise((resolve) => setTimeout(resolve, 250));
    await Promise.all(Array.from({ length: 12 }, ask));
    const apart = turns.slice(5).map((at, index) => at - (turns[index] as number));
    expect(Math.min(...apart)).toBeGreaterThan(100);
  });

  test.each([
    // As Greenhouse allows it: ten in every two seconds.
    { requests: 50, perMs: 10_000, atOnce: 10, thenMs: 2_000 },
    // Seventeen parts of two seconds would have two requests each, and sixteen left over: so there are twenty-five shorter ones.
    { requests: 50, perMs: 33_000, atOnce: 2, thenMs: 1_320 },
    { requests: 1_000_000, perMs: 86_400_000, atOnce: 23, thenMs: 1_987 },
    { requests: 1, perMs: 60_000, atOnce: 1, thenMs: 60_000 },
  ])('spreads $requests in $perMs ms: $atOnce at once', async ({ requests, perMs, atOnce, thenMs }) => {
    let now = 0;
    const pacer = createPacer(() => now);
    const ending = new AbortController();
    const isTaken = async (): Promise<boolean> => {
      const turn = pacer.turn('greenhouse', { requests, perMs }, ending.signal).then(() => true);
      return Promise.race([turn, new Promise<boolean>((resolve) => setTimeout(resolve, 10, false))]);
    };
    for (let turn = 0; turn < atOnce; turn += 1) expect(await isTaken()).toBe(true);
    expect(await isTaken()).toBe(false);
    // It has its place among the next ones.
    now = thenMs + 30;
    for (let turn = 1; turn < atOnce; turn += 1) expect(await isTaken()).toBe(true);
    expect(await isTaken()).toBe(false);
    ending.abort();
  });

  test('does not make a stopping worker wait', async () => {
    const pacer = createPacer(() => 0);
    const rate = { requests: 1, perMs: 60_000 };
    const ending = new AbortController();
    await pacer.turn('greenhouse', rate, ending.signal);
    const waiting = pacer.turn('greenhouse', rate, ending.signal);
    ending.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});

test('where nobody carries commands out, writebacks wait for the service instead of running out of their lease', async () => {
  await using shell = await createTestContext({ dispatches: false });
  const { context } = shell;
  await addConnection(context, actor, {
    id: 'board',
    adapter: 'signed-webhook',
    settings: { url: 'https://board.example/', states: ['active'], confirm: { mode: 'receipt' } },
    scope: {},
    secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
  });
  const recorded = await context.recorder().record(intake('S1', 'application.received'));
  expect(recorded.writebacks).toMatchObject([{ connection: 'board', status: 'ready' }]);
});
