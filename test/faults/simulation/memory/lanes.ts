// Lanes and the log of transitions in memory, as src/store/engine/lanes.ts, src/store/engine/transitions.ts and `advanceLanes` have them.
import type { LaneRow as GivenLane } from '../../../../src/store/engine/lanes.ts';
import type { LanesAndValues } from '../../../../src/store/engine/standing-values.ts';
import type { TransitionRow as NewTransition } from '../../../../src/store/engine/transitions.ts';
import { refusal, sqlState } from './refusals.ts';
import { type LaneRow, pairKey, type TransitionRow } from './rows.ts';
import { standing } from './standing.ts';
import {
  append,
  byText,
  change,
  distinct,
  laneOf,
  laneOrderOf,
  put,
  putNew,
  refuseNulls,
  refuseUnknown,
  refuseUnless,
  type Store,
} from './store.ts';
import { toMs } from './times.ts';

const laneNulls = new Set(['held_reason', 'held_at']);
const transitionNulls = new Set(['history']);

export const laneStatements = (store: Store) => {
  const { tables, indexes } = store;
  return {
    lockLanesAndValues(subjects: readonly string[], elements: readonly string[]): LanesAndValues {
      const ids = distinct(subjects);
      const lanes: LaneRow[] = [];
      for (const subject of ids) lanes.push(...(indexes.lanesOf.get(subject) ?? []));
      const { values, conflicts } = standing(store, ids, distinct(elements));
      return { lanes: handedOut(lanes), values, conflicts };
    },

    saveLanes(rows: readonly GivenLane[]) {
      const seen = new Set<string>();
      for (const { subject_id, connection_id, next_seq, done_seq, held_reason } of rows) {
        const held_at = held_reason === null ? null : store.now();
        const row: LaneRow = { subject_id, connection_id, next_seq, done_seq, held_reason, held_at };
        check(row);
        const key = pairKey(subject_id, connection_id);
        if (seen.has(key)) throw refusal(sqlState.twice, 'ON CONFLICT DO UPDATE cannot affect row a second time');
        seen.add(key);
        const known = laneOf(store, subject_id, connection_id);
        if (known) {
          change(store, known, { next_seq, done_seq, held_reason, held_at: held_at && (known.held_at ?? held_at) });
          continue;
        }
        put(store, tables.lanes, key, row);
        append(store, indexes.lanesOf, subject_id, row);
      }
      for (const row of rows) {
        refuseUnknown(tables.subjects, row.subject_id, 'lane_subject_id_fkey');
        refuseUnknown(tables.connections, row.connection_id, 'lane_connection_id_fkey');
      }
    },

    advanceLanes(writebacks: readonly string[]) {
      return lanesOf(store, writebacks).map((lane) => {
        const order = laneOrderOf(store, lane.subject_id, lane.connection_id);
        const head = order.find((one) => one.status === 'ready' || one.status === 'leased' || one.status === 'dead');
        const byPerson = lane.held_reason !== null && lane.held_reason !== 'dead';
        const dead = head?.status === 'dead';
        change(store, lane, {
          done_seq: head ? head.lane_seq - 1 : lane.next_seq,
          held_reason: byPerson ? lane.held_reason : dead ? 'dead' : null,
          held_at: byPerson ? lane.held_at : dead ? (lane.held_at ?? store.now()) : null,
        });
        check(lane);
        const { subject_id, connection_id, next_seq, done_seq, held_reason } = lane;
        return { subject_id, connection_id, next_seq, done_seq, held_reason };
      });
    },

    insertTransitions(rows: readonly NewTransition[]) {
      for (const given of rows) {
        const row: TransitionRow = {
          subject_id: given.subject_id,
          version: given.version,
          event_id: given.event_id,
          type: given.type,
          from_state: given.from_state,
          to_state: given.to_state,
          history: given.history ?? null,
          machine: given.machine,
          machine_version: given.machine_version,
          machine_hash: given.machine_hash,
          source: given.source,
          by_kind: given.by_kind,
          occurred_at: toMs(given.occurred_at),
          recorded_at: toMs(given.recorded_at),
          payload_commit: given.payload_commit,
          prev_hash: given.prev_hash,
          hash: given.hash,
        };
        refuseNulls(row, transitionNulls);
        if (tables.transitions.get(row.subject_id)?.some((one) => one.version === row.version))
          throw refusal(sqlState.unique, 'duplicate key value violates unique constraint "transition_pkey"');
        putNew(store, indexes.transitionByEvent, row.event_id, row, 'transition_event');
        append(store, tables.transitions, row.subject_id, row);
      }
      for (const row of rows) {
        refuseUnknown(tables.subjects, row.subject_id, 'transition_subject_id_fkey');
        refuseUnknown(tables.events, row.event_id, 'transition_event_id_fkey');
      }
    },
  };
};

/** All of its writebacks have passed; a person's hold stays. */
export function endLane(
  store: Store,
  { subject_id, connection_id }: Pick<LaneRow, 'subject_id' | 'connection_id'>,
): void {
  const lane = laneOf(store, subject_id, connection_id);
  if (!lane) return;
  const byPerson = lane.held_reason !== null && lane.held_reason !== 'dead';
  change(store, lane, {
    done_seq: lane.next_seq,
    held_reason: byPerson ? lane.held_reason : null,
    held_at: byPerson ? lane.held_at : null,
  });
}

function lanesOf(store: Store, writebacks: readonly string[]): LaneRow[] {
  const lanes = new Set<LaneRow>();
  for (const id of writebacks) {
    const writeback = store.tables.writebacks.get(id);
    const lane = writeback && laneOf(store, writeback.subject_id, writeback.connection_id);
    if (lane) lanes.add(lane);
  }
  return [...lanes];
}

const handedOut = (lanes: LaneRow[]): GivenLane[] =>
  lanes
    .sort((a, b) => byText(a.subject_id, b.subject_id) || byText(a.connection_id, b.connection_id))
    .map(({ subject_id, connection_id, next_seq, done_seq, held_reason }) => {
      return { subject_id, connection_id, next_seq, done_seq, held_reason };
    });

function check(row: LaneRow): void {
  refuseNulls(row, laneNulls);
  refuseUnless(row.done_seq <= row.next_seq, 'lane_check');
}
