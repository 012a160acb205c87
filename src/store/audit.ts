// The audit log: who changed what, append-only; rows are written in the transaction of the change they tell of.
import { sql } from 'kysely';
import { isoMicros } from './clock.ts';
import type { Db } from './database.ts';

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
  /** Rows older than this id. */
  before?: string;
  objectKind?: string;
  objectId?: string;
  actorId?: string;
  rowsMax: number;
}

/** Newest first. A row that commits late may appear above a page already read, never inside a later one twice. */
export async function listAudit(db: Db, query: AuditQuery): Promise<AuditRow[]> {
  let select = db
    .selectFrom('audit')
    .select(['id', 'actor_kind', 'actor_id', 'action', 'object_kind', 'object_id', 'detail', 'request_id'])
    .select(isoMicros(sql`at`).as('at'))
    .orderBy('id', 'desc')
    .limit(query.rowsMax);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  if (query.objectKind !== undefined) select = select.where('object_kind', '=', query.objectKind);
  if (query.objectId !== undefined) select = select.where('object_id', '=', query.objectId);
  if (query.actorId !== undefined) select = select.where('actor_id', '=', query.actorId);
  return (await select.execute()) as AuditRow[];
}
