// Incidents, for the people who settle them.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { after, allOf, ordered } from './paging.ts';

export interface IncidentReport {
  id: string;
  kind: string;
  subject_id: string | null;
  machine: string | null;
  state: string | null;
  connection_id: string | null;
  writeback_id: string | null;
  event_id: string | null;
  owner: string;
  element: string | null;
  detail: Record<string, unknown>;
  times: number;
  /** An account, and what it is called. */
  assigned_to: string | null;
  assigned_name: string | null;
  assigned_at: string | null;
  opened_at: string;
  settled_at: string | null;
  settled_by: string | null;
  resolution: string | null;
}

export interface IncidentQuery {
  kind?: string;
  status: 'open' | 'settled' | 'all';
  connection?: string;
  subject?: string;
  element?: string;
  owner?: string;
  /** An account, or null for those that nobody has taken on. */
  assigned?: string | null;
  /** Opened before this moment, ISO 8601. */
  openedBefore?: string;
  after: Position | null;
  rowsMax: number;
}

const columns = sql`i.id, i.kind, i.subject_id, coalesce(s.machine, e.machine) as machine, s.state, i.connection_id, i.writeback_id, i.event_id, i.owner, i.element, i.detail, i.times, i.assigned_to,
  (select a.name from account a where a.id = i.assigned_to) as assigned_name, ${isoMicros(sql`i.assigned_at`)} as assigned_at,
  ${isoMicros(sql`i.opened_at`)} as opened_at, ${isoMicros(sql`i.settled_at`)} as settled_at, i.settled_by, i.resolution`;
const tables = sql`incident i left join subject s on s.id = i.subject_id left join event e on e.id = i.event_id`;

/** Open ones oldest first, since they wait; all others newest first. */
export async function listIncidents(db: Db, query: IncidentQuery): Promise<IncidentReport[]> {
  const direction = query.status === 'open' ? 'asc' : 'desc';
  const { rows } = await sql<IncidentReport>`
    select ${columns} from ${tables} where ${allOf([...filters(query), after('i.opened_at', 'i.id', query.after, direction)])}
    order by ${ordered('i.opened_at', 'i.id', direction)} limit ${query.rowsMax}`.execute(db);
  return rows;
}

export async function findIncident(db: Db, id: string): Promise<IncidentReport | undefined> {
  const { rows } = await sql<IncidentReport>`select ${columns} from ${tables} where i.id = ${id}`.execute(db);
  return rows[0];
}

/** Both values of a conflict, sealed, and the one that holds now. */
export interface SealedConflict {
  subject_id: string;
  person_id: string;
  element: string;
  values_ct: Buffer | null;
  value_ct: Buffer | null;
}

export async function findConflictValues(db: Db, id: string): Promise<SealedConflict | undefined> {
  const { rows } = await sql<SealedConflict>`
    select i.subject_id, s.person_id, i.element, i.values_ct, v.value_ct
    from incident i join subject s on s.id = i.subject_id left join element_value v on v.subject_id = i.subject_id and v.element = i.element
    where i.id = ${id} and i.kind = 'field_conflict'`.execute(db);
  return rows[0];
}

const filters = (query: IncidentQuery): (RawBuilder<unknown> | null)[] => [
  query.status === 'all' ? null : sql`i.settled_at is ${sql.raw(query.status === 'open' ? 'null' : 'not null')}`,
  query.kind === undefined ? null : sql`i.kind = ${query.kind}`,
  query.connection === undefined ? null : sql`i.connection_id = ${query.connection}`,
  query.subject === undefined ? null : sql`i.subject_id = ${query.subject}`,
  query.element === undefined ? null : sql`i.element = ${query.element}`,
  query.owner === undefined ? null : sql`i.owner = ${query.owner}`,
  query.assigned === undefined ? null : assignedTo(query.assigned),
  query.openedBefore === undefined ? null : sql`i.opened_at < ${query.openedBefore}::timestamptz`,
];

/** Not `is not distinct from`: that nearly all are nobody's is known of `is null` alone, and a page of them is read in order then, without the rest. */
const assignedTo = (account: string | null): RawBuilder<unknown> =>
  account === null ? sql`i.assigned_to is null` : sql`i.assigned_to = ${account}`;

/** Open ones by kind and owner: the choices of a list, and how many each gives. */
export async function countOpenIncidents(db: Db): Promise<{ kind: string; owner: string; count: number }[]> {
  const { rows } = await sql<{ kind: string; owner: string; count: number }>`
    select kind, owner, count(*)::int as count from incident where settled_at is null group by kind, owner order by kind, owner`.execute(
    db,
  );
  return rows;
}
