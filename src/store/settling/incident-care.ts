// Who takes care of an incident, and what people noted about it.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';

/** Null: nobody's any more. False when it is that person's already, settled, or gone. */
export async function assignIncident(tx: Tx, id: string, account: string | null): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update incident set assigned_to = ${account}::text, assigned_at = case when ${account}::text is not null then clock_timestamp() end
    where id = ${id} and settled_at is null and assigned_to is distinct from ${account}::text`.execute(tx);
  return (numAffectedRows ?? 0n) > 0n;
}

export async function addNote(tx: Tx, incident: string, author: string, body: string): Promise<void> {
  await tx.insertInto('incident_note').values({ incident_id: incident, author, body }).execute();
}

export interface IncidentNote {
  at: string;
  author: string;
  /** Null once the person was erased. */
  body: string | null;
}

/** The oldest first, at most `rowsMax`, which are the newest. */
export async function notesOf(db: Db, incident: string, rowsMax: number): Promise<IncidentNote[]> {
  const { rows } = await sql<IncidentNote>`
    select ${isoMicros(sql`n.at`)} as at, n.author, n.body from incident_note n where n.incident_id = ${incident} order by n.id desc limit ${rowsMax}`.execute(
    db,
  );
  return rows.reverse();
}

/** Who may take an incident on: active accounts that are admin or operator, by name. */
export async function carers(db: Db): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select a.id, a.name from account a where a.deactivated_at is null
      and exists (select from role_grant g where g.account_id = a.id and g.role in ('admin', 'operator'))
    order by a.name, a.id limit 500`.execute(db);
  return rows;
}
