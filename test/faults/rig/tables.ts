// The tables as plain rows, read past every proxy with a client of our own: what the checker judges, and what is kept of a failing run.
import pg from 'pg';

type Row<Columns extends string> = Record<Columns, string> & Record<string, unknown>;

export interface EventRow extends Row<'id' | 'source' | 'external_id' | 'disposition' | 'machine'> {
  claim: string | null;
  code: string | null;
  subject_id: string | null;
  transition_version: number | null;
  /** Required elements that it lacked, where it was refused for that. */
  missing: string[] | null;
}
export interface TransitionRow
  extends Row<
    | 'subject_id'
    | 'event_id'
    | 'type'
    | 'from_state'
    | 'to_state'
    | 'machine'
    | 'machine_hash'
    | 'source'
    | 'by_kind'
    | 'recorded_at'
    | 'prev_hash'
    | 'hash'
    | 'payload_commit'
  > {
  version: number;
  machine_version: number;
  history: string | null;
  occurred_at: Date;
}
export interface SubjectRow extends Row<'id' | 'machine' | 'state' | 'chain_head'> {
  version: number;
}
export interface RefRow extends Row<'system' | 'machine' | 'external_id' | 'subject_id'> {}
export interface WritebackRow
  extends Row<
    'id' | 'subject_id' | 'connection_id' | 'machine' | 'event_type' | 'target_state' | 'cause' | 'status' | 'mode'
  > {
  lane_seq: number;
  subject_version: number;
  attempt: number;
  tries: number;
  contradictions: number;
  conflicts: number;
  reason: string | null;
  settled_by: string | null;
  created_at: Date;
  settled_at: Date | null;
}
export interface AttemptRow extends Row<'writeback_id' | 'outcome' | 'mode'> {
  attempt: number;
  reason: string | null;
  http_status: number | null;
  dispatched_at: Date;
  settled_at: Date;
}
export interface LaneRow extends Row<'subject_id' | 'connection_id'> {
  next_seq: number;
  done_seq: number;
  held_reason: string | null;
}
export interface IncidentRow extends Row<'id' | 'kind' | 'key'> {
  subject_id: string | null;
  connection_id: string | null;
  writeback_id: string | null;
  event_id: string | null;
  settled_at: Date | null;
}
export interface CountRow extends Row<'measure' | 'machine' | 'event_type' | 'connection_id'> {
  count: number;
}

export interface Tables {
  event: EventRow[];
  transition: TransitionRow[];
  subject: SubjectRow[];
  subject_ref: RefRow[];
  writeback: WritebackRow[];
  attempt: AttemptRow[];
  lane: LaneRow[];
  incident: IncidentRow[];
  kpi_hour: CountRow[];
}

const queries: Record<keyof Tables, string> = {
  event: `select id, source, external_id, disposition, machine, claim, claim_kind, code, subject_id, ref_system, ref_id, transition_version,
    occurred_at, received_at, settled_at, parked_for, parked_until, probe_attempt,
    case when disposition = 'refused' and code = 'missing_elements' then detail -> 'elements' end as missing from event order by received_at, id`,
  transition: `select subject_id, version, event_id, type, from_state, to_state, history, machine, machine_version, machine_hash, source, by_kind, occurred_at,
    to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
    encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash, encode(payload_commit, 'hex') as payload_commit
    from transition order by subject_id, version`,
  subject: `select id, machine, machine_version, state, version, encode(chain_head, 'hex') as chain_head, state_since, ended from subject order by id`,
  subject_ref: 'select system, machine, external_id, subject_id from subject_ref order by 1, 2, 3',
  writeback: 'select * from writeback order by subject_id, connection_id, lane_seq',
  attempt: 'select * from attempt order by writeback_id, attempt, settled_at',
  lane: 'select * from lane order by subject_id, connection_id',
  incident: 'select * from incident order by opened_at',
  kpi_hour: `select measure, machine, event_type, connection_id, sum(count)::int as count from kpi_hour group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
};

/** One snapshot of everything. */
export async function readTables(connectionString: string): Promise<Tables> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const all: Record<string, unknown[]> = {};
    for (const [name, text] of Object.entries(queries)) all[name] = (await client.query(text)).rows;
    return all as unknown as Tables;
  } finally {
    await client.end().catch(() => {});
  }
}

/** What has not ended yet: nothing, once a run has settled. */
export async function countOpen(connectionString: string): Promise<{ writebacks: number; parked: number }> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    // Behind a dead head nothing moves until a person says so.
    const { rows } = await client.query<{ writebacks: number; parked: number }>(
      `select (select count(*)::int from writeback w join lane l using (subject_id, connection_id)
         where w.status in ('ready', 'leased') and (l.held_reason is null or w.status = 'leased')) as writebacks,
       (select count(*)::int from event where disposition = 'parked') as parked`,
    );
    return rows[0] ?? { writebacks: 0, parked: 0 };
  } finally {
    await client.end().catch(() => {});
  }
}
