// Every KPI figure is recomputed here from the raw rows, in another language than the report's, and must be the same to the row.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dispositions } from '../../src/core/deciding/intake.ts';
import { keepTallies } from '../../src/services/reports/keep-tallies.ts';
import { type Figures, readKpis, reportWindow } from '../../src/services/reports/read-kpis.ts';
import type { KpiGroup, ReportWindow } from '../../src/store/reports/kpis.ts';
import { compareTallies } from '../../src/store/reports/reconcile.ts';
import { tallyKinds } from '../../src/store/reports/tally-kinds.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ago, day, hour, ledgerRows, minute } from '../support/ledger-rows.ts';

let service: TestContext;
let window: ReportWindow;

beforeAll(async () => {
  service = await createTestContext();
  window = reportWindow(undefined, undefined, service.context.now()) as ReportWindow;
  await fillLedger();
});
afterAll(async () => service[Symbol.asyncDispose]());

/** A ledger of everything that can be in one: all statuses, causes, ages, repetitions; on both sides of the window. */
async function fillLedger(): Promise<void> {
  const db = service.context.database.engine;
  const rows = ledgerRows(db);
  const random = seeded(11);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const connections = await Promise.all(['ats-one', 'hris-two', 'screening-three'].map((id) => rows.connection(id)));
  const subjects = await Promise.all(
    [...Array(20)].map((_, index) => rows.subject({ machine: index % 4 === 0 ? 'onboarding' : 'application' })),
  );
  for (let index = 0; index < 350; index += 1) {
    // Many of them in the hour that is counted in parts.
    const createdAt = ago(random() * (index % 5 === 0 ? 80 * minute : 9 * day));
    const status = pick([
      'confirmed',
      'confirmed',
      'confirmed',
      'confirmed',
      'dead',
      'waived',
      'superseded',
      'ready',
      'leased',
    ] as const);
    const cause =
      status === 'confirmed' ? pick(['transition', 'transition', 'origin', 'revert'] as const) : 'transition';
    const settledAt = new Date(createdAt.getTime() + random() * 5_000);
    const ended = Math.floor(random() * 4);
    const writeback = await rows.writeback(pick(subjects), pick(connections), {
      status,
      cause,
      ...(status === 'confirmed' ? { settledBy: pick(['readback', 'readback', 'echo', 'origin'] as const) } : {}),
      createdAt,
      settledAt,
      occurredAt: new Date(createdAt.getTime() - random() * 100_000),
      eventType: pick(['triage.started', 'screening.passed', 'offer.accepted']),
      tries: pick([1, 1, 1, 2, 3]),
      attempts: status === 'leased' ? ended + 1 : ended,
      conflicts: pick([0, 0, 0, 1]),
      contradictions: pick([0, 0, 1, 2]),
    });
    for (let attempt = 1; attempt <= ended; attempt += 1) {
      await rows.attempt(writeback, attempt, 'lost', settledAt);
      // A late truth about a lost attempt: a second row of the same attempt.
      if (random() < 0.3) await rows.attempt(writeback, attempt, 'confirmed', settledAt);
    }
  }
  for (let index = 0; index < 120; index += 1)
    await rows.event({
      disposition: pick(dispositions.filter((one) => one !== 'duplicate')),
      receivedAt: ago(random() * 9 * day),
    });
  // Most of the refused lack something, some of them two things; half of them are of a known subject.
  await sql`
    update event e set code = 'missing_elements', subject_id = case when n % 2 = 0 then ${subjects[0] ?? ''} end,
      detail = jsonb_build_object('elements', case when n % 4 < 2 then '["offer.startDate", "person.taxId"]'::jsonb else '["offer.startDate"]'::jsonb end)
    from (select id, row_number() over (order by id) as n from event where disposition = 'refused') r
    where e.id = r.id and n % 5 > 0`.execute(db);
  await sql`update subject set region = 'EMEA' where id = ${subjects[0] ?? ''}`.execute(db);
  for (let index = 0; index < 12; index += 1) {
    const hourOf = new Date(Math.floor(ago(random() * 9 * day).getTime() / hour) * hour);
    await db
      .insertInto('kpi_hour')
      .values({
        hour: hourOf,
        measure: 'event.duplicate',
        machine: 'application',
        event_type: 'triage.started',
        connection_id: 'client:cli_test',
        count: 1 + Math.floor(random() * 5),
      })
      .execute();
  }
  for (let index = 0; index < 15; index += 1) {
    const recordedAt = ago(random() * 9 * day);
    await rows.transition(pick(subjects.filter((_, at) => at % 4 !== 0)), index + 2, {
      recordedAt,
      ...(index % 3 === 0 ? { to: 'active.triage' } : { from: 'active.offer.accepted', to: 'hired' }),
    });
    await rows.incident(index % 2 === 0 ? 'field_conflict' : 'divergence', {
      openedAt: recordedAt,
      settled: index % 4 === 0,
    });
  }
}

/** Counts until nothing is due. */
async function keepUp(): Promise<void> {
  for (let round = 0; round < 100; round += 1) if ((await keepTallies(service.context)) === 0) return;
  throw new Error('There is always something left to count.');
}

/** Begun long ago, and ended now. */
const lateAttempt = (writeback_id: string, attempt: number, outcome: string) => ({
  writeback_id,
  attempt,
  outcome,
  mode: 'apply',
  dispatched_at: ago(2 * hour),
  settled_at: new Date(),
});

/** Everything that may still happen to what was counted: writes that are settled late, outcomes that come late, parked events that are released. */
async function changeWhatWasCounted(): Promise<void> {
  const db = service.context.database.engine;
  const writes = await db
    .selectFrom('writeback')
    .select(['id', 'status', 'created_at', 'attempt'])
    .orderBy('created_at')
    .execute();
  const open = writes.filter(({ status }) => ['ready', 'leased', 'dead'].includes(status));
  for (const { id, created_at, attempt } of open.filter((_, at) => at % 3 === 0)) {
    // It comes with its attempt.
    await db
      .insertInto('attempt')
      .values(lateAttempt(id, Math.max(1, attempt), 'confirmed_already'))
      .execute();
    await db
      .updateTable('writeback')
      .set({
        status: 'confirmed',
        settled_by: 'readback',
        reason: null,
        lease_until: null,
        due_at: null,
        attempt: Math.max(1, attempt),
        settled_at: new Date(created_at.getTime() + 7_000),
      })
      .where('id', '=', id)
      .execute();
  }
  const settled = writes.filter(({ status }) => status === 'confirmed');
  expect(settled.length).toBeGreaterThan(50);
  for (const { id } of settled.slice(0, 50)) {
    await db.updateTable('writeback').set({ attempt: 9 }).where('id', '=', id).execute();
    await db
      .insertInto('attempt')
      .values([lateAttempt(id, 1, 'refused'), lateAttempt(id, 9, 'lost'), lateAttempt(id, 9, 'confirmed_already')])
      .execute();
  }
  await db
    .updateTable('event')
    .set({ disposition: 'stale', settled_at: new Date(), parked_until: null, parked_for: null })
    .where('disposition', '=', 'parked')
    .execute();
}

interface Raw {
  machine: string;
  event_type: string;
  connection_id: string;
  status: string;
  settled_by: string | null;
  tries: number;
  conflicts: number;
  contradictions: number;
  created: number;
  settled: number | null;
  occurred: number;
  ended: number;
}

/** Times in microseconds since 1970, exact in a JavaScript number. */
async function rawWritebacks(): Promise<Raw[]> {
  const micros = (column: string) => sql<string>`(extract(epoch from ${sql.ref(column)}) * 1000000)::bigint`;
  const db = service.context.database.reports;
  const writebacks = await db
    .selectFrom('writeback')
    .select([
      'id',
      'machine',
      'event_type',
      'connection_id',
      'status',
      'settled_by',
      'tries',
      'conflicts',
      'contradictions',
      micros('created_at').as('created'),
      micros('settled_at').as('settled'),
      micros('occurred_at').as('occurred'),
    ])
    .execute();
  const attempts = await db.selectFrom('attempt').select(['writeback_id', 'attempt']).execute();
  return writebacks
    .map((row) => ({
      ...row,
      created: Number(row.created),
      settled: row.settled === null ? null : Number(row.settled),
      occurred: Number(row.occurred),
      ended: new Set(attempts.filter((one) => one.writeback_id === row.id).map((one) => one.attempt)).size,
    }))
    .filter((row) => row.created >= Date.parse(window.from) * 1000 && row.created < Date.parse(window.to) * 1000);
}

function figuresOf(rows: readonly Raw[]): Figures {
  const count = (is: (row: Raw) => boolean): number => rows.filter(is).length;
  const shown = rows.filter((row) => row.status === 'confirmed' && row.settled_by !== 'origin');
  const dead = count((row) => row.status === 'dead');
  const waived = count((row) => row.status === 'waived');
  const over = shown.length + dead + waived;
  const first = shown.filter((row) => row.tries <= 1 && row.conflicts === 0 && row.contradictions === 0).length;
  return {
    writebacks: rows.length,
    origin: count((row) => row.settled_by === 'origin'),
    confirmed: shown.length,
    dead,
    waived,
    superseded: count((row) => row.status === 'superseded'),
    open: count((row) => row.status === 'ready' || row.status === 'leased'),
    attempts: rows.reduce((sum, row) => sum + row.ended, 0),
    contradicted: rows.reduce((sum, row) => sum + row.contradictions, 0),
    confirmedRate: over === 0 ? null : shown.length / over,
    firstTryRate: over === 0 ? null : first / over,
    latencyFromAcceptedMs: latency(shown.map((row) => ((row.settled as number) - row.created) / 1000)),
    latencyFromOccurredMs: latency(shown.map((row) => ((row.settled as number) - row.occurred) / 1000)),
  };
}

const latency = (values: number[]) => ({
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  p99: percentile(values, 0.99),
});

/** The continuous percentile: between two neighbours, in proportion; each as the scale has it, whose steps are 2 % apart. */
function percentile(values: number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values
    .map((ms) => 1.02 ** Math.max(0, Math.round(Math.log(ms) / Math.log(1.02))))
    .sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

function rounded(figures: Figures): Figures {
  const round = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000) / 1000);
  const all = ({ p50, p95, p99 }: Figures['latencyFromAcceptedMs']) => ({
    p50: round(p50),
    p95: round(p95),
    p99: round(p99),
  });
  return {
    ...figures,
    latencyFromAcceptedMs: all(figures.latencyFromAcceptedMs),
    latencyFromOccurredMs: all(figures.latencyFromOccurredMs),
  };
}

const keyOf: Record<KpiGroup, (row: Raw) => string> = {
  transition: (row) => `${row.machine} ${row.event_type}`,
  connection: (row) => row.connection_id,
  day: (row) => new Date(row.created / 1000).toISOString().slice(0, 10),
};

const splits: KpiGroup[][] = [['transition', 'connection'], ['day'], ['transition', 'connection', 'day']];

describe.each([
  'read from the rows',
  'of hours and days that were counted',
  'of what came after it was counted',
  'counted once more',
])('the figures of the report, %s,', (how) => {
  beforeAll(async () => {
    if (how === 'read from the rows') return;
    await keepUp();
    if (how === 'counted once more') return;
    const counted = await service.context.database.reports
      .selectFrom('tally')
      .select(['kind', 'unit', 'left_out'])
      .execute();
    for (const kind of tallyKinds)
      for (const unit of ['hour', 'day'])
        expect(counted.filter((one) => one.kind === kind && one.unit === unit).length).toBeGreaterThan(5);
    expect(counted.flatMap((one) => one.left_out).length).toBeGreaterThan(50);
    expect(await compareTallies(service.context.database.engine)).toEqual([]);
    if (how === 'of what came after it was counted') await changeWhatWasCounted();
  });

  test.each(splits.map((groups) => [groups]))('split by %s equal the rows', async (groups) => {
    const report = await readKpis(service.context, window, groups);
    const raw = await rawWritebacks();
    expect(raw.length).toBeGreaterThan(200);
    expect(rounded(report.totals)).toEqual(rounded(figuresOf(raw)));
    const expected = new Map<string, Raw[]>();
    for (const row of raw) {
      const key = groups.map((group) => keyOf[group](row)).join(' ');
      expected.set(key, [...(expected.get(key) ?? []), row]);
    }
    const found = new Map(
      report.rows.map(({ machine, eventType, connection, day: on, ...figures }) => [
        [machine, eventType, connection, on].filter((part) => part !== null).join(' '),
        rounded(figures),
      ]),
    );
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, rows] of expected) expect(found.get(key), key).toEqual(rounded(figuresOf(rows)));
  });

  test('count events by what became of them, and what was received is the sum of the seven', async () => {
    const { dispositions: counted } = await readKpis(service.context, window, ['day']);
    const db = service.context.database.reports;
    const events = (await db.selectFrom('event').select(['disposition', 'received_at']).execute()).filter((row) =>
      within(row.received_at),
    );
    const repeated = (
      await db.selectFrom('kpi_hour').select(['hour', 'count']).where('measure', '=', 'event.duplicate').execute()
    ).filter((row) => within(row.hour));
    expect(counted.duplicate).toBe(repeated.reduce((sum, row) => sum + Number(row.count), 0));
    for (const one of dispositions.filter((name) => name !== 'duplicate'))
      expect(counted[one], one).toBe(events.filter((row) => row.disposition === one).length);
    expect(counted.received).toBe(events.length + counted.duplicate);
    expect(counted.received).toBe(dispositions.reduce((sum, one) => sum + counted[one], 0));
  });

  test('name what refused events lacked, by who sent them and the region', async () => {
    const { missingElements } = await readKpis(service.context, window, ['day']);
    const { rows } = await sql<{ source: string; region: string | null; element: string; events: number }>`
      select e.source, s.region, m.element, count(*)::int as events
      from event e left join subject s on s.id = e.subject_id, jsonb_array_elements_text(e.detail -> 'elements') as m(element)
      where e.disposition = 'refused' and e.code = 'missing_elements' and e.received_at >= ${window.from}::timestamptz and e.received_at < ${window.to}::timestamptz
      group by e.source, s.region, m.element
      order by events desc, e.source collate "C", s.region collate "C" nulls first, m.element collate "C"`.execute(
      service.context.database.reports,
    );
    expect(rows.length).toBe(4);
    expect(missingElements).toEqual(rows);
  });

  test('count hires and field conflicts', async () => {
    const report = await readKpis(service.context, window, ['day']);
    const db = service.context.database.reports;
    const hires = (
      await db.selectFrom('transition').select('recorded_at').where('to_state', '=', 'hired').execute()
    ).filter((row) => within(row.recorded_at)).length;
    const conflicts = (
      await db.selectFrom('incident').select('opened_at').where('kind', '=', 'field_conflict').execute()
    ).filter((row) => within(row.opened_at)).length;
    expect(report).toMatchObject({ hires, fieldConflicts: conflicts, fieldConflictsPerHire: conflicts / hires });
    expect(hires).toBeGreaterThan(0);
  });

  test('each have a definition', async () => {
    const report = await readKpis(service.context, window, ['day']);
    const shown = [
      ...Object.keys(report.totals),
      ...Object.keys(report.dispositions),
      'hires',
      'fieldConflicts',
      'fieldConflictsPerHire',
      'missingElements',
    ];
    expect(shown.filter((name) => !(name in report.definitions))).toEqual([]);
  });

  test('of a window in which nothing happened are zero, and rates are unknown', async () => {
    const empty = await readKpis(
      service.context,
      reportWindow('2001-01-01T00:00:00Z', '2001-01-02T00:00:00Z', 0) as ReportWindow,
      ['transition'],
    );
    expect(empty.rows).toEqual([]);
    expect(empty.totals).toMatchObject({
      writebacks: 0,
      attempts: 0,
      contradicted: 0,
      confirmedRate: null,
      firstTryRate: null,
      latencyFromAcceptedMs: { p50: null },
    });
    expect(empty).toMatchObject({ hires: 0, fieldConflictsPerHire: null, dispositions: { received: 0 } });
  });
});

describe('a window', () => {
  test.each([
    ['2026-03-01T10:20:00Z', '2026-03-01T12:00:00Z', '2026-03-01T10:00:00.000Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T10:00:00+02:00', '2026-03-01T11:01:00+02:00', '2026-03-01T08:00:00.000Z', '2026-03-01T10:00:00.000Z'],
  ])('from %s to %s is widened to full hours', (from, to, start, end) => {
    expect(reportWindow(from, to, 0)).toEqual({ from: start, to: end });
  });

  test.each([
    ['2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ])('from %s to %s is refused', (from, to) => {
    expect(reportWindow(from, to, 0)).toBeNull();
  });
});

test('a day is added up anew when one of its hours was counted once more', async () => {
  const db = service.context.database.engine;
  const totals = async (): Promise<Figures> =>
    rounded((await readKpis(service.context, window, ['connection'])).totals);
  await keepUp();
  const before = await totals();
  const { rows } = await sql<{ id: string; created_at: Date; attempt: number }>`
    select w.id, w.created_at, w.attempt from writeback w join tally d on d.kind = 'writes' and d.unit = 'day' and w.id = any(d.left_out)
    where d.begins > ${window.from}::timestamptz and w.status = 'dead' and w.created_at > d.begins + interval '2 hours' limit 1`.execute(
    db,
  );
  const [late] = rows;
  if (!late) throw new Error('Nothing that was left out of a day is dead.');
  const settled = { status: 'confirmed', settled_by: 'readback', reason: null } as const;
  const settled_at = new Date(late.created_at.getTime() + 7_000);
  const attempt = Math.max(1, late.attempt);
  await db
    .insertInto('attempt')
    .values(lateAttempt(late.id, attempt, 'confirmed_already'))
    .execute();
  await db
    .updateTable('writeback')
    .set({ ...settled, settled_at, attempt })
    .where('id', '=', late.id)
    .execute();
  await keepUp();
  const after = await totals();
  expect(after).toEqual(rounded(figuresOf(await rawWritebacks())));
  expect(after).toMatchObject({ confirmed: before.confirmed + 1, dead: before.dead - 1 });
});

test('a count of an hour that is not what its rows are is found', async () => {
  await keepUp();
  const db = service.context.database.engine;
  await ledgerRows(db).event({ disposition: 'applied', receivedAt: ago(3 * day) });
  expect(await compareTallies(db)).toMatchObject([{ kind: 'events' }]);
});

const within = (moment: Date): boolean =>
  moment.getTime() >= Date.parse(window.from) && moment.getTime() < Date.parse(window.to);

/** The same numbers on every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
