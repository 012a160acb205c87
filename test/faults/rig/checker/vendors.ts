// I6, I7 and I8: what the vendors' own logs say of order, of repetition, and of what was claimed to be there.
import type { WriteLogEntry } from '../../../../src/sandbox/kernel/write-log.ts';
import type { WritebackRow } from '../tables.ts';
import { type Evidence, groupBy, placeOf, type Rule, subjectsByApplication } from './evidence.ts';

interface Card {
  application: string;
  subject: string | undefined;
  /** Everything that happened to it, oldest first. */
  entries: readonly WriteLogEntry[];
  /** Its writebacks to Greenhouse, in lane order. */
  lane: readonly WritebackRow[];
}

/** A move that Interlock made: filling in fields moves nothing, and taking a rejection back leads wherever it was. */
const isMove = (entry: WriteLogEntry): boolean =>
  entry.by === 'api' && entry.from !== null && entry.from !== entry.to && entry.from !== 'rejected';

/** I6: each move is the place of a writeback at or after the one before it in the lane. */
export const laneOrderAtTheVendor: Rule = (evidence) =>
  cards(evidence).flatMap(({ application, entries, lane }) => {
    let at = 0;
    return entries.filter(isMove).flatMap((entry) => {
      const found = lane.findIndex((row, index) => index >= at && placeOf(row.target_state) === entry.to);
      if (found < 0) return [`application ${application} was moved to ${entry.to} out of the order of its lane`];
      at = found;
      return [];
    });
  });

/** I7: as often as writebacks ask for it, and once more for each time that somebody took it away again. */
export const nothingAppliedTwice: Rule = (evidence) => {
  const faults = cards(evidence).flatMap(({ application, entries, lane }) => {
    const moves = groupBy(entries.filter(isMove), (entry) => entry.to);
    return [...moves].flatMap(([place, made]) => {
      const asked = lane.filter((row) => placeOf(row.target_state) === place).length;
      const undone = entries.filter(
        (entry) => entry.by === 'hand' && entry.from === place && entry.to !== place,
      ).length;
      return made.length > asked + undone
        ? [`application ${application} was moved to ${place} ${made.length} times, ${asked} writebacks asked for it`]
        : [];
    });
  });
  for (const [key, same] of groupBy(evidence.bamboohr, (one) => one.key ?? ''))
    if (key !== '' && same.length > 1) faults.push(`${same.length} employees were created for ${key}`);
  return faults;
};

/** I8: the vendor really showed it at some moment between the writeback's birth and its confirmation. */
export const confirmedWasThere: Rule = (evidence) => {
  const faults: string[] = [];
  for (const { application, entries, lane } of cards(evidence))
    for (const row of lane) {
      const place = placeOf(row.target_state);
      if (row.status !== 'confirmed' || place === null || row.settled_at === null) continue;
      // An origin's own change was there before we heard of it.
      const since = row.cause === 'origin' ? 0 : row.created_at.getTime() - evidence.readLagMs;
      if (!showed(entries, place, since, row.settled_at.getTime() + clockSlackMs))
        faults.push(`writeback ${row.id} is confirmed; application ${application} did not show ${place} then`);
    }
  const employees = groupBy(evidence.bamboohr, (one) => one.key ?? '');
  for (const row of evidence.tables.writeback)
    if (
      row.connection_id === 'bamboohr' &&
      row.status === 'confirmed' &&
      row.target_state !== 'withdrawn' &&
      !employees.has(row.subject_id)
    )
      faults.push(`writeback ${row.id} is confirmed; BambooHR has no employee for ${row.subject_id}`);
  return faults;
};

/** Both clocks are this machine's; they are read at slightly different moments. */
const clockSlackMs = 20;

function showed(entries: readonly WriteLogEntry[], place: string, since: number, until: number): boolean {
  return entries.some((entry, index) => {
    const goneAt = entries[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    return entry.to === place && entry.at <= until && goneAt >= since;
  });
}

/** In the end both sides agree on where an application stands, or somebody was told that they do not. */
export const finallyAgreed: Rule = (evidence) => {
  if (evidence.webhooksLost > 0) return [];
  const { tables } = evidence;
  const states = new Map(tables.subject.map((row) => [row.id, row.state]));
  const open = new Set(tables.incident.filter((one) => one.settled_at === null).map((one) => one.subject_id));
  return cards(evidence).flatMap(({ application, subject, lane }) => {
    const state = subject === undefined ? undefined : states.get(subject);
    const shown = evidence.greenhouse.places.get(application);
    const wanted = state === undefined ? null : placeOf(state);
    if (wanted === null || shown === undefined || wanted === shown) return [];
    if (subject !== undefined && open.has(subject)) return [];
    const last = lane.at(-1);
    return [
      `application ${application} shows ${shown}, we say ${state} and told nobody (last writeback ${last?.status})`,
    ];
  });
};

function cards(evidence: Evidence): Card[] {
  const subjects = subjectsByApplication(evidence);
  const lanes = groupBy(
    evidence.tables.writeback.filter((row) => row.connection_id === 'greenhouse'),
    (row) => row.subject_id,
  );
  return [...groupBy(evidence.greenhouse.log, (entry) => entry.object)].map(([application, entries]) => {
    const subject = subjects.get(application);
    return { application, subject, entries, lane: (subject === undefined ? undefined : lanes.get(subject)) ?? [] };
  });
}
