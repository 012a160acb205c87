// Writes down who changed what, and reads it back page by page.
import { limits } from '../core/limits.ts';
import { type AuditRow, insertAudit, listAudit } from '../store/audit.ts';
import type { Db } from '../store/database.ts';

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
}

/** One page, newest first; `next` is null at the end. */
export async function readAudit(db: Db, filter: AuditFilter): Promise<{ items: AuditRow[]; next: string | null }> {
  const { after, limit, ...where } = filter;
  const rowsMax = Math.min(Math.max(limit ?? limits.pageRowsDefault, 1), limits.pageRowsMax);
  const before = after !== undefined && /^\d{1,18}$/.test(after) ? { before: after } : {};
  const rows = await listAudit(db, { ...where, ...before, rowsMax: rowsMax + 1 });
  const items = rows.slice(0, rowsMax);
  return { items, next: rows.length > rowsMax ? (items.at(-1)?.id ?? null) : null };
}
