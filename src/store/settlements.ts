// Decisions about many incidents at once, each with its own result.
import { sql } from 'kysely';
import { isoMicros } from './clock.ts';
import type { Db } from './database.ts';

export interface NewSettlement {
  id: string;
  account_id: string;
  reason: string;
  incidents: string[];
  more: boolean;
}

export interface SettlementResult {
  id: string;
  kind: string;
}

/** False when there is one of that id already. */
export async function insertSettlement(tx: Db, settlement: NewSettlement): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('settlement')
    .values(settlement)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function saveSettlementResults(
  db: Db,
  id: string,
  results: readonly SettlementResult[],
  ended: boolean,
): Promise<void> {
  await sql`
    update settlement set results = ${JSON.stringify(results)}::jsonb, ended_at = case when ${ended} then clock_timestamp() end where id = ${id}`.execute(
    db,
  );
}

export interface SettlementRow extends NewSettlement {
  account_name: string;
  results: SettlementResult[];
  /** ISO 8601 with microseconds, as `ended_at`. */
  begun_at: string;
  ended_at: string | null;
}

export async function findSettlement(db: Db, id: string): Promise<SettlementRow | undefined> {
  const { rows } = await sql<SettlementRow>`
    select s.id, s.account_id, a.name as account_name, s.reason, s.incidents, s.more, s.results, ${isoMicros(sql`s.begun_at`)} as begun_at, ${isoMicros(sql`s.ended_at`)} as ended_at
    from settlement s join account a on a.id = s.account_id where s.id = ${id}`.execute(db);
  return rows[0];
}

/** How these incidents stand now. */
export interface SettledIncident {
  id: string;
  kind: string;
  subject_id: string | null;
  connection_id: string | null;
  settled_at: string | null;
}

export async function incidentsNow(db: Db, ids: readonly string[]): Promise<SettledIncident[]> {
  const { rows } = await sql<SettledIncident>`
    select id, kind, subject_id, connection_id, ${isoMicros(sql`settled_at`)} as settled_at from incident where id = any(${[...ids]}::text[])`.execute(
    db,
  );
  return rows;
}
