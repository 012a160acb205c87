// What would have been written to connections that are only watched, and what their systems came to show.
import { type Insertable, sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';
import type { ShadowWriteTable } from '../schema/waves.ts';

export type NewShadowWrite = Omit<Insertable<ShadowWriteTable>, 'outcome' | 'seen' | 'settled_at'> & {
  created_at: string;
};

export async function insertShadowWrites(tx: Tx, rows: readonly NewShadowWrite[]): Promise<void> {
  await insertRows(tx, 'shadow_write', rows as never);
}

/** An open one with all that the system has shown since, the newest last. */
export interface OpenShadow {
  subject_id: string;
  connection_id: string;
  subject_version: number;
  event_type: string;
  target_state: string;
  /** PostgreSQL's text of the moment, all digits. */
  created_at: string;
  age_ms: number;
  /** The subject has moved since. */
  moved: boolean;
  /** Claims of the system's since then: a state, several with ` | ` between them, or an event. */
  claims: { kind: 'event' | 'stage'; claim: string }[];
  /** What a reading since then showed. */
  shown: string[];
}

export type ShadowPlace = Pick<OpenShadow, 'created_at' | 'subject_id' | 'subject_version'>;

/** Open ones after a place, oldest first; `after` null: from the beginning. Index: shadow_write_open, one lookup of each kind per row. */
export async function findOpenShadows(
  db: Db,
  connection: string,
  after: ShadowPlace | null,
  rowsMax: number,
): Promise<OpenShadow[]> {
  const { rows } = await sql<OpenShadow>`
    select w.subject_id, w.connection_id, w.subject_version, w.event_type, w.target_state, w.created_at::text as created_at,
      (extract(epoch from clock_timestamp() - w.created_at) * 1000)::double precision as age_ms,
      (select s.version > w.subject_version from subject s where s.id = w.subject_id) as moved,
      coalesce((select json_agg(json_build_object('kind', e.claim_kind, 'claim', e.claim) order by e.received_at)
        from (select claim_kind, claim, received_at from event where subject_id = w.subject_id and received_at > w.created_at
          and source = 'connection:' || w.connection_id and claim_kind in ('event', 'stage') and claim is not null
          order by received_at limit 50) e), '[]') as claims,
      coalesce((select r.states from shown r where r.subject_id = w.subject_id and r.connection_id = w.connection_id and r.seen_at > w.created_at), '{}') as shown
    from shadow_write w where w.connection_id = ${connection} and w.outcome is null
      and (w.created_at, w.subject_id, w.subject_version) > (${after?.created_at ?? '-infinity'}::timestamptz, ${after?.subject_id ?? ''}, ${after?.subject_version ?? 0}::int)
    order by w.created_at, w.subject_id, w.subject_version limit ${rowsMax}`.execute(db);
  return rows;
}

export interface SettledShadow {
  subject_id: string;
  connection_id: string;
  subject_version: number;
  outcome: 'match' | 'miss' | 'overtaken';
  seen: string | null;
}

export async function settleShadows(db: Db, settled: readonly SettledShadow[]): Promise<void> {
  if (settled.length === 0) return;
  await sql`
    update shadow_write w set outcome = n.outcome, seen = n.seen, settled_at = clock_timestamp()
    from json_to_recordset(${JSON.stringify(settled)}::json) n(subject_id text, connection_id text, subject_version int, outcome text, seen text)
    where w.connection_id = n.connection_id and w.subject_id = n.subject_id and w.subject_version = n.subject_version and w.outcome is null`.execute(
    db,
  );
}

/** Per transition since a moment: how often people did what would have been written. */
export interface ShadowCount {
  machine: string;
  event_type: string;
  target_state: string;
  matches: number;
  misses: number;
  overtaken: number;
  open: number;
}

export async function countShadows(db: Db, connection: string, since: Date): Promise<ShadowCount[]> {
  const { rows } = await sql<ShadowCount>`
    select machine, event_type, target_state, count(*) filter (where outcome = 'match')::int as matches, count(*) filter (where outcome = 'miss')::int as misses,
      count(*) filter (where outcome = 'overtaken')::int as overtaken, count(*) filter (where outcome is null)::int as open
    from shadow_write where connection_id = ${connection} and created_at >= ${since} group by 1, 2, 3 order by 1, 2, 3`.execute(
    db,
  );
  return rows;
}
