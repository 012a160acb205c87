// How far each connection has come, and the figures that its gates are about; all of the ledger's own rows.
import { type Selectable, sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type { PilotScope, WaveTable } from '../schema/waves.ts';

export type WaveRow = Selectable<WaveTable>;

export const listWaves = (db: Db): Promise<WaveRow[]> =>
  db.selectFrom('wave').selectAll().orderBy('connection_id').execute();

export const findWave = (db: Db, connection: string): Promise<WaveRow | undefined> =>
  db.selectFrom('wave').selectAll().where('connection_id', '=', connection).executeTakeFirst();

/** Of one connection; null when there is none of that name, or it was removed. Locks it: phases change one after the other. */
export async function lockForWave(db: Db, connection: string): Promise<{ status: string } | undefined> {
  return db
    .selectFrom('connection')
    .select('status')
    .where('id', '=', connection)
    .where('status', '<>', 'removed')
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export interface WaveChange {
  phase: WaveRow['phase'];
  pilot: PilotScope;
  gates: Readonly<Record<string, number>>;
  catchUp: boolean;
}

/** Begins a phase now; nothing is held any more. */
export async function beginPhase(
  db: Db,
  connection: string,
  { phase, pilot, gates, catchUp }: WaveChange,
): Promise<void> {
  const row = { phase, pilot: JSON.stringify(pilot), gates: JSON.stringify(gates), catch_up: catchUp };
  await db
    .insertInto('wave')
    .values({ connection_id: connection, ...row })
    .onConflict((conflict) =>
      conflict.column('connection_id').doUpdateSet({
        ...row,
        phase_since: sql`clock_timestamp()`,
        held_at: null,
        held_gate: null,
        held_detail: null,
      }),
    )
    .execute();
}

/** Notes why writing was stopped; false when it was stopped already. */
export async function noteHold(db: Db, connection: string, gate: string, detail: string): Promise<boolean> {
  const result = await db
    .updateTable('wave')
    .set({ held_at: sql`clock_timestamp()`, held_gate: gate, held_detail: detail })
    .where('connection_id', '=', connection)
    .where('held_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function endHold(db: Db, connection: string): Promise<void> {
  await db
    .updateTable('wave')
    .set({ held_at: null, held_gate: null, held_detail: null })
    .where('connection_id', '=', connection)
    .execute();
}

export interface WriteFigures {
  settled: number;
  confirmed: number;
  p95_ms: number | null;
}

/** Writes of ours that were born since a moment and have ended. What the origin showed by itself is nobody's write. */
export async function countWrites(db: Db, connection: string, since: Date): Promise<WriteFigures> {
  const { rows } = await sql<WriteFigures>`
    select count(*) filter (where status in ('confirmed', 'dead', 'waived'))::int as settled, count(*) filter (where status = 'confirmed')::int as confirmed,
      (percentile_cont(0.95) within group (order by extract(epoch from settled_at - created_at) * 1000) filter (where status = 'confirmed'))::double precision as p95_ms
    from writeback where connection_id = ${connection} and created_at >= ${since} and coalesce(settled_by, '') <> 'origin'`.execute(
    db,
  );
  return rows[0] ?? { settled: 0, confirmed: 0, p95_ms: null };
}

/** Of the open subjects that were read at a connection: how many show something else. */
export async function countDrift(db: Db, connection: string): Promise<{ read: number; drifted: number }> {
  const { rows } = await sql<{ read: number; drifted: number }>`
    select (select count(*)::int from shown where connection_id = ${connection} and not closed and answered > 0) as read,
      (select count(*)::int from shown where connection_id = ${connection} and not closed and trouble in ('moved', 'missing', 'unmapped')) as drifted`.execute(
    db,
  );
  return rows[0] ?? { read: 0, drifted: 0 };
}

/** Milliseconds by the database's clock. */
export async function ageMs(db: Db, since: Date): Promise<number> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from clock_timestamp() - ${since}::timestamptz) * 1000)::double precision as ms`.execute(db);
  return rows[0]?.ms ?? 0;
}

/** Writes that have not ended. */
export async function countOpenWrites(db: Db, connection: string): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::int as open from lane where connection_id = ${connection} and done_seq < next_seq`.execute(db);
  return rows[0]?.open ?? 0;
}
