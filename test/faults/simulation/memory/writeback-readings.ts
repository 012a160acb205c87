// Reading writebacks in memory, as src/store/engine/writebacks.ts, src/store/engine/results.ts and src/store/engine/work.ts do.
import { type InFlight, nothingInFlight } from '../../../../src/core/delivery/window.ts';
import type { LockedWriteback } from '../../../../src/store/engine/results.ts';
import type { WantedWork, WorkRow } from '../../../../src/store/engine/work.ts';
import type { OpenWriteback, RecentWrite } from '../../../../src/store/engine/writebacks.ts';
import type { WritebackRow } from './rows.ts';
import { byText, distinct, laneOrderOf, laneOf as laneRowOf, type Store } from './store.ts';
import { dateOrNull, isoMicros } from './times.ts';

export const writebackReadings = (store: Store) => {
  const { tables, indexes } = store;
  const leased = (): WritebackRow[] => {
    const rows: WritebackRow[] = [];
    for (const row of indexes.open) if (row.status === 'leased') rows.push(row);
    return rows;
  };
  const ofSubjects = (subjects: readonly string[], wanted: (row: WritebackRow) => boolean): WritebackRow[] => {
    const rows: WritebackRow[] = [];
    for (const subject of distinct(subjects))
      for (const row of indexes.writebacksOf.get(subject) ?? []) if (wanted(row)) rows.push(row);
    return rows;
  };
  return {
    findRecentWrites(subjects: readonly string[], connections: readonly string[], windowMs: number): RecentWrite[] {
      if (connections.length === 0) return [];
      const since = store.now() - windowMs;
      return ofSubjects(
        subjects,
        (row) =>
          connections.includes(row.connection_id) &&
          row.attempt >= 1 &&
          row.created_at > since &&
          !foundNothingToWrite(store, row),
      )
        .sort((a, b) => byLane(a, b) || b.lane_seq - a.lane_seq)
        .map((row) => recentWrite(store, row));
    },

    findOpenWritebacks(subjects: readonly string[]): OpenWriteback[] {
      return ofSubjects(subjects, ({ status }) => status === 'ready' || status === 'leased' || status === 'dead')
        .sort((a, b) => byLane(a, b) || a.lane_seq - b.lane_seq)
        .map(({ id, subject_id, connection_id, lane_seq, status, machine, event_type }) => {
          return { id, subject_id, connection_id, lane_seq, status, machine, event_type };
        });
    },

    lockWritebacks(ids: readonly string[]): LockedWriteback[] {
      const locked: LockedWriteback[] = [];
      for (const id of inOrder(distinct(ids))) {
        const row = tables.writebacks.get(id);
        if (row) locked.push(lockedWriteback(store, row));
      }
      return locked;
    },

    countLeased() {
      const now = store.now();
      const known = new Map<string, InFlight>();
      for (const { connection_id, leased_at } of leased()) {
        const { count, age_ms } = known.get(connection_id) ?? nothingInFlight;
        const sum = count * age_ms + Math.max(0, now - (leased_at ?? now));
        known.set(connection_id, { count: count + 1, age_ms: sum / (count + 1) });
      }
      return known;
    },

    findLeased: (rowsMax: number) =>
      leased()
        .sort((a, b) => (a.leased_at ?? 0) - (b.leased_at ?? 0))
        .slice(0, rowsMax)
        .map(asCommand),

    findExpiredLeases(rowsMax: number) {
      const now = store.now();
      return leased()
        .filter((row) => row.lease_until !== null && row.lease_until < now)
        .sort((a, b) => (a.lease_until ?? 0) - (b.lease_until ?? 0))
        .slice(0, rowsMax)
        .map(asCommand);
    },

    findChecks(wanted: readonly WantedWork[]): WorkRow[] {
      const works: WorkRow[] = [];
      for (const { id, attempt, system } of wanted) {
        const row = tables.writebacks.get(id);
        if (row?.status !== 'leased' || row.mode !== 'confirm' || row.attempt !== attempt) continue;
        const found = workOf(store, row, system);
        if (found) works.push(found);
      }
      return works;
    },

    findTaken(wanted: readonly WantedWork[]): WorkRow[] {
      const works: WorkRow[] = [];
      for (const { id, attempt, system } of wanted) {
        const row = tables.writebacks.get(id);
        if (row?.status !== 'leased' || row.attempt !== attempt || row.taken !== attempt) continue;
        const found = workOf(store, row, system);
        if (found) works.push(found);
      }
      return works;
    },

    /** Nothing is ever locked here while somebody else looks. */
    findUntaken: (wanted: readonly WantedWork[]): WantedWork[] =>
      wanted.flatMap(({ id, attempt, system, mine }) => {
        const row = tables.writebacks.get(id);
        if (row?.status !== 'leased' || row.mode !== 'apply' || row.attempt !== attempt) return [];
        return row.taken < attempt || mine === true ? [{ id, attempt, system }] : [];
      }),
  };
};

const inOrder = (ids: readonly string[]): readonly string[] => (ids.length < 2 ? ids : [...ids].sort(byText));

/** What carrying it out needs, `ref` by the names of this system. */
export function workOf(store: Store, row: WritebackRow, system: string): WorkRow | null {
  const { tables } = store;
  const person = tables.persons.get(tables.subjects.get(row.subject_id)?.person_id ?? '');
  if (!person) return null;
  const { last_written, last_written_ms } = lastWritten(store, row);
  return {
    id: row.id,
    attempt: row.attempt,
    mode: row.mode,
    system,
    subject_id: row.subject_id,
    connection_id: row.connection_id,
    machine: row.machine,
    event_type: row.event_type,
    target_state: row.target_state,
    subject_version: row.subject_version,
    occurred_at: new Date(row.occurred_at),
    overwrites: isOvertaken(store, row) ? [] : [...row.overwrites],
    previous_state: lastConfirmed(store, row)?.target_state ?? null,
    last_written,
    last_written_ms,
    expected_states: expectedStates(store, row),
    region: tables.subjects.get(row.subject_id)?.region ?? null,
    person_id: person.id,
    data_key: person.data_key,
    commit_key: person.commit_key,
    ref: newestName(store, row, system),
  };
}

const withoutWriting: ReadonlySet<string> = new Set(['retryable', 'rate_limited', 'unauthorised', 'conflict']);

/** The target showed it already, and no attempt before had come as far as writing. */
function foundNothingToWrite({ indexes }: Store, { id }: WritebackRow): boolean {
  const attempts = indexes.attemptsOf.get(id);
  if (attempts === undefined) return false;
  return attempts.some(({ outcome, attempt }) => {
    if (outcome !== 'confirmed_already') return false;
    const before = attempts.filter((other) => other.attempt < attempt);
    const known = new Set(before.map((other) => other.attempt));
    return (
      known.size === attempt - 1 &&
      before.every((other) => other.precondition === null && withoutWriting.has(other.outcome))
    );
  });
}

const byLane = (a: WritebackRow, b: WritebackRow): number =>
  byText(a.subject_id, b.subject_id) || byText(a.connection_id, b.connection_id);

const laneOf = (store: Store, row: WritebackRow): readonly WritebackRow[] =>
  laneOrderOf(store, row.subject_id, row.connection_id);

/** The target's own later change is in the lane. */
const isOvertaken = (store: Store, row: WritebackRow): boolean =>
  laneOf(store, row).some((other) => other.lane_seq > row.lane_seq && other.cause === 'origin');

const lastConfirmed = (store: Store, row: WritebackRow): WritebackRow | undefined =>
  laneOf(store, row).findLast((other) => other.lane_seq < row.lane_seq && other.status === 'confirmed');

/** The last write of ours that left in this lane before this one, and how long ago it ended. */
function lastWritten(store: Store, row: WritebackRow): Pick<WorkRow, 'last_written' | 'last_written_ms'> {
  const last = laneOf(store, row).findLast((other) => other.lane_seq < row.lane_seq && other.attempt >= 1);
  const now = store.now();
  return { last_written: last?.target_state ?? null, last_written_ms: last ? now - (last.settled_at ?? now) : null };
}

/** What a write loses nobody's change by overwriting. */
function expectedStates(store: Store, row: WritebackRow): string[] {
  const last = lastConfirmed(store, row);
  const states = new Set([row.from_state]);
  for (const other of laneOf(store, row)) {
    if (other.lane_seq >= row.lane_seq) continue;
    if (last === undefined && other.lane_seq === 1) states.add(other.from_state);
    if (other.lane_seq < (last?.lane_seq ?? 1)) continue;
    if (other.status === 'confirmed' || other.attempt >= 1 || other.cause === 'origin') states.add(other.target_state);
  }
  return states.size === 1 ? [row.from_state] : [...states].sort(byText);
}

function newestName({ indexes }: Store, row: WritebackRow, system: string): string | null {
  const names = (indexes.refsOf.get(row.subject_id) ?? []).filter(
    (one) => one.system === system && one.machine === row.machine,
  );
  return (
    names.reduce<(typeof names)[number] | null>(
      (newest, one) => (newest === null || one.linked_at >= newest.linked_at ? one : newest),
      null,
    )?.external_id ?? null
  );
}

function recentWrite(store: Store, row: WritebackRow): RecentWrite {
  const { id, subject_id, connection_id, lane_seq, target_state, status, attempt, overwrites, settled_at } = row;
  return {
    id,
    subject_id,
    connection_id,
    lane_seq,
    target_state,
    status,
    attempt,
    overwrites: [...overwrites],
    settled_at: dateOrNull(settled_at),
    used: store.tables.echoes.has(id),
    overtaken: isOvertaken(store, row),
    shown_later: shownLater(store, row),
  };
}

function shownLater(store: Store, row: WritebackRow): string[] {
  const later = laneOf(store, row).filter((other) => other.lane_seq > row.lane_seq && other.status === 'confirmed');
  return [...new Set(later.map(({ target_state }) => target_state))].sort(byText);
}

const asCommand = ({ id, attempt, connection_id, mode }: WritebackRow) => ({
  id,
  attempt,
  connection: connection_id,
  mode,
});

const lockedWriteback = (store: Store, row: WritebackRow): LockedWriteback => ({
  id: row.id,
  subject_id: row.subject_id,
  connection_id: row.connection_id,
  lane_seq: row.lane_seq,
  machine: row.machine,
  machine_version: row.machine_version,
  event_type: row.event_type,
  target_state: row.target_state,
  status: row.status,
  mode: row.mode,
  overwrites: [...row.overwrites],
  disputed: row.disputed,
  attempt: row.attempt,
  tries: row.tries,
  checks: row.checks,
  conflicts: row.conflicts,
  contradictions: row.contradictions,
  leased_exactly: row.leased_at === null ? null : isoMicros(row.leased_at),
  created_exactly: isoMicros(row.created_at),
  lasts: row.lease_until !== null && row.lease_until >= store.now(),
  in_hand: row.status === 'leased' && row.mode === 'apply' && row.taken === row.attempt,
  next_seq: laneRowOf(store, row.subject_id, row.connection_id)?.next_seq ?? 0,
  done_seq: laneRowOf(store, row.subject_id, row.connection_id)?.done_seq ?? 0,
  trial: trialOf(store, row.connection_id),
  overtaken: isOvertaken(store, row),
});

function trialOf({ tables }: Store, connection: string): string | null {
  const row = tables.connections.get(connection);
  return row?.circuit === 'half_open' ? row.circuit_trial : null;
}
