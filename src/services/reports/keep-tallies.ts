// Counts what can change no more, hour by hour, so that figures of a month need not read a month of rows.
import { limits } from '../../core/limits.ts';
import { mergeStateCounts } from '../../store/counts/state-counts.ts';
import {
  dropParts,
  dropStaleMarks,
  dueHours,
  dueParts,
  takeTallying,
  tallyHours,
  tallyMoment,
  tallyPart,
} from '../../store/counts/tallies.ts';
import type { Db, Tx } from '../../store/database/database.ts';
import { isOutOfTime } from '../../store/database/errors.ts';
import { type TallyKind, tallyKinds } from '../../store/reports/tally-kinds.ts';
import type { Context } from '../context.ts';

/** Merges what the database appended of how many are where, so that few rows say it. */
export const keepStateCounts = ({ database }: Pick<Context, 'database'>): Promise<number> =>
  mergeStateCounts(database.engine, limits.mergeRowsMax);

/** One round; bounded. Gives how many hours and parts of hours were counted: 0 when nothing is due, or another process is at it. A kind that fails keeps no other from being counted. */
export async function keepTallies({ database }: Pick<Context, 'database'>): Promise<number> {
  let counted = 0;
  const failures: unknown[] = [];
  for (const kind of tallyKinds)
    try {
      const kept = await keepKind(database.engine, kind);
      counted += kept.counted;
      if (!kept.alone) break;
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
  return counted;
}

/** `alone` is false when another process counts. */
async function keepKind(db: Db, kind: TallyKind): Promise<{ counted: number; alone: boolean }> {
  let counted = 0;
  const asOf = await tallyMoment(db);
  const due = await dueHours(db, kind, asOf, limits.tallyHoursMax * limits.tallyRunsMax);
  for (const span of spansOf(due).slice(0, limits.tallyRunsMax)) {
    if (!(await countSpan(db, kind, span, asOf))) return { counted, alone: false };
    counted += span.hours;
  }
  for (const from of await dueParts(db, kind, asOf, limits.tallyRunsMax)) {
    if (!(await inTime(db, (tx, pieceMs) => tallyPart(tx, kind, { from, pieceMs }, asOf))))
      return { counted, alone: false };
    counted += 1;
  }
  await dropParts(db, kind);
  await dropStaleMarks(db, kind, asOf);
  return { counted, alone: true };
}

/** A busy day, caught up with, does not come within a statement's time: then each half on its own, down to single hours. False when another process counts. */
async function countSpan(db: Db, kind: TallyKind, { from, to, hours }: Span, asOf: string): Promise<boolean> {
  if (hours === 1) return inTime(db, (tx, pieceMs) => tallyHours(tx, kind, { from, to, pieceMs }, asOf));
  try {
    return await alone(db, (tx) => tallyHours(tx, kind, { from, to }, asOf));
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    const later = Math.floor(hours / 2);
    const middle = new Date(Date.parse(to) - later * hourMs).toISOString();
    return (
      (await countSpan(db, kind, { from: middle, to, hours: later }, asOf)) &&
      (await countSpan(db, kind, { from, to: middle, hours: hours - later }, asOf))
    );
  }
}

/** At once or, where that does not come within a statement's time, as where a quarter of a million moved in an hour, in pieces. False when another process counts. */
async function inTime(db: Db, count: (tx: Tx, pieceMs?: number) => Promise<void>): Promise<boolean> {
  try {
    return await alone(db, (tx) => count(tx));
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    return alone(db, (tx) => count(tx, limits.tallyPieceMs));
  }
}

/** In a snapshot, unless another process counts. */
const alone = (db: Db, count: (tx: Tx) => Promise<void>): Promise<boolean> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      if (!(await takeTallying(tx))) return false;
      await count(tx);
      return true;
    });

const hourMs = 3_600_000;

interface Span {
  from: string;
  to: string;
  hours: number;
}

/** Hours that follow each other within a day, so many at most; `due` has the latest first. */
export function spansOf(due: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (const begins of due.map((one) => new Date(one).toISOString())) {
    const last = spans.at(-1);
    const adjoins = last?.from === new Date(Date.parse(begins) + hourMs).toISOString();
    if (last && adjoins && last.from.slice(0, 10) === begins.slice(0, 10) && last.hours < limits.tallyHoursMax) {
      last.from = begins;
      last.hours += 1;
    } else spans.push({ from: begins, to: new Date(Date.parse(begins) + hourMs).toISOString(), hours: 1 });
  }
  return spans;
}
