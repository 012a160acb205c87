// I4, I5 and I13: every transition has its writebacks, each of them ended for a reason, and no attempt was ever owned twice.
import type { AttemptRow, WritebackRow } from '../tables.ts';
import { type Evidence, groupBy, placeOf, type Rule, toldBamboo } from './evidence.ts';

/** I4: who must show a state is decided here, from what the connections were told. */
export const oneWritebackPerConnection: Rule = ({ tables }) => {
  const born = groupBy(
    tables.writeback.filter((row) => row.cause === 'transition' || row.cause === 'origin'),
    (row) => `${row.subject_id} ${row.subject_version} ${row.connection_id}`,
  );
  const faults: string[] = [];
  const wanted = new Set<string>();
  for (const row of tables.transition) {
    if (row.machine !== 'application') continue;
    for (const [connection, shows] of [
      ['greenhouse', placeOf(row.to_state) !== null],
      ['bamboohr', toldBamboo(row.to_state)],
    ] as const) {
      const key = `${row.subject_id} ${row.version} ${connection}`;
      const count = born.get(key)?.length ?? 0;
      if (shows) wanted.add(key);
      if (shows && count !== 1)
        faults.push(`version ${row.version} of ${row.subject_id} has ${count} writebacks to ${connection}`);
    }
  }
  for (const key of born.keys()) if (!wanted.has(key)) faults.push(`a writeback that no transition asked for: ${key}`);
  return faults;
};

/** I5. */
export const everythingEnded: Rule = (evidence) => {
  const { tables } = evidence;
  const lanes = new Map(tables.lane.map((lane) => [`${lane.subject_id} ${lane.connection_id}`, lane]));
  const faults = evidence.settled ? [] : ['the run did not settle in the time allowed'];
  for (const row of tables.writeback) {
    const lane = lanes.get(`${row.subject_id} ${row.connection_id}`);
    if (row.status === 'dead') faults.push(...silentDeath(row, evidence));
    else if (isOpen(row) && lane?.held_reason == null) faults.push(`writeback ${row.id} is still ${row.status}`);
  }
  for (const row of tables.event) if (row.disposition === 'parked') faults.push(`event ${row.id} is still parked`);
  faults.push(...laneFaults(evidence));
  return faults;
};

const isOpen = ({ status }: WritebackRow): boolean => status === 'ready' || status === 'leased';

function silentDeath(row: WritebackRow, { tables }: Evidence): string[] {
  const told = tables.incident.some(
    (one) =>
      one.writeback_id === row.id ||
      one.key === `dead/${row.id}` ||
      one.key === `divergence/${row.subject_id}/${row.connection_id}`,
  );
  if (!row.reason) return [`writeback ${row.id} is dead without a reason`];
  return told ? [] : [`writeback ${row.id} is dead (${row.reason}) and nobody was told`];
}

/** A lane's numbers are dense, and it is done up to the first writeback that has not ended. */
function laneFaults({ tables }: Evidence): string[] {
  const faults: string[] = [];
  const byLane = groupBy(tables.writeback, (row) => `${row.subject_id} ${row.connection_id}`);
  for (const lane of tables.lane) {
    const name = `${lane.subject_id} ${lane.connection_id}`;
    const rows = (byLane.get(name) ?? []).sort((a, b) => a.lane_seq - b.lane_seq);
    if (rows.some((row, index) => row.lane_seq !== index + 1)) faults.push(`the lane ${name} has a gap`);
    if (rows.length !== lane.next_seq) faults.push(`the lane ${name} counts ${lane.next_seq} and holds ${rows.length}`);
    const waits = rows.findIndex((row) => isOpen(row) || row.status === 'dead');
    const done = waits < 0 ? rows.length : waits;
    if (lane.done_seq !== done) faults.push(`the lane ${name} says done up to ${lane.done_seq}, it is ${done}`);
  }
  return faults;
}

/** I13: an attempt begins only when one of the one before has ended; numbers are dense; nothing comes from attempts never made. */
export const oneOwnerAtATime: Rule = ({ tables }) => {
  const faults: string[] = [];
  const byWriteback = groupBy(tables.attempt, (row) => row.writeback_id);
  for (const row of tables.writeback) {
    const attempts = groupBy(byWriteback.get(row.id) ?? [], (one) => String(one.attempt));
    for (const number of attempts.keys())
      if (Number(number) > row.attempt) faults.push(`attempt ${number} of ${row.id} was never made`);
    for (let number = 2; number <= row.attempt; number += 1) {
      const before = firstEnd(attempts.get(String(number - 1)));
      const begun = attempts.get(String(number))?.[0]?.dispatched_at.getTime();
      if (before === null) faults.push(`attempt ${number - 1} of ${row.id} never ended, attempt ${number} was made`);
      else if (begun !== undefined && begun < before - 1)
        faults.push(`attempt ${number} of ${row.id} began ${before - begun} ms before the one before it had ended`);
    }
    // Figures take its number for how many have ended.
    if ((row.status === 'ready' || row.status === 'dead') && row.attempt > 0 && !attempts.has(String(row.attempt)))
      faults.push(`${row.id} is ${row.status}, and its attempt ${row.attempt} never ended`);
  }
  return faults;
};

const firstEnd = (rows: readonly AttemptRow[] | undefined): number | null =>
  rows && rows.length > 0 ? Math.min(...rows.map((row) => row.settled_at.getTime())) : null;
