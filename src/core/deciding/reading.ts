// What a reading of a system means beside the canonical state: agreement, trouble, or a second look first. Pure.
import { limits } from '../limits.ts';
import { isWithin } from '../machine/machine.ts';

/** What was read. No states: the stage stands for none of ours. */
export interface Seen {
  states: readonly string[];
  missing: boolean;
}

export interface ReadingFacts {
  /** Where the subject stands, and in which version; and in which version it stood when the reading was asked for. */
  state: string;
  version: number;
  askedVersion: number | null;
  /** Ms since 1970, all by the database's clock. */
  askedAt: number;
  /** Something of the lane is not settled: what is on its way settles the matter. */
  open: boolean;
  /** How the newest writeback of the lane ended, and when. */
  lastStatus: string | null;
  lastSettledAt: number | null;
  readLagMs: number;
  /** The reading before this one. */
  before: { seen: Seen; at: number } | null;
  judged: { at: number; version: number } | null;
}

export type ReadingVerdict =
  /** It came between two states of ours, or too soon after a write: it says nothing. */
  | { kind: 'untimely'; again: boolean }
  | { kind: 'agrees' }
  /** The stage stands for none of our states, or there is no such thing: nothing that a rule could be carried out about. */
  | { kind: 'unmapped' }
  | { kind: 'missing' }
  /** A person waived the write: it stays as it is, and on the board. */
  | { kind: 'waived' }
  /** Seen for the first time: its event may be on its way, so it is looked at again. */
  | { kind: 'look_again' }
  /** Seen twice: the machine decides, as about a stage event of the system's. */
  | { kind: 'judge' }
  /** The machine decided about this very thing, and nothing happened since. */
  | { kind: 'judged' };

export function weighReading(facts: ReadingFacts, seen: Seen): ReadingVerdict {
  if (facts.open) return { kind: 'untimely', again: false };
  const { askedAt, lastSettledAt, before } = facts;
  // A copy of the vendor's data may not have heard yet of what was written last.
  const settlesAt = lastSettledAt === null ? 0 : lastSettledAt + facts.readLagMs;
  if (facts.askedVersion !== facts.version || askedAt < settlesAt) return { kind: 'untimely', again: true };
  if (seen.missing) return { kind: 'missing' };
  if (seen.states.length === 0) return { kind: 'unmapped' };
  if (seen.states.some((state) => isWithin(facts.state, state))) return { kind: 'agrees' };
  if (facts.lastStatus === 'waived') return { kind: 'waived' };
  const { judged } = facts;
  const same = before !== null && before.at >= settlesAt && alike(before.seen, seen);
  if (!same) return { kind: 'look_again' };
  const decided = judged !== null && judged.version === facts.version && judged.at >= (lastSettledAt ?? 0);
  if (decided) return { kind: 'judged' };
  return askedAt - before.at >= limits.conflictLookMs ? { kind: 'judge' } : { kind: 'look_again' };
}

const alike = (a: Seen, b: Seen): boolean =>
  a.missing === b.missing && a.states.length === b.states.length && a.states.every((state) => b.states.includes(state));
