// Replays what really happened against a version that somebody proposes: who would have been refused, held, or would stand elsewhere.
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { type PastStep, type Replayed, replaySteps } from '../../core/machine/replay-steps.ts';
import {
  type PastSubject,
  type PastTransition,
  readPastSubjects,
  readPastTransitions,
} from '../../store/reports/past-steps.ts';
import type { Context } from '../context.ts';

/** Subjects of one page, and transitions that are read for it; a subject whose log is not read whole is left to the next page. */
export const replaySubjectsMax = 200;
const replayRowsMax = 20_000;

export interface ReplayedSubject {
  subject: string;
  /** Where it stands now. */
  state: string;
  steps: number;
  result: Replayed;
}

export interface ReplayPage {
  /** Subjects looked at, by what would have become of them: their sum is `subjects`. */
  subjects: number;
  counts: Readonly<Record<Replayed['kind'], number>>;
  /** Those for whom something would be different. */
  different: readonly ReplayedSubject[];
  /** Goes on after this subject; null at the end. */
  next: string | null;
}

/** One page of the machine's subjects in the order of their ids. Reads only; nothing personal. */
export async function replayHistory(
  context: Pick<Context, 'database' | 'machines'>,
  candidate: CompiledMachine,
  afterSubject: string,
  rowsMax = replaySubjectsMax,
): Promise<ReplayPage> {
  const db = context.database.reports;
  const subjects = await readPastSubjects(db, candidate.name, afterSubject, rowsMax);
  const ids = subjects.map((one) => one.id);
  const rows = ids.length === 0 ? [] : await readPastTransitions(db, ids, replayRowsMax);
  const whole = rows.length < replayRowsMax ? subjects : wholeOnes(subjects, rows);
  const bySubject = new Map<string, PastTransition[]>();
  for (const row of rows) bySubject.set(row.subject_id, [...(bySubject.get(row.subject_id) ?? []), row]);
  const replayed = whole.map((subject): ReplayedSubject => {
    const steps = (bySubject.get(subject.id) ?? []).map((row) => stepOf(context, candidate.name, subject, row));
    const { id, state } = subject;
    return { subject: id, state, steps: steps.length, result: replaySteps(candidate, steps, subject.facts) };
  });
  const counts = { same: 0, elsewhere: 0, refused: 0, held: 0 };
  for (const { result } of replayed) counts[result.kind] += 1;
  return {
    subjects: replayed.length,
    counts,
    different: replayed.filter((one) => one.result.kind !== 'same'),
    next: subjects.length < rowsMax && whole.length === subjects.length ? null : (whole.at(-1)?.id ?? null),
  };
}

/** Without the last one whose rows were cut off; the first is kept, or no page would get past it. */
function wholeOnes(subjects: readonly PastSubject[], rows: readonly PastTransition[]): readonly PastSubject[] {
  const cut = subjects.findIndex((one) => one.id === rows.at(-1)?.subject_id);
  return subjects.slice(0, Math.max(1, cut));
}

/** What the event carried is encrypted; it had at least what its own version asked for, and may have brought what is on record. */
function stepOf(
  { machines }: Pick<Context, 'machines'>,
  name: CompiledMachine['name'],
  { elements }: PastSubject,
  row: PastTransition,
): PastStep {
  const machine = machines.has(name, row.machine_version) ? machines.get(name, row.machine_version) : null;
  const taken = machine?.edges.get(row.from_state)?.filter((edge) => edge.event === row.type) ?? [];
  return {
    version: row.version,
    event: row.type,
    by: row.by_kind,
    to: row.to_state,
    history: row.history,
    elements: [...new Set([...elements, ...taken.flatMap((edge) => edge.meta.requires)])],
  };
}
