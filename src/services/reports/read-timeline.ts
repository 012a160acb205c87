// One part of a subject's timeline: ten lists, each read no further than needed, merged and cut between two moments.
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import type { SubjectReport } from '../../store/reports/subjects.ts';
import {
  echoesOf,
  eventsOf,
  incidentsOf,
  type Reach,
  readingsOf,
  transitionsOf,
} from '../../store/reports/timeline.ts';
import { actionsOn, approvalsFor, notesOn } from '../../store/reports/timeline-people.ts';
import { attemptsAt, writebacksWithin } from '../../store/reports/writebacks.ts';
import { type Lists, merge } from './timeline-entries.ts';
import type { Entry } from './timeline-entry.ts';

/** Which part, and what of it. Nothing given: the newest of everything but who only looked. */
export interface TimelineReach {
  /** `next` of the part before, ISO 8601. */
  before?: string | undefined;
  rowsMax?: number | undefined;
  /** Only these kinds. */
  kinds?: readonly Entry['kind'][] | undefined;
  /** Only what this system said, shows or was told. */
  connection?: string | undefined;
  /** Of the audit log: what was changed, or who only looked. */
  actions?: 'changes' | 'looks' | undefined;
}

/** Oldest first. All that happened at one moment is in one part; `next` is null in the last. */
export async function entriesWithin(
  tx: Tx,
  subject: Pick<SubjectReport, 'id' | 'machine' | 'person_id'>,
  wish: TimelineReach,
): Promise<{ entries: Entry[]; next: string | null }> {
  const rowsMax = Math.min(wish.rowsMax ?? limits.timelineRowsMax, limits.timelineRowsMax);
  // One more than is shown, so that it is known whether there are more.
  const reach: Reach = { before: wish.before ?? null, rowsMax: rowsMax + 1, connection: wish.connection ?? null };
  const all = merge(await listsWithin(tx, subject, reach, wish));
  const cut = all.at(-rowsMax)?.at;
  if (all.length <= rowsMax || cut === undefined) return { entries: all, next: null };
  return { entries: all.filter((one) => one.at >= cut), next: cut };
}

async function listsWithin(
  tx: Tx,
  { id, machine, person_id: person }: Pick<SubjectReport, 'id' | 'machine' | 'person_id'>,
  reach: Reach,
  { kinds, actions = 'changes' }: TimelineReach,
): Promise<Lists> {
  const of = <T>(kind: Entry['kind'], read: () => Promise<T[]>): Promise<T[]> | T[] =>
    kinds === undefined || kinds.includes(kind) ? read() : [];
  const writebacks = await of('writeback', () => writebacksWithin(tx, id, reach));
  return {
    events: await of('event', () => eventsOf(tx, id, reach)),
    transitions: await of('transition', () => transitionsOf(tx, id, reach)),
    writebacks,
    attempts: await attemptsAt(
      tx,
      writebacks.map((one) => one.id),
    ),
    echoes: await of('echo', () => echoesOf(tx, id, reach)),
    readings: await of('reading', () => readingsOf(tx, id, reach)),
    incidents: await of('incident', () => incidentsOf(tx, id, reach)),
    notes: await of('note', () => notesOn(tx, id, reach)),
    actions: await of('action', () => actionsOn(tx, id, person, reach, actions)),
    approvals: await of('approval', () => approvalsFor(tx, id, machine, reach)),
  };
}
