// Writes down who changed what, and reads it back page by page.
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { limits } from '../core/limits.ts';
import { type AuditRow, insertAudit, listAudit } from '../store/access/audit.ts';
import type { Db } from '../store/database/database.ts';

/** Who did it: an API client, a person, the command line (the operating system's user), or Interlock itself. */
export interface Actor {
  kind: 'cli' | 'client' | 'account' | 'system';
  id: string;
}

export interface AuditEntry {
  actor: Actor;
  /** A noun and a past verb, such as `client.created`. */
  action: string;
  objectKind: string;
  objectId: string;
  /** Neither personal data nor secrets: the log is never erased. */
  detail?: Record<string, unknown>;
  requestId?: string;
}

/** Call it with the transaction that makes the change, so that neither is there without the other. */
export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  await insertAudit(db, {
    actor_kind: entry.actor.kind,
    actor_id: entry.actor.id,
    action: entry.action,
    object_kind: entry.objectKind,
    object_id: entry.objectId,
    detail: entry.detail ?? {},
    request_id: entry.requestId ?? null,
  });
}

export interface AuditFilter {
  /** `next` of the page before; anything that is not a cursor of ours reads from the newest. */
  after?: string;
  limit?: number;
  objectKind?: string;
  objectId?: string;
  actorId?: string;
  action?: string;
  /** ISO 8601; from this moment on, and before that one. */
  from?: string;
  to?: string;
}

/** One page, newest first; `next` is null at the end. */
export async function readAudit(db: Db, filter: AuditFilter): Promise<{ items: AuditRow[]; next: string | null }> {
  const { after, limit, ...where } = filter;
  const rowsMax = Math.min(Math.max(limit ?? limits.pageRowsDefault, 1), limits.pageRowsMax);
  const position = after === undefined ? null : decodeCursor(after);
  const begin = position && /^\d{1,18}$/.test(position.id) ? { after: position } : {};
  const rows = await listAudit(db, { ...where, ...begin, rowsMax: rowsMax + 1 });
  const items = rows.slice(0, rowsMax);
  const last = items.at(-1);
  return { items, next: rows.length > rowsMax && last ? encodeCursor(last) : null };
}

/** As `readAudit`, for a file: at most `rowsMax`, and whether there are more. */
export async function readAuditWhole(
  db: Db,
  filter: Omit<AuditFilter, 'after' | 'limit'>,
  rowsMax: number,
): Promise<{ items: AuditRow[]; more: boolean }> {
  const rows = await listAudit(db, { ...filter, rowsMax: rowsMax + 1 });
  return { items: rows.slice(0, rowsMax), more: rows.length > rowsMax };
}
