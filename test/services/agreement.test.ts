// The agreement board: its figures are those of its rows, each cause is told apart, and 100,000 subjects do not slow it down.
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disagreementCauses } from '../../src/core/deciding/disagreement.ts';
import { limits } from '../../src/core/limits.ts';
import { watchAgreement } from '../../src/services/reconcile/reconcile-figures.ts';
import { type Disagreement, readAgreement } from '../../src/services/reports/read-agreement.ts';
import { type AgreementHour, saveAgreement } from '../../src/store/counts/agreement-hours.ts';
import type { Tables } from '../../src/store/database/database.ts';
import { type AgreementQuery, countAgreement, listDisagreements } from '../../src/store/reports/agreement.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { countStates } from '../support/count-states.ts';

const subjects = 100_000;
/** Of each thousand. */
const perThousand = {
  writing: 4,
  dead: 3,
  held: 2,
  conflict: 1,
  diverging: 2,
  unmapped: 1,
  moved: 3,
  failing: 1,
  gone: 2,
};

let service: TestContext;
beforeAll(async () => {
  service = await createTestContext();
  await fill();
}, 120_000);
afterAll(async () => service[Symbol.asyncDispose]());

const db = () => service.context.database.engine;
const board = (query: Partial<AgreementQuery> = {}) =>
  readAgreement(service.context, { after: null, rowsMax: 200, ...query });

const rows = (query: Partial<AgreementQuery> = {}) =>
  listDisagreements(db(), { after: null, rowsMax: 10_000, ...query });

/** Subjects at two systems, all confirmed there; then some of each thousand go wrong in each way. */
async function fill(): Promise<void> {
  // With a connection of its own: the service's are held to shorter times, and foreign keys need no checking here.
  const client = new pg.Client({ connectionString: service.connectionString });
  await client.connect();
  await client.query('set session_replication_role = replica');
  const run = async (text: string): Promise<void> => void (await client.query(text));
  await run(
    `insert into connection (id, adapter, kind) values ('ats', 'greenhouse', 'ats'), ('hris', 'bamboohr', 'hris')`,
  );
  await run(`insert into person (id, data_key, commit_key, master_key_id) values ('per_1', '\\x00', '\\x00', 'k')`);
  await run(`insert into subject (id, machine, machine_version, state, version, chain_head, person_id, state_since, ended)
    select 'sub_' || lpad(n::text, 8, '0'), 'application', 1, 'active.triage', 2, '\\x00', 'per_1', now(), n % 10 = 0 from generate_series(1, ${subjects}) n`);
  await run(
    `insert into lane (subject_id, connection_id, next_seq, done_seq) select id, c, 1, 1 from subject, unnest(array['ats', 'hris']) c`,
  );
  await run(`insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status,
      occurred_at, created_at, settled_at, settled_by, attempt)
    select 'wrb_' || c || substr(id, 4), id, c, 1, 2, 'application', 1, 'triage.started', 'active.received', 'active.triage', 'transition', 'confirmed', now(), now() - interval '1 hour',
      now() - interval '1 hour', 'readback', 1 from subject, unnest(array['ats', 'hris']) c`);
  await run(`insert into shown (id, subject_id, connection_id, seen_at, stage, states, asked, answered)
    select 'rdg_' || substr(id, 5), id, 'ats', now() - interval '10 minutes', 'Application Review', '{active.triage}', 1, 1 from subject where not ended`);
  let from = 1;
  const some = (name: keyof typeof perThousand): string => {
    const first = from;
    from += perThousand[name];
    return `substr(id, 5)::int % 1000 between ${first} and ${from - 1}`;
  };
  const next = (status: string, where: string, more = 'null::text'): string => `
    with mine as (select id from subject where ${where}), moved as (update lane set next_seq = 2 where connection_id = 'ats' and subject_id in (select id from mine) returning subject_id)
    insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status, occurred_at, created_at, due_at, settled_at, reason)
    select 'wrb_next' || substr(subject_id, 4), subject_id, 'ats', 2, 2, 'application', 1, 'triage.started', 'active.received', 'active.triage', 'transition', '${status}', now(),
      now() - interval '5 minutes', now(), case when '${status}' = 'dead' then now() end, ${more} from moved`;
  await run(next('ready', some('writing')));
  await run(next('dead', some('dead'), `'refused'`));
  const held = some('held');
  await run(next('ready', held));
  await run(
    `update lane set held_reason = 'mapping_gone' where connection_id = 'ats' and subject_id in (select id from subject where ${held})`,
  );
  await run(next('dead', some('conflict'), `'conflict'`));
  const incident = (
    where: string,
    shows: string,
  ): string => `insert into incident (id, kind, key, subject_id, connection_id, owner, detail, opened_at)
    select 'inc_' || substr(id, 5), 'divergence', 'divergence/' || id || '/ats', id, 'ats', 'Recruiter', '{"shows": "${shows}"}', now() - interval '2 hours' from subject where ${where}`;
  await run(incident(some('diverging'), 'active.offer'));
  const trouble = (where: string, what: string): string =>
    `update shown set trouble = '${what}', trouble_since = now() - interval '3 hours', states = '{}', stage = 'Limbo' where subject_id in (select id from subject where ${where})`;
  await run(trouble(some('unmapped'), 'unmapped'));
  await run(trouble(some('moved'), 'moved'));
  await run(trouble(some('failing'), 'failed'));
  await run(trouble(some('gone'), 'missing'));
  await run('analyze');
  await countStates(client);
  await client.end();
}

/** All pages, one after the other. */
async function everything(query: Partial<AgreementQuery> = {}): Promise<Disagreement[]> {
  const all: Disagreement[] = [];
  let after: AgreementQuery['after'] = null;
  for (let page = 0; page < 100; page += 1) {
    const { items, next } = await board({ ...query, after });
    all.push(...items);
    if (!next) return all;
    after = next;
  }
  throw new Error('There is no end of pages.');
}

test('its figures are those of its rows, and both are those of the tables', async () => {
  const all = await everything();
  const { totals } = await board({ rowsMax: 1 });
  const ats = totals.find((one) => one.connection === 'ats');
  const counted = Object.fromEntries(
    disagreementCauses.flatMap((cause) => {
      const of = all.filter((one) => one.cause === cause && one.connection === 'ats').length;
      return of === 0 ? [] : [[cause, of]];
    }),
  );
  expect(ats?.causes).toEqual(counted);
  const thousands = subjects / 1_000;
  expect(counted).toMatchObject({
    in_flight: perThousand.writing * thousands,
    dead_writeback: perThousand.dead * thousands,
    held: perThousand.held * thousands,
  });
  // No pair twice, in the order of their age.
  expect(new Set(all.map((one) => `${one.subject} ${one.connection}`)).size).toBe(all.length);
  expect(all.map((one) => one.since)).toEqual(all.map((one) => one.since).sort());
  const {
    rows: [open],
  } = await sql<{ pairs: number }>`
    select count(*)::int as pairs from lane l join subject s on s.id = l.subject_id where l.connection_id = 'ats' and (not s.ended
      or exists (select from writeback w where w.subject_id = l.subject_id and w.connection_id = 'ats' and w.status in ('ready', 'leased', 'dead'))
      or exists (select from incident i where i.subject_id = l.subject_id and i.kind = 'divergence' and i.settled_at is null))`.execute(
    db(),
  );
  expect(ats).toMatchObject({ pairs: open?.pairs, open: all.length, agreeing: (open?.pairs ?? 0) - all.length });
  expect(ats?.share).toBeCloseTo(1 - all.length / (open?.pairs ?? 1), 12);
  expect(totals.find((one) => one.connection === 'hris')).toMatchObject({ open: 0, share: 1 });
});

test('the metrics say the same', async () => {
  await watchAgreement(service.context)();
  const { totals } = await board({ rowsMax: 1 });
  const text = await service.context.metrics.registry.metrics();
  for (const { connection, agreeing, share, causes } of totals) {
    expect(text).toContain(`interlock_agreement_share{connection="${connection}"} ${share}`);
    expect(text).toContain(`interlock_agreement_pairs{connection="${connection}",cause="agrees"} ${agreeing}`);
    for (const [cause, count] of Object.entries(causes))
      expect(text).toContain(`interlock_agreement_pairs{connection="${connection}",cause="${cause}"} ${count}`);
  }
});

describe('a filter', () => {
  test.each(disagreementCauses)('by cause gives the rows of %s and no others', async (cause) => {
    const all = await rows();
    expect((await rows({ cause })).map((one) => one.id)).toEqual(
      all.filter((one) => one.cause === cause).map((one) => one.id),
    );
  });

  test('by age, connection and machine', async () => {
    const old = await rows({ ageMinMs: 150 * 60_000 });
    expect(old.length).toBeGreaterThan(0);
    expect(old.every((one) => one.id.startsWith('rdg_'))).toBe(true);
    expect(await rows({ connection: 'hris' })).toEqual([]);
    expect(await rows({ machine: 'onboarding' })).toEqual([]);
    expect(await rows({ machine: 'application' })).toHaveLength((await rows()).length);
  });
});

test.each([
  ['dead_writeback', 'recruiting operations'],
  ['moved_by_hand', 'Recruiter'],
  ['unmapped_stage', 'administrator of ats'],
  ['held', 'administrator of ats'],
] as const)('%s is for %s', async (cause, owner) => {
  expect(new Set((await board({ cause })).items.map((one) => one.owner))).toEqual(new Set([owner]));
});

test('what a write has proven since a reading is no disagreement any more', async () => {
  const [first] = await rows({ cause: 'unmapped_stage' });
  await sql`insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status,
      occurred_at, created_at, settled_at, settled_by)
    select 'wrb_proof', subject_id, connection_id, 9, 2, machine, machine_version, event_type, from_state, target_state, cause, 'confirmed', now(), now(), now(), 'echo'
    from writeback where subject_id = ${first?.subject_id ?? ''} and connection_id = 'ats' limit 1`.execute(db());
  expect((await rows({ cause: 'unmapped_stage' })).map((one) => one.id)).not.toContain(first?.id);
});

describe('with 100,000 subjects', () => {
  test('a page reads what disagrees and no table whole', async () => {
    const plans = await plansOf((one) => listDisagreements(one, { after: null, rowsMax: 50 }));
    expect(plans).toHaveLength(3);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (writeback|lane|subject|shown|event)\b/);
  });

  test('of more than a quarter of a million pairs the last count is given, by its moment, until it is too old', async () => {
    const counted = (await board()).totals.map(({ countedAt: _, ...figures }) => figures);
    const many = [
      { connection_id: 'ats', pairs: 250_000, agreeing: 249_000, causes: { dead_writeback: 1_000 } },
      { connection_id: 'hris', pairs: 1, agreeing: 1, causes: {} },
    ];
    const moments = async () => new Set((await board()).totals.map((one) => one.countedAt));
    const saveBefore = async (ms: number) => {
      await saveAgreement(db(), many);
      await sql`update agreement_hour set counted_at = counted_at - ${ms} * interval '1 ms'`.execute(db());
    };
    try {
      await saveBefore(limits.agreementKeptMs - 60_000);
      const kept = (await board()).totals;
      expect(kept).toMatchObject([
        { connection: 'ats', pairs: 250_000, open: 1_000, share: 0.996 },
        { connection: 'hris', pairs: 1, open: 0, share: 1 },
      ]);
      const [moment] = await moments();
      expect(Date.now() - Date.parse(moment ?? '')).toBeGreaterThanOrEqual(limits.agreementKeptMs - 60_000);
      expect(await moments()).toEqual(new Set([moment]));

      await saveBefore(limits.agreementKeptMs + 1_000);
      expect((await board()).totals).toMatchObject(counted);
      expect(await moments()).not.toEqual(await moments());

      // One pair fewer is counted at once.
      await saveAgreement(db(), [{ ...(many[0] as AgreementHour), pairs: 249_999 }, many[1] as AgreementHour]);
      expect((await board()).totals).toMatchObject(counted);
    } finally {
      await saveAgreement(db(), [{ connection_id: 'ats', pairs: 0, agreeing: 0, causes: {} }]);
    }
  });

  test('a page with its figures comes within a second', async () => {
    await board();
    const startedAt = performance.now();
    await board();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const counting = performance.now();
    await countAgreement(db());
    expect(performance.now() - counting).toBeLessThan(1_000);
  });
});

/** The plans of the queries that `read` makes. */
async function plansOf(read: (db: Kysely<Tables>) => Promise<unknown>): Promise<string[]> {
  const asked: { sql: string; parameters: readonly unknown[] }[] = [];
  const pool = new pg.Pool({ connectionString: service.connectionString, max: 1 });
  const watched = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: (event) => void asked.push({ sql: event.query.sql, parameters: event.query.parameters }),
  });
  try {
    await read(watched);
    return await Promise.all(
      [...asked].map(async (query) =>
        (await pool.query(`explain ${query.sql}`, [...query.parameters])).rows
          .map((row) => row['QUERY PLAN'])
          .join('\n'),
      ),
    );
  } finally {
    await watched.destroy();
  }
}
