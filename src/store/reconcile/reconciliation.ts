// How far the sweep has come at each connection: who goes round it now, whom it knows, and when it may read there again.
import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';

export interface Place {
  after_subject: string;
  /** It may read there now. */
  due: boolean;
}

/** Takes the connection's place for this transaction; undefined while another process has it. */
export async function takePlace(tx: Tx, connection: string): Promise<Place | undefined> {
  const { rows } = await sql<Place>`
    select after_subject, next_at <= clock_timestamp() as due from reconciliation where connection_id = ${connection} for no key update skip locked`.execute(
    tx,
  );
  return rows[0];
}

/** Connections that the sweep has not been to yet get a place. */
export async function makePlaces(db: Db, connections: readonly string[]): Promise<void> {
  if (connections.length === 0) return;
  await sql`
    insert into reconciliation (connection_id) select c from unnest(${[...connections]}::text[]) c
    where not exists (select from reconciliation r where r.connection_id = c) order by c on conflict do nothing`.execute(
    db,
  );
}

/** `after` is where the next round of enrolment begins; an empty one ends the round. */
export async function movePlace(tx: Tx, connection: string, after: string): Promise<void> {
  await sql`
    update reconciliation set after_subject = ${after}, rounds = rounds + (${after} = '')::int,
      round_ended_at = case when ${after} = '' then clock_timestamp() else round_ended_at end
    where connection_id = ${connection}`.execute(tx);
}

/** Nothing more is read there for so long. */
export async function pauseReadings(tx: Tx, connection: string, forMs: number): Promise<void> {
  await sql`update reconciliation set next_at = clock_timestamp() + ${forMs} * interval '1 ms' where connection_id = ${connection}`.execute(
    tx,
  );
}

export interface OpenSubject {
  id: string;
  machine: string;
  state: string;
  region: string | null;
  business_unit: string | null;
  requisition_type: string | null;
}

/** Open subjects in the order of their ids, after one. */
export async function openSubjects(db: Db, after: string, rowsMax: number): Promise<OpenSubject[]> {
  return db
    .selectFrom('subject')
    .select(['id', 'machine', 'state', 'region', 'business_unit', 'requisition_type'])
    .where('ended', '=', false)
    .where('id', '>', after)
    .where('erased_at', 'is', null)
    .orderBy('id')
    .limit(rowsMax)
    .execute();
}

/** These are read there from now on, first of all, as nothing was read yet. Who is known already stays; who was let go comes back. */
export async function enrol(
  tx: Tx,
  connection: string,
  rows: readonly { id: string; subject_id: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  const given: RawBuilder<unknown> = sql`json_to_recordset(${JSON.stringify(rows)}::json) as n(id text, subject_id text)`;
  await sql`
    insert into lane (subject_id, connection_id) select n.subject_id, ${connection} from ${given}
    where not exists (select from lane l where l.subject_id = n.subject_id and l.connection_id = ${connection})
    order by n.subject_id on conflict do nothing`.execute(tx);
  await sql`
    insert into shown (id, subject_id, connection_id, asked_at, trouble, trouble_since)
    select n.id, n.subject_id, ${connection}, to_timestamp(0), case when not w.said then 'never_shown' end, case when not w.said then clock_timestamp() end
    from ${given} cross join lateral (select exists (select from writeback w where w.subject_id = n.subject_id and w.connection_id = ${connection}
      and w.status in ('confirmed', 'ready', 'leased', 'dead')) as said) w
    where not exists (select from shown k where k.subject_id = n.subject_id and k.connection_id = ${connection} and not k.closed)
    order by n.subject_id
    on conflict (subject_id, connection_id) do update set closed = false where shown.closed`.execute(tx);
}

/** Incidents about stages that stand for none of our states end when nobody was last seen in them any more. */
export async function endStages(db: Db): Promise<void> {
  await sql`
    update incident i set settled_at = clock_timestamp(), settled_by = 'interlock', resolution = 'Nobody is in that stage any more, or it is mapped now'
    where i.kind = 'unmapped_stage' and i.settled_at is null and not exists (
      select from shown r where r.trouble = 'unmapped' and not r.closed and r.connection_id = i.connection_id and r.stage is not distinct from i.detail ->> 'stage')`.execute(
    db,
  );
}
