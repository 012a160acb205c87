// What it costs to let history go: erasing persons as the service does it, and what deleting the rows of ended subjects would cost on top.
import pg from 'pg';
import type { PersonId } from '../../../src/core/ids.ts';
import { limits } from '../../../src/core/limits.ts';
import { erasePerson } from '../../../src/services/persons/erase-person.ts';
import { findDue } from '../../../src/services/persons/keep-retention.ts';
import { createTestContext } from '../../support/context.ts';

export interface Retention {
  /** Who is due, one look; null where the look itself failed, with why. */
  dueMs: number | null;
  dueFailure: string | null;
  erased: number;
  eraseP50Ms: number;
  eraseP95Ms: number;
  /** Of ended subjects of the oldest days: rows that were deleted by table, ms, and bytes of WAL; taken back afterwards. */
  deleted: { table: string; rows: number; ms: number; walBytes: number }[];
}

/** `connectionString` is the superuser's: nobody else may delete history. */
export async function measureRetention(
  connectionString: string,
  asOwner: string,
  persons: number,
  days: number,
): Promise<Retention> {
  return { ...(await erase(asOwner, persons)), deleted: await deleteOldest(connectionString, days) };
}

async function erase(connectionString: string, count: number): Promise<Omit<Retention, 'deleted'>> {
  await using service = await createTestContext({ connectionString });
  const { context } = service;
  const began = performance.now();
  const looked = await findDue(context, limits.retentionRowsMax).then(
    () => ({ dueMs: performance.now() - began, dueFailure: null }),
    (error: Error) => ({ dueMs: null, dueFailure: error.message }),
  );
  // Those whose keys open something, which a history's first persons are.
  const rows = await context.database.engine
    .selectFrom('person')
    .innerJoin('subject', 'subject.person_id', 'person.id')
    .select('person.id')
    .where('person.id', '<', 'per_00000000000000000000020000')
    .where('person.erased_at', 'is', null)
    .where('subject.ended', '=', true)
    .orderBy('person.id')
    .limit(count)
    .execute();
  const taken: number[] = [];
  for (const { id } of rows) {
    const from = performance.now();
    await erasePerson(context, id as PersonId, {
      actor: { kind: 'system', id: 'retention' },
      basis: 'retention_over',
      reason: 'measured',
    });
    taken.push(performance.now() - from);
  }
  const sorted = taken.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { ...looked, erased: taken.length, eraseP50Ms: at(0.5), eraseP95Ms: at(0.95) };
}

/** In the order in which rows refer to each other, without the triggers that forbid it. */
async function deleteOldest(connectionString: string, days: number): Promise<Retention['deleted']> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const found: Retention['deleted'] = [];
  try {
    await client.query('begin');
    await client.query('set local session_replication_role = replica');
    await client.query(
      `create temporary table going on commit drop as select id from subject
       where ended and state_since < (select min(state_since) from subject where ended) + $1 * interval '1 day'`,
      [days],
    );
    await client.query('analyze going');
    const some = 'select id from going';
    for (const [table, where] of [
      ['attempt', `writeback_id in (select id from writeback where subject_id in (${some}))`],
      ['echo', `writeback_id in (select id from writeback where subject_id in (${some}))`],
      ['writeback', `subject_id in (${some})`],
      ['lane', `subject_id in (${some})`],
      ['transition', `subject_id in (${some})`],
      ['element_value', `subject_id in (${some})`],
      ['event', `subject_id in (${some})`],
      ['subject', `id in (${some})`],
    ] as const) {
      const before = await walOf(client);
      const began = performance.now();
      const { rowCount } = await client.query(`delete from ${table} where ${where}`);
      const ms = performance.now() - began;
      found.push({ table, rows: rowCount ?? 0, ms, walBytes: (await walOf(client)) - before });
    }
    await client.query('rollback');
  } finally {
    await client.end();
  }
  return found;
}

async function walOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ at: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as at`,
  );
  return rows[0]?.at ?? 0;
}
