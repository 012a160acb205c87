// Figures of the state diagram for one region, one connection or both equal the rows, however many hours were counted and whatever changed since.
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { durationOf, stepOf } from '../../src/core/figures/durations.ts';
import { keepTallies } from '../../src/services/reports/keep-tallies.ts';
import { readFlow } from '../../src/services/reports/read-flow.ts';
import { readFlowList } from '../../src/services/reports/read-flow-list.ts';
import { reportWindow } from '../../src/services/reports/read-kpis.ts';
import type { FlowFilter } from '../../src/store/reports/flow.ts';
import { compareStateCounts, compareTallies } from '../../src/store/reports/reconcile.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ago, day, hour, ledgerRows, minute } from '../support/ledger-rows.ts';

let service: TestContext;
const db = () => service.context.database.engine;
const machine = () => service.context.machines.latest('application');
const states = ['active.received', 'active.triage', 'active.screening.invited'];
const regions = [null, 'EMEA', 'APAC'];
const window = reportWindow(ago(5 * day).toISOString(), undefined, Date.now());
if (!window) throw new Error('Five days are a window.');

beforeAll(async () => {
  service = await createTestContext();
  const rows = ledgerRows(db());
  for (const id of ['ats', 'hris']) await rows.connection(id);
  for (let nth = 0; nth < 90; nth += 1) {
    const subject = await rows.subject({ state: states[nth % 3] ?? '' });
    // A third of them in the hour that is counted in parts.
    const lately = nth % 3 === 1;
    const begun = lately ? ago((85 - (nth % 60)) * minute) : ago(6 * day - nth * hour - (nth % 7) * minute);
    const at = (step: number): Date =>
      new Date(begun.getTime() + (lately ? 0 : step * (nth % 5) * 11 * hour) + step * 7 * minute);
    await rows.transition(subject, 1, { recordedAt: begun, from: 'none', to: states[0] ?? '' });
    for (let step = 1; step <= 1 + (nth % 2); step += 1)
      if (at(step).getTime() < Date.now()) {
        await rows.transition(subject, 1 + step, {
          recordedAt: at(step),
          from: states[step - 1] ?? '',
          to: states[step] ?? '',
        });
        for (const connection of ['ats', 'hris'].filter((_, which) => (nth + step) % (which + 2) === 0)) {
          const cause = nth % 3 === 0 ? 'origin' : nth % 11 === 1 ? 'revert' : 'transition';
          const id = await rows.writeback(subject, connection, { status: 'confirmed', createdAt: at(step), cause });
          await db()
            .updateTable('writeback')
            .set({ subject_version: 1 + step })
            .where('id', '=', id)
            .execute();
        }
      }
    if (nth % 4 === 0)
      await rows.event({
        subject,
        receivedAt: at(1) < new Date() ? at(1) : begun,
        code: 'illegal_transition',
        claim: 'offer.extended',
        source: nth % 8 === 0 ? 'connection:ats' : 'client:cli_test',
        detail: { state: states[nth % 3] },
      });
    await move(subject, regions[nth % 3] ?? null);
  }
});
afterAll(async () => service[Symbol.asyncDispose]());

const move = (subject: string, region: string | null) =>
  db().updateTable('subject').set({ region }).where('id', '=', subject).execute();

async function keepUp(): Promise<void> {
  for (let round = 0; round < 100; round += 1) if ((await keepTallies(service.context)) === 0) return;
  throw new Error('There is always something left to count.');
}

interface Stay {
  state: string;
  ms: number;
  region: string | null;
  connections: string[];
}

async function rawStays(): Promise<Stay[]> {
  const { rows } = await sql<Stay>`
    select t.from_state as state, extract(epoch from t.recorded_at - e.recorded_at)::float8 * 1000 as ms, s.region,
      array(select distinct w.connection_id from writeback w where w.subject_id = t.subject_id and w.subject_version = t.version and w.cause <> 'revert') as connections
    from transition t join transition e on e.subject_id = t.subject_id and e.version = t.version - 1 join subject s on s.id = t.subject_id
    where t.recorded_at >= ${window?.from}::timestamptz and t.recorded_at < ${window?.to}::timestamptz`.execute(db());
  return rows;
}

/** As PostgreSQL's percentile_cont has it, of durations on the scale. */
function percentile(durations: readonly number[], share: number): number | null {
  const sorted = durations.map((ms) => durationOf(stepOf(ms))).sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

const filters: readonly Pick<FlowFilter, 'region' | 'connection'>[] = [
  {},
  { region: 'EMEA' },
  { connection: 'ats' },
  { connection: 'hris' },
  { region: 'APAC', connection: 'ats' },
];

async function expectRows(narrowed: (typeof filters)[number]): Promise<void> {
  const filter = { ...narrowed, machine: 'application', version: machine().version, window: window ?? never() };
  const flow = await readFlow(service.context, machine(), filter);
  const raw = (await rawStays()).filter(
    ({ region, connections }) =>
      (narrowed.region === undefined || region === narrowed.region) &&
      (narrowed.connection === undefined || connections.includes(narrowed.connection)),
  );
  expect(raw.length).toBeGreaterThan(5);
  for (const { state, stays, medianMs, p90Ms } of flow.states) {
    const own = raw.filter((one) => one.state === state).map(({ ms }) => ms);
    expect({ state, stays }).toEqual({ state, stays: own.length });
    for (const [found, share] of [
      [medianMs, 0.5],
      [p90Ms, 0.9],
    ] as const)
      expect(found === null ? null : Math.round(found), state).toEqual(
        own.length === 0 ? null : Math.round(percentile(own, share) ?? 0),
      );
    const list = await readFlowList(service.context, machine(), filter, 'time', state, null);
    expect({ state, total: list.total }).toEqual({ state, total: own.length });
  }
  const { rows: jumps } = await sql<{ state: string; count: number }>`
    select e.detail ->> 'state' as state, count(*)::int as count from event e join subject s on s.id = e.subject_id
    where e.disposition = 'refused' and e.received_at >= ${filter.window.from}::timestamptz
      and (${narrowed.region ?? null}::text is null or s.region = ${narrowed.region ?? null})
      and (${narrowed.connection ?? null}::text is null or e.source = 'connection:' || ${narrowed.connection ?? null})
    group by 1 order by 1`.execute(db());
  expect(
    flow.jumps.map(({ from, count }) => ({ state: from, count })).sort((a, b) => (a.state < b.state ? -1 : 1)),
  ).toEqual(jumps);
  const { rows: here } = await sql<{ count: number }>`
    select count(*)::int as count from subject s where (${narrowed.region ?? null}::text is null or s.region = ${narrowed.region ?? null})
      and (${narrowed.connection ?? null}::text is null or exists (select from lane l where l.subject_id = s.id and l.connection_id = ${narrowed.connection ?? null}))`.execute(
    db(),
  );
  expect(flow.states.reduce((sum, one) => sum + one.here, 0)).toBe(here[0]?.count);
}

const never = (): never => {
  throw new Error('There is a window.');
};

describe.each(['read from the rows', 'of hours that were counted', 'where regions changed since', 'counted once more'])(
  'figures %s',
  (how) => {
    beforeAll(async () => {
      if (how === 'read from the rows') return;
      if (how === 'where regions changed since') {
        const { rows } = await sql<{
          id: string;
          region: string | null;
        }>`select id, region from subject order by id`.execute(db());
        for (const [nth, { id, region }] of rows.entries())
          if (nth % 4 < 2) await move(id, region === 'EMEA' ? 'APAC' : 'EMEA');
        const { rows: marks } = await sql<{ kind: string }>`select distinct kind from tally_stale order by 1`.execute(
          db(),
        );
        expect(marks.map(({ kind }) => kind)).toEqual(['missing', 'refusals', 'stays_by']);
        return;
      }
      await someTimeLater();
      await keepUp();
      expect(await compareTallies(db())).toEqual([]);
      const { rows: units } = await sql<{ unit: string }>`select distinct unit from tally order by 1`.execute(db());
      expect(units.map(({ unit }) => unit)).toEqual(['day', 'hour', 'part']);
      const { rows } = await sql`select from tally_stale`.execute(db());
      expect(rows).toHaveLength(0);
    });

    test.each(filters.map((filter) => [filter]))('of %j equal the rows', expectRows);
  },
);

/** Marks are heeded once all that began before them has ended. */
async function someTimeLater(): Promise<void> {
  const owner = new pg.Client({ connectionString: service.connectionString });
  await owner.connect();
  await owner.query(`update tally set as_of = as_of - interval '1 hour'`);
  await owner.query(`update tally_stale set at = at - interval '30 minutes'`);
  await owner.end();
}

test('the counts of who is where follow lanes and regions', async () => {
  expect(await compareStateCounts(db())).toEqual([]);
  const { rows } = await sql<{ connections: number }>`
    select count(distinct connection_id)::int as connections from state_count`.execute(db());
  expect(rows).toEqual([{ connections: 2 }]);
});
