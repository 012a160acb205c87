// The rows of some subjects, as the rig's rules want them: a soak is judged a thousand subjects at a time.
import type pg from 'pg';
import type { Tables } from '../rig/tables.ts';

/** Everything that belongs to these subjects. */
export async function readSubjects(client: pg.Client, ids: readonly string[]): Promise<Tables> {
  const all: Record<string, unknown[]> = { kpi_hour: [] };
  for (const [name, text] of Object.entries(queries)) all[name] = (await client.query(text, [ids])).rows;
  return all as unknown as Tables;
}

const queries: Record<Exclude<keyof Tables, 'kpi_hour'>, string> = {
  event: `select id, source, external_id, disposition, machine, claim, code, subject_id, transition_version from event
    where subject_id = any($1) order by received_at, id`,
  transition: `select subject_id, version, event_id, type, from_state, to_state, history, machine, machine_version, machine_hash, source, by_kind, occurred_at,
    to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
    encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash, encode(payload_commit, 'hex') as payload_commit
    from transition where subject_id = any($1) order by subject_id, version`,
  subject: `select id, machine, state, version, encode(chain_head, 'hex') as chain_head from subject where id = any($1) order by id`,
  subject_ref: 'select system, machine, external_id, subject_id from subject_ref where subject_id = any($1)',
  writeback: 'select * from writeback where subject_id = any($1) order by subject_id, connection_id, lane_seq',
  attempt: `select a.* from attempt a join writeback w on w.id = a.writeback_id where w.subject_id = any($1)
    order by a.writeback_id, a.attempt, a.settled_at`,
  lane: 'select * from lane where subject_id = any($1)',
  incident: 'select * from incident where subject_id = any($1) order by opened_at',
};
