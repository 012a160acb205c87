// The audit log: who changed what, append-only; rows are written in the transaction of the change they tell of.
import { sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface NewAuditRow {
  actor_kind: 'client' | 'account' | 'cli' | 'system';
  actor_id: string;
  action: string;
  object_kind: string;
  object_id: string;
  detail: Record<string, unknown>;
  request_id: string | null;
}

/** `at` is ISO 8601 with microseconds. */
export type AuditRow = NewAuditRow & { id: string; at: string };

export async function insertAudit(db: Db, row: NewAuditRow): Promise<void> {
  await db
    .insertInto('audit')
    .values({ ...row, detail: JSON.stringify(row.detail) })
    .execute();
}

export interface AuditQuery {
  /** Rows after this place, going back in time. */
  after?: Position;
  objectKind?: string;
  objectId?: string;
  actorId?: string;
  action?: string;
  /** ISO 8601; from this moment on, and before that one. */
  from?: string;
  to?: string;
  rowsMax: number;
}

/** Newest first. A row that commits late may appear above a page already read, never inside a later one twice. */
export async function listAudit(db: Db, query: AuditQuery): Promise<AuditRow[]> {
  const { after } = query;
  let select = db
    .selectFrom('audit')
    .select(['id', 'actor_kind', 'actor_id', 'action', 'object_kind', 'object_id', 'detail', 'request_id'])
    .select(isoMicros(sql`at`).as('at'))
    .orderBy('audit.at', 'desc')
    .orderBy('audit.id', 'desc')
    .limit(query.rowsMax);
  if (after)
    select = select.where(sql<boolean>`(audit.at, audit.id) < (${after.at}::timestamptz, ${after.id}::bigint)`);
  if (query.objectKind !== undefined) select = select.where('object_kind', '=', query.objectKind);
  if (query.objectId !== undefined) select = select.where('object_id', '=', query.objectId);
  if (query.actorId !== undefined) select = select.where('actor_id', '=', query.actorId);
  if (query.action !== undefined) select = select.where('action', '=', query.action);
  if (query.from !== undefined) select = select.where(sql<boolean>`audit.at >= ${query.from}::timestamptz`);
  if (query.to !== undefined) select = select.where(sql<boolean>`audit.at < ${query.to}::timestamptz`);
  return (await select.execute()) as AuditRow[];
}

/** Every action that is on record, in the order of the alphabet: one step of the index for each, however many rows there are. */
export async function listAuditActions(db: Db): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`
    with recursive step as (
      (select action from audit order by action limit 1)
      union all
      select (select action from audit where action > step.action order by action limit 1) from step where step.action is not null)
    select action from step where action is not null limit 500`.execute(db);
  return rows.map((row) => row.action);
}
