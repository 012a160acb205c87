// Where systems and the canonical state disagree right now.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../clock.ts';
import type { Db } from '../database.ts';
import { after, allOf, ordered } from './paging.ts';

export interface DivergenceRow {
  id: string;
  since: string;
  age_ms: number;
  subject_id: string;
  machine: string;
  /** Where the subject stands now. */
  canonical: string;
  connection_id: string;
  /** What the system showed when it was last looked at; null when that maps to no state. */
  shows: string | null;
  rule: string | null;
  owner: string;
  event_id: string | null;
  writeback_id: string | null;
}

export interface AgreementQuery {
  connection?: string;
  machine?: string;
  after: Position | null;
  rowsMax: number;
}

/** Open divergences, the oldest first. */
export async function listDivergences(db: Db, query: AgreementQuery): Promise<DivergenceRow[]> {
  const { rows } = await sql<DivergenceRow>`
    select i.id, ${isoMicros(sql`i.opened_at`)} as since, extract(epoch from clock_timestamp() - i.opened_at)::double precision * 1000 as age_ms,
      i.subject_id, s.machine, s.state as canonical, i.connection_id, i.detail ->> 'shows' as shows, i.detail ->> 'rule' as rule, i.owner, i.event_id, i.writeback_id
    from incident i join subject s on s.id = i.subject_id
    where i.kind = 'divergence' and i.settled_at is null and ${allOf([...filters(query), after('i.opened_at', 'i.id', query.after)])}
    order by ${ordered('i.opened_at', 'i.id')} limit ${query.rowsMax}`.execute(db);
  return rows;
}

/** How many open divergences there are, per connection. */
export async function countDivergences(db: Db): Promise<{ connection_id: string; open: number }[]> {
  const { rows } = await sql<{ connection_id: string; open: number }>`
    select connection_id, count(*)::int as open from incident where kind = 'divergence' and settled_at is null group by connection_id order by connection_id`.execute(
    db,
  );
  return rows;
}

const filters = (query: AgreementQuery): (RawBuilder<unknown> | null)[] => [
  query.connection === undefined ? null : sql`i.connection_id = ${query.connection}`,
  query.machine === undefined ? null : sql`s.machine = ${query.machine}`,
];
