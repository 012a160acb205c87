// Lanes that do not move, counted by connection and reason.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';
import { type StuckBounds, stuckSource } from './stuck-sources.ts';

export interface StuckWrites {
  connection: string;
  /** A code such as `circuit_open` or `retrying`. */
  reason: string;
  lanes: number;
}

export async function countStuckWrites(db: Db, bounds: StuckBounds): Promise<StuckWrites[]> {
  const { rows } = await sql<StuckWrites>`
    select connection_id as connection, code as reason, count(*)::int as lanes
    from (${stuckSource('write_unconfirmed', bounds)}) q group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}
