// What a database error means for the caller: try again at once, the outcome is unknown, or a bug.

export type DatabaseFailure =
  /** Deadlock, serialization failure, lock timeout or a lost race on a unique key: the same work may succeed at once. */
  | 'contended'
  /** The connection, the server or the disk: nothing is known about a transaction that was under way. */
  | 'unavailable'
  /** The data or the statement is at fault; trying again changes nothing. */
  | 'rejected';

const contended = new Set(['40001', '40P01', '55P03', '23505']);

/** Classifies by SQLSTATE; an error without one is the connection (RELIABILITY.md §5.1: texts differ for one cause). */
export function classifyDatabaseError(error: unknown): DatabaseFailure {
  const code = (error as { code?: unknown })?.code;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return isOurs(error) ? 'rejected' : 'unavailable';
  if (contended.has(code)) return 'contended';
  return /^(08|53|57|58|XX)/.test(code) || code === '25P03' ? 'unavailable' : 'rejected';
}

/** A programming error carries no SQLSTATE either, but it is one of JavaScript's own types and names no socket. */
function isOurs(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return true;
  return error instanceof Error && error.message.includes('This is a bug in Interlock');
}
