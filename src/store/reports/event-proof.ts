// One event and what became of it: what a sender may ask for as proof.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface EventProof {
  id: string;
  source: string;
  external_id: string;
  machine: string;
  claim_kind: string;
  claim: string | null;
  subject_id: string | null;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  transition_version: number | null;
  occurred_at: string;
  received_at: string;
  settled_at: string | null;
  parked_for: string | null;
  parked_until: string | null;
}

export async function findEventProof(db: Db, id: string): Promise<EventProof | undefined> {
  const { rows } = await sql<EventProof>`
    select id, source, external_id, machine, claim_kind, claim, subject_id, disposition, code, detail, transition_version, ${isoMicros(sql`occurred_at`)} as occurred_at,
      ${isoMicros(sql`received_at`)} as received_at, ${isoMicros(sql`settled_at`)} as settled_at, parked_for, ${isoMicros(sql`parked_until`)} as parked_until
    from event where id = ${id}`.execute(db);
  return rows[0];
}
