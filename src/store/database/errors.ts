// What a database error means for the caller: try again at once, the outcome is unknown, or a bug.

export type DatabaseFailure =
  /** Deadlock, serialization failure, lock timeout or a lost race on a unique key: the same work may succeed at once. */
  | 'contended'
  /** The connection, the server or the disk: nothing is known about a transaction that was under way. */
  | 'unavailable'
  /** The data or the statement is at fault; trying again changes nothing. */
  | 'rejected';

const contended = new Set(['40001', '40P01', '55P03', '23505']);
/** Idle in a transaction for too long; commit outcome unknown; read-only, as a primary is that was demoted under us. */
const unavailable = new Set(['25P03', '40003', '25006']);

/** Classifies by SQLSTATE; an error without one is the connection (texts differ for one cause). */
export function classifyDatabaseError(error: unknown): DatabaseFailure {
  const { code, routine } = (error ?? {}) as { code?: unknown; routine?: unknown };
  if (typeof code !== 'string' || !isSqlState(code)) return isOurs(error) ? 'rejected' : 'unavailable';
  // A statement prepared before a migration: the pool drops that connection, and another plans anew.
  if (contended.has(code) || routine === 'RevalidateCachedQuery') return 'contended';
  return /^(08|28|53|57|58|XX)/.test(code) || unavailable.has(code) ? 'unavailable' : 'rejected';
}

/** The server ended the statement, which took longer than its pool allows: less of it may come through. */
export const isOutOfTime = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '57014';

/** Five characters with a digit among them: `EPIPE` is Node's, not the server's. */
export const isSqlState = (code: string): boolean => /^(?=.*\d)[0-9A-Z]{5}$/.test(code);

/** A programming error carries no SQLSTATE either, but it is one of JavaScript's own types and names no socket. */
function isOurs(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return true;
  return error instanceof Error && error.message.includes('This is a bug in Interlock');
}
